"""Asks whether people find their pictures again on Discord and on Slack: by words, and page by page."""

from pathlib import Path

from bot.adapters.slack.manifest import EASEL
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
