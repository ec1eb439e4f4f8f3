"""Asks on each platform, with the real clients, whether a community's list of words goes out as a file and comes in again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e import discord_stage, slack_stage
from tests.e2e.discord_stage import DiscordStage
from tests.fakes.discord import Interaction, Permission
from tests.fakes.discord.files import Upload
from tests.fakes.slack import Limits

LIST = "[[list]]\nseverity = 'warn'\nphrases = ['our mascot', 'their gnome']\n"


@pytest.fixture
async def discord(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server whose admin is ada."""
    async with discord_stage.a_stage(tmp_path) as stage:
        stage.guild.grant(stage.ada, Permission.MANAGE_GUILD)
        yield stage


async def said(interaction: Interaction) -> str:
    """Return what is answered to a command."""
    return (await interaction.message_when()).text


async def test_on_discord_a_list_is_a_file(discord: DiscordStage) -> None:
    """Both ways; what is no text, or too large, is refused in one sentence."""
    ada, channel = discord.ada, discord.channel
    sent = await ada.type_command(channel, "filter import", list=Upload("list.toml", LIST.encode()))
    assert "is now listed (2 entries)" in await said(sent)
    exported = await (await ada.type_command(channel, "filter export")).message_when(lambda one: bool(one.files))
    [file] = exported.files
    assert file.filename == "word-list.toml"
    assert "their gnome" in file.content.decode()
    again = await ada.type_command(channel, "filter import", list=Upload("list.toml", file.content))
    assert "It is so already" in await said(again)
    picture = await ada.type_command(channel, "filter import", list=Upload("fox.png", b"\x89PNG\xff"))
    assert "no UTF-8 text" in await said(picture)
    huge = await ada.type_command(channel, "filter import", list=Upload("list.txt", b"x" * (4 * 1024 * 1024 + 1)))
    assert "too large" in await said(huge)


async def test_on_slack_a_list_is_pasted_and_sent_as_a_file(tmp_path: Path) -> None:
    """An entry on each line."""
    async with slack_stage.a_stage(tmp_path, limits=Limits(files_must_be_shared=False)) as stage:
        boss = stage.team.add_member("boss", is_admin=True)
        await boss.command(stage.channel, "/easel", "filter import our mascot\n!naked mole rat")
        await boss.ephemeral("is now listed (2 entries)")
        await boss.command(stage.channel, "/easel", "filter list")
        await boss.ephemeral("“naked mole rat”: allowed")
        await boss.command(stage.channel, "/easel", "filter export")
        shown = await boss.dm.message_when(lambda one: bool(one.files), within=20)
        assert b"our mascot" in (shown.files[0].content or b"")
