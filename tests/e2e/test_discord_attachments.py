"""Asks whether files that a command whispers arrive at the one who asked, whole, and at nobody else's."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.chat import Attachment, Post
from bot.ports.surfaces import Call
from tests.e2e.discord_stage import DiscordStage, a_stage
from tests.fakes.discord import Message
from tests.fakes.studio import png

PLOT = Attachment("usage.png", "image/png", png(60, 40), "Bars by day")
TABLE = Attachment("usage.csv", "text/csv", b"day,person\r\n")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server with the bot in it."""
    async with a_stage(tmp_path) as stage:
        yield stage


def whispering(stage: DiscordStage, may_speak: asyncio.Event) -> None:
    """Have a command that everybody knows whisper files, once it may."""
    assert stage.house is not None
    commands = stage.house.dispatcher.commands

    async def run(call: Call, args: object) -> None:
        await may_speak.wait()
        await call.whisper(Post("What was used", attachments=(PLOT, TABLE)))

    commands["help"] = replace(commands["help"], run=run)


@pytest.mark.parametrize("is_slow", [False, True])
async def test_files_are_whispered(stage: DiscordStage, is_slow: bool) -> None:
    """At once, and also when the answer took so long that its place was held first."""
    may_speak = asyncio.Event()
    whispering(stage, may_speak)
    if not is_slow:
        may_speak.set()
    interaction = await stage.ada.type_command(stage.channel, "help")
    await interaction.acknowledged()
    may_speak.set()

    def has_files(message: Message) -> bool:
        return bool(message.files)

    message = await interaction.message_when(has_files)
    assert message.is_ephemeral
    assert [(file.filename, file.content) for file in message.files] == [(one.name, one.content) for one in (PLOT, TABLE)]
    assert message.files[0].alt == "Bars by day"
    assert [one for one in stage.channel.messages if one.files] == []
