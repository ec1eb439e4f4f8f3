"""Asks whether a removed picture is gone from Discord: the channel, direct messages, and after the death of the token."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.removals import RemovalReason, StepState
from tests.e2e.discord_stage import DiscordStage, a_stage, is_done
from tests.fakes.discord import Message, Permission

GONE = "This picture was taken down."


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server with the bot in it."""
    async with a_stage(tmp_path) as stage:
        yield stage


async def drawn(stage: DiscordStage, prompt: str = "a fox in the snow") -> Message:
    """Have a picture drawn, and wait until its job is over."""
    message = await stage.picture(prompt)
    async with asyncio.timeout(15):
        while not (await stage.job(message)).state.is_final:  # noqa: ASYNC110 - the database is looked at
            await asyncio.sleep(0.02)
    return message


async def remove(stage: DiscordStage, message: Message, case: str | None = None) -> str:
    """Decide that what a message shows goes, and return the picture's id."""
    assert stage.house is not None
    job = await stage.job(message)
    [picture] = await stage.house.services.features.pictures.gallery.visible(job.id)
    assert await stage.house.services.features.moderation.removals.remove(picture.id, RemovalReason.RULES, "mod", case)
    return picture.id


async def shows(stage: DiscordStage, message: Message, text: str) -> None:
    """Wait until a message says that, and shows no file."""
    await stage.discord.changes.until(lambda: text in message.text and not message.files, within=15, what=text)


async def read_notice(stage: DiscordStage) -> Message:
    """Wait for the direct message that says why."""
    return await stage.discord.changes.until(
        lambda: next((one for one in stage.ada.dms if "was taken down because" in one.text), None), within=15, what="why"
    )


async def test_the_channel_shows_nothing_of_it_and_its_author_knows_why(stage: DiscordStage) -> None:
    """Neither picture nor words; the bytes are gone from the store."""
    message = await drawn(stage, "a fox in the snow")
    await remove(stage, message)
    await shows(stage, message, GONE)
    assert "fox" not in message.text
    assert [button.label for button in message.buttons] == ["Why?"]
    assert "breaks the rules of the place" in (await read_notice(stage)).text
    assert [path for path in stage.settings.home.glob("pictures/**/*") if path.is_file()] == []


async def test_it_goes_after_the_death_of_the_token_and_after_a_restart(stage: DiscordStage) -> None:
    """By the bot's own token."""
    message = await drawn(stage)
    await stage.close()
    stage.discord.forward(minutes=16)
    await stage.open()
    await remove(stage, message)
    await shows(stage, message, GONE)


async def test_it_goes_from_direct_messages(stage: DiscordStage) -> None:
    """Where somebody had it sent to them."""
    message = await drawn(stage)
    bob = stage.discord.add_user("bob")
    await bob.react(message, "✉")
    sent = await stage.discord.changes.until(lambda: next(filter(is_shown, bob.dms), None), within=15, what="the picture by mail")
    await remove(stage, message)
    await shows(stage, message, GONE)
    await shows(stage, sent, GONE)
    assert sent.buttons == ()


async def test_whoever_asks_is_told_why_and_nobody_else(stage: DiscordStage) -> None:
    """By the button."""
    message = await drawn(stage)
    await remove(stage, message)
    await shows(stage, message, GONE)
    eve = stage.discord.add_user("eve")
    assert "breaks the rules" in (await (await stage.ada.press(message, "Why?")).message_when()).text
    assert "Only the person who asked" in (await (await eve.press(message, "Why?")).message_when()).text


async def test_a_decision_that_is_undone_brings_it_back(stage: DiscordStage) -> None:
    """In the same message."""
    assert stage.house is not None
    message = await drawn(stage)
    picture = await remove(stage, message, case="case 1")
    await shows(stage, message, GONE)
    assert await stage.house.services.features.moderation.removals.restore(picture, "mod", "case 1")  # type: ignore[arg-type]
    await stage.discord.changes.until(lambda: is_done(message), within=15, what="the picture")


async def test_what_stands_where_we_may_not_go_is_listed(stage: DiscordStage) -> None:
    """The bot was put out of the channel, and the token is dead."""
    message = await drawn(stage)
    await stage.close()
    stage.discord.forward(minutes=16)
    await stage.open()
    stage.channel.deny(stage.discord.bot, Permission.VIEW_CHANNEL)
    picture = await remove(stage, message)
    await read_notice(stage)
    removals = stage.base.records.removals
    async with asyncio.timeout(15):
        while not (left := await removals.list_unfinished(most=9)):  # noqa: ASYNC110 - the database is looked at
            await asyncio.sleep(0.02)
    assert [(one.picture, one.place.split()[0], one.state) for one in left] == [(picture, "message", StepState.IMPOSSIBLE)]
    assert message.files


def is_shown(message: Message) -> bool:
    """Whether a message shows a picture."""
    return bool(message.files)
