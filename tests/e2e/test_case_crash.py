"""Asks of `easel run` as a program: `kill -9` while a case decided on the page is carried out, and while its appeal is."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.discord_stage import is_done, may_identify
from tests.e2e.serving import ServedVisitor
from tests.e2e.test_discord_program import ProgramOnDiscord, a_setup
from tests.fakes.discord import DiscordPerson, Permission

pytestmark = pytest.mark.asyncio(loop_scope="module")
TAKEN_BACK = "the decision is taken back"


async def test_what_a_moderator_decides_on_the_page_happens_over_kill_9(tmp_path: Path) -> None:
    """Reported, decided, killed before the message could be changed; appealed, granted, killed before anybody could be told."""
    async with a_setup(tmp_path) as setup:
        await setup.discord.gateway.ready(within=20)
        await setup.discord.commands_synced("imagine")
        zoe, grace = setup.discord.add_user("zoe"), setup.discord.add_user("grace")
        assert setup.channel.guild is not None
        setup.channel.guild.grant(zoe, Permission.MANAGE_MESSAGES)
        picture = await (await setup.ada.type_command(setup.channel, "imagine", prompt="a fox")).message_when(is_done, within=30)
        await setup.serving.until("SELECT count(*) FROM jobs WHERE told_at IS NOT NULL", 1)
        await (await grace.context_menu(picture, "Report picture")).message_when(within=20)
        [case] = setup.serving.rows("SELECT id FROM cases")
        async with ServedVisitor(setup.serving.url) as browser:
            await open_page(setup, zoe, browser)
            setup.discord.faults.fail("PATCH", "/channels/*", status=503, times=1000)
            failing = setup.discord.faults.fail("PATCH", "/webhooks/*", status=503, times=1000)
            await decide(browser, case["id"], "remove")
            await setup.discord.changes.until(lambda: failing.met, within=30, what="a change that fails")
            await restart(setup, tmp_path)
            await setup.discord.changes.until(lambda: not picture.files, within=90, what="the tombstone")
            await (await setup.ada.type_command(setup.channel, "appeal", why="it was a fox")).message_when(within=20)
            [appeal] = setup.serving.rows("SELECT id FROM cases WHERE kind = 'appeal'")
            failing = setup.discord.faults.fail("POST", "/users/@me/channels", status=503, times=1000)
            silent = setup.discord.faults.fail("POST", "/channels/*/messages", status=503, times=1000)
            setup.channel.guild.grant(grace, Permission.MANAGE_MESSAGES)
            async with ServedVisitor(setup.serving.url) as other:
                await open_page(setup, grace, other)
                await decide(other, appeal["id"], "restore")
            await setup.discord.changes.until(lambda: failing.met or silent.met, within=60, what="a notice that fails")
            await restart(setup, tmp_path)
            notified = await setup.discord.changes.until(
                lambda: [one for one in setup.ada.dms if TAKEN_BACK in one.text], within=120, what="the notice"
            )
            assert len(notified) == 1
            [row] = setup.serving.rows("SELECT state FROM pictures")
            assert row["state"] == "visible"


async def open_page(setup: ProgramOnDiscord, moderator: DiscordPerson, browser: ServedVisitor) -> None:
    """Have a moderator ask for the link in the chat, and open it."""
    await browser.get("/moderation")
    shown = await (await moderator.type_command(setup.channel, "cases page")).message_when(within=20)
    found = re.search(r"/moderation#([\w-]+)", f"{shown.text} {shown.components}")
    assert found is not None
    answer = await browser.posts_json("/api/moderation/session", {"code": found[1]})
    assert answer.status_code == 200, answer.text


async def decide(browser: ServedVisitor, case: str, decision: str) -> None:
    """Press a button of the page."""
    fields = {"command": f"case-{decision}", "options": {"case": case}, "key": str(uuid4())}
    answer = await browser.posts_json("/api/moderation/calls", fields)
    assert "Decided" in answer.json()["notes"][0]["text"], answer.text


async def restart(setup: ProgramOnDiscord, folder: Path) -> None:
    """Kill the program, and let the next one do what is left."""
    await setup.serving.kill()
    setup.discord.faults.clear()
    may_identify(folder / "data")
    await setup.serving.start()
