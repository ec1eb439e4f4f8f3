"""Asks whether somebody who writes to the bot alone on Discord gets a picture from plain words, once, and nobody else does."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.discord_stage import DiscordStage, a_stage, is_done
from tests.fakes.discord import Intent, Message, Upload
from tests.fakes.discord.bodies import Body
from tests.fakes.discord.wire import PRIVILEGED


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server with the bot in it."""
    async with a_stage(tmp_path) as stage:
        yield stage


async def draw(stage: DiscordStage, words: str) -> None:
    """Have Ada write something to the bot, and wait for the picture."""
    written = await stage.ada.say(stage.ada.dm_channel, words)
    message = await stage.ada.dm_channel.message_when(is_done, within=30)
    assert message.reference is written
    assert len(stage.ada.dms) == 2


async def reply(stage: DiscordStage, words: str) -> Message:
    """Have Ada write something to the bot, and wait for the reply."""
    written = await stage.ada.say(stage.ada.dm_channel, words)
    return await stage.ada.dm_channel.message_when(lambda one: one.reference is written, within=20)


@pytest.mark.parametrize("words", ["a fox in the snow", "/imagine a fox in the snow", "<@{bot}> a fox in the snow"])
async def test_plain_words_draw(stage: DiscordStage, words: str) -> None:
    """No command and no privileged intent is needed; the answer is a reply."""
    await draw(stage, words.format(bot=stage.discord.bot.id))
    job = await stage.job(stage.ada.dms[-1])
    assert job.wish.prompt == "a fox in the snow"
    assert not any(Intent(hello.intents) & PRIVILEGED for hello in stage.discord.seen.hellos)


async def test_a_command_is_one_here_too(stage: DiscordStage) -> None:
    """And one that is wrong is answered with a sentence."""
    for typed, notice in (("help", "/imagine"), ("/quota show", "left"), ("/imagin a fox", "Did you mean imagine?")):
        assert notice in (await reply(stage, typed)).text


async def test_the_same_message_again_draws_nothing(stage: DiscordStage) -> None:
    """Gateways repeat events after a resume."""
    await draw(stage, "a fox in the snow")
    stage.channel.world.tell("MESSAGE_CREATE", stage.ada.dms[0].json(), intent=Intent.DIRECT_MESSAGES)
    await reply(stage, "help")  # what was heard before is dealt with by then
    assert [one.text for one in stage.ada.dms if one.reference is stage.ada.dms[0]] == [stage.ada.dms[1].text]


async def test_bots_and_servers_are_not_answered(stage: DiscordStage) -> None:
    """Else two bots would talk for ever, and plain words in a channel are not meant for us."""
    world = stage.channel.world
    other = stage.discord.add_user("robot")
    other.is_bot = True
    world.posts.create(other.dm_channel, other, Body({"content": "a fox"}, {}))
    await stage.ada.say(stage.channel, "a fox")
    await reply(stage, "help")
    assert len(other.dms) == 1
    assert len(stage.channel.messages) == 1


async def test_a_picture_without_words_is_told_so(stage: DiscordStage) -> None:
    """One sentence, and nothing is counted."""
    await stage.ada.say(stage.ada.dm_channel, "", Upload("fox.png", b"\x89PNG"))
    answer = await stage.ada.dm_channel.message_when(lambda one: one.reference, within=10)
    assert answer.text.startswith("There are no words in that message, so nothing was drawn.")
