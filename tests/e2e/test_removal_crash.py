"""Asks of `easel run` as a program: a takedown by an operator, `kill -9` in the middle of it, and what a restart completes."""

from pathlib import Path

import pytest

from bot.app.takedowns import open_takedowns
from bot.config import Settings
from bot.domain.removals import RemovalReason
from tests.e2e.discord_stage import is_done, may_identify
from tests.e2e.serving import ServedVisitor
from tests.e2e.test_discord_program import a_setup

pytestmark = pytest.mark.asyncio(loop_scope="module")
GONE = "This picture was taken down."


async def test_kill_9_in_the_middle_of_a_removal_and_it_is_completed_after_the_restart(tmp_path: Path) -> None:
    """Bytes are gone, the message could not be changed yet: the next process changes it, and tells the author once."""
    async with a_setup(tmp_path) as setup:
        await setup.discord.gateway.ready(within=20)
        await setup.discord.commands_synced("imagine")
        interaction = await setup.ada.type_command(setup.channel, "imagine", prompt="a fox")
        message = await interaction.message_when(is_done, within=20)
        await setup.serving.until("SELECT count(*) FROM jobs WHERE told_at IS NOT NULL", 1)
        [picture] = setup.serving.rows("SELECT id, key FROM pictures")
        faults = [setup.discord.faults.fail("PATCH", path, status=503, times=1000) for path in ("/channels/*", "/webhooks/*")]
        async with open_takedowns(Settings.model_validate({"data_dir": tmp_path / "data"})) as tools:
            found = await tools.lookup.find(f"{setup.serving.url}/p/{picture['id']}.png")
            taken = await tools.takedowns.take_down(found.pictures, RemovalReason.LEGAL)
            assert taken.pictures == (picture["id"],)
        await setup.serving.until("SELECT count(*) FROM pictures WHERE state = 'removed'", 1)
        await setup.discord.changes.until(lambda: any(fault.met for fault in faults), within=20, what="a change that fails")
        await setup.serving.kill()
        assert message.files
        assert not (tmp_path / "data" / "pictures" / picture["key"]).exists()
        setup.discord.faults.clear()
        may_identify(tmp_path / "data")
        await setup.serving.start()
        await setup.discord.changes.until(lambda: GONE in message.text and not message.files, within=90, what="the tombstone")
        notified = await setup.discord.changes.until(
            lambda: [one for one in setup.ada.dms if "the law, or a claim to a right" in one.text], within=20, what="why"
        )
        assert len(notified) == 1
        async with ServedVisitor(setup.serving.url) as visitor:
            assert (await visitor.get(f"/p/{picture['id']}.png")).status_code == 410
