"""Asks whether people find their pictures again on Discord and on Slack: by words, and page by page."""

import asyncio
from pathlib import Path

from bot.adapters.slack.manifest import EASEL
from bot.app.foundation import Foundation
from bot.domain.jobs import Job
from tests.e2e import discord_stage, slack_stage

LONG = "a fox " + "who walks through the deep snow of a very long winter " * 60
"""As many words as a picture may have, nearly: a page of ten says them all, as far as there is room."""


async def test_pictures_are_found_by_words_on_discord(tmp_path: Path) -> None:
    """Ten in a whisper; the button has the others."""
    async with discord_stage.a_stage(tmp_path) as stage:
        await stage.picture("an owl at night")
        for _ in range(3):
            await stage.picture(LONG, count=4, rewriting="off")
        found = await (await stage.ada.type_command(stage.channel, "gallery", words="FOX winter", since="7d")).message_when()
        assert found.is_ephemeral
        assert len(found.files) == 10
        assert "Your newest pictures with “fox winter” since " in found.text
        older = await (await stage.ada.press(found, "Older")).message_when()
        assert len(older.files) == 2
        assert not older.buttons
        none = await (await stage.ada.type_command(stage.channel, "gallery", words='owl" NOT night*')).message_when()
        assert "No picture of yours was found with “owl not night”" in none.text
        wishes = await (await stage.ada.type_command(stage.channel, "gallery", state="all")).message_when()
        assert "All that you asked for (4):" in wishes.text
        assert wishes.text.count("4 pictures") == 3
        assert "an owl at night – 1 picture · 1 counted · " in wishes.text


async def test_pictures_are_found_by_words_on_slack(tmp_path: Path) -> None:
    """The same, typed as a line; so many files only show in a direct message."""
    async with slack_stage.a_stage(tmp_path) as stage:
        await stage.picture("an owl at night")
        for _ in range(3):
            await stage.picture(f"{LONG} --count 4 --rewriting off")
        await stage.ada.command(stage.channel, EASEL, "gallery fox winter --since 7d")
        found = await stage.ada.dm.message_when(lambda one: "Older" in one.buttons, within=20)
        assert "Your newest pictures with “fox winter” since " in found
        assert len(found.alts) == 10
        await stage.ada.press(found, "Older")
        older = await stage.ada.dm.message_when(lambda one: "Older pictures" in one and len(one.alts) == 2, within=20)
        assert "with “fox winter” since " in older
        await stage.ada.command(stage.channel, EASEL, "gallery night --state all")
        wishes = await stage.ada.ephemeral("All that you asked for with “night” (1):", within=20)
        assert "an owl at night – 1 picture · 1 counted · " in wishes


async def test_a_star_is_kept_and_shown_again_on_discord(tmp_path: Path) -> None:
    """By the button and as a reaction, which can be taken back; what is shown again has its buttons."""
    async with discord_stage.a_stage(tmp_path) as stage:
        owl, fox = await stage.picture("an owl at night"), await stage.picture("a fox in the snow")
        pressed = await (await stage.ada.press(owl, "☆")).message_when()
        assert "Now among your favourites" in pressed.text
        await stage.ada.react(fox, "⭐")
        await favourites(stage.base, await stage.job(fox), are=True)
        page = await (await stage.ada.type_command(stage.channel, "gallery", only="favourites")).message_when()
        assert len(page.files) == 2
        await stage.ada.unreact(fox, "⭐")
        await favourites(stage.base, await stage.job(fox), are=False)
        job = await stage.job(owl)
        again = await (await stage.ada.type_command(stage.channel, "show", link=job.id)).message_when(discord_stage.is_done)
        assert not again.is_ephemeral
        assert [button.label for button in again.buttons] == [button.label for button in owl.buttons]
        shared = await (await stage.ada.type_command(stage.channel, "share", link=job.id, words="show")).message_when()
        assert shared.is_ephemeral
        assert [button.label for button in shared.buttons] == ["Hide the words", "Stop sharing", "Open"]
        stopped = await (await stage.ada.press(shared, "Stop sharing")).message_when()
        assert "1 link stopped working" in stopped.text
        await (await stage.ada.type_command(stage.channel, "collection add", name="Night birds", link=job.id)).message_when()
        birds = await (await stage.ada.type_command(stage.channel, "collection show", name="night birds")).message_when()
        assert len(birds.files) == 1


async def test_a_star_is_kept_and_shown_again_on_slack(tmp_path: Path) -> None:
    """The same, where a star has a name."""
    async with slack_stage.a_stage(tmp_path) as stage:
        owl = await stage.picture("an owl at night")
        job = await stage.job(owl)
        await stage.ada.react(owl, "star")
        await favourites(stage.base, job, are=True)
        await stage.ada.unreact(owl, "star")
        await favourites(stage.base, job, are=False)
        await stage.ada.press(owl, "☆")
        await stage.ada.ephemeral("Now among your favourites")
        await stage.ada.command(stage.channel, EASEL, f"show {job.id}")
        await stage.done(but={owl.ts})
        await stage.ada.command(stage.channel, EASEL, f"share {job.id}")
        shared = await stage.ada.ephemeral("Shared: anybody with the link sees the picture and not your words.")
        assert "/s/" in shared
        await stage.ada.press(shared, "Show the words")
        await stage.ada.ephemeral("and your words.")
        await stage.ada.command(stage.channel, EASEL, "collection add night birds")
        await stage.ada.ephemeral("1 picture put into night birds")


async def favourites(base: Foundation, job: Job, *, are: bool) -> None:
    """Wait until the pictures of a job are favourites, or are none."""
    async with asyncio.timeout(10):
        while any((one.starred_at is not None) is not are for one in await base.records.pictures.of_job(job.id)):  # noqa: ASYNC110 - the database is looked at
            await asyncio.sleep(0.01)
