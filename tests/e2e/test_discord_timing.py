"""Asks whether Discord always gets its response in time, and the right one, however slow or silent a command is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.adapters.discord.front_end import DiscordFrontEnd, DiscordOptions
from bot.adapters.discord.gateway import ShardOptions
from bot.app.system import SystemClock
from bot.commands.dispatcher import Dispatcher
from bot.commands.spec import Command
from bot.domain.chat import Button, Post, Tone
from bot.errors import BadInput
from bot.ports.surfaces import Call
from bot.services.picture_lookup import PictureLookup
from storage.limits.local import LocalRateLimiter
from storage.no_shared_files import NoSharedFiles
from tests.fakes.discord import Channel, DiscordPerson, FakeDiscord
from tests.fakes.discord.client import pointed_at
from tests.fakes.discord.interactions import Answer
from tests.fakes.jobs import MemoryJobs
from tests.fakes.objects import MemoryObjects
from tests.fakes.owners import nobody
from tests.fakes.pictures import MemoryPictures
from tests.fakes.removals import MemorySentMessages

PUBLIC = Post("here you are", Tone.DONE, buttons=(Button("Do", "do", "job1"),))
Act = Callable[[Call], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class NoArgs:
    """Nothing is taken."""


@dataclass
class OneCommandBot:
    """A bot with one command, whose behaviour a test gives it."""

    discord: FakeDiscord
    channel: Channel
    ada: DiscordPerson
    acts: list[Act] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, call: Call, args: NoArgs) -> None:
        """Do what the test wants."""
        await self.acts[-1](call)

    async def after_a_while(self, act: Act, call: Call) -> None:
        """Do it when the test says so."""
        await self.go_on.wait()
        await act(call)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[OneCommandBot]:
    """Yield it, connected."""
    async with FakeDiscord() as discord:
        bot = OneCommandBot(discord, discord.add_guild("Painters").add_channel("general"), discord.add_user("ada"))
        commands = [
            Command("do", "Do what the test wants", NoArgs, bot.run, answers_in_public=True),
            Command("peek", "Answer in private", NoArgs, bot.run),
        ]
        commands = [
            Command("do", "Do what the test wants", NoArgs, bot.run, answers_in_public=True),
            Command("peek", "Answer in private", NoArgs, bot.run),
        ]
        dispatcher = Dispatcher(commands, lambda: "c0ffee", nobody)
        options = DiscordOptions(discord.token, tmp_path / "lock", ShardOptions())
        clock = SystemClock()
        jobs = MemoryJobs(clock)
        lookup = PictureLookup(jobs, MemoryPictures(jobs), MemorySentMessages(jobs))
        with pointed_at(discord):
            async with (
                DiscordFrontEnd(options, MemoryObjects(), clock, LocalRateLimiter(clock), NoSharedFiles()) as front,
                front.listen(dispatcher, lookup),
            ):
                await discord.gateway.ready()
                await discord.commands_synced("do")
                yield bot


async def answers(call: Call) -> None:
    """Say it for all."""
    await call.answer(PUBLIC, key="job")


async def refuses(_: Call) -> None:
    """Will not do it."""
    raise BadInput("No.")


async def breaks(_: Call) -> None:
    """Has a bug."""
    raise ZeroDivisionError


async def says_nothing(_: Call) -> None:
    """Does it in silence."""


async def test_a_quick_answer_is_the_response_itself(bot: OneCommandBot) -> None:
    """Without a placeholder before it."""
    bot.acts.append(answers)
    interaction = await (await bot.ada.type_command(bot.channel, "do")).acknowledged()
    assert interaction.response_type is Answer.MESSAGE
    assert not (await interaction.message_when()).is_ephemeral


@pytest.mark.parametrize(("act", "sentence"), [(refuses, "No."), (breaks, "quote the code c0ffee")])
async def test_a_quick_refusal_is_private_from_the_start(bot: OneCommandBot, act: Act, sentence: str) -> None:
    """Nothing public was ever there."""
    bot.acts.append(act)
    message = await (await bot.ada.type_command(bot.channel, "do")).message_when()
    assert message.is_ephemeral
    assert sentence in message.text
    assert bot.channel.messages == []


async def test_a_slow_command_thinks_in_public_and_answers_there(bot: OneCommandBot) -> None:
    """Within the platform's three seconds."""
    bot.acts.append(lambda call: bot.after_a_while(answers, call))
    interaction = await (await bot.ada.type_command(bot.channel, "do")).acknowledged(within=3)
    assert interaction.response_type is Answer.THINKING
    bot.go_on.set()
    message = await interaction.message_when()
    assert message is interaction.original
    assert "here you are" in message.text
    assert interaction.follow_ups == []


async def test_in_a_crowd_everybody_gets_a_sign_at_once(bot: OneCommandBot) -> None:
    """Also those who came before it was one: nobody's token is at risk while the house is busy."""
    bot.acts.append(lambda call: bot.after_a_while(answers, call))
    people = [bot.discord.add_user(f"user{number}") for number in range(12)]
    interactions = [await one.type_command(bot.channel, "do") for one in people]
    await asyncio.gather(*(one.acknowledged(within=1.2) for one in interactions))
    assert {one.response_type for one in interactions} == {Answer.THINKING}
    bot.go_on.set()
    await asyncio.gather(*(one.message_when() for one in interactions))
    assert len(bot.channel.messages) == len(people)


async def test_a_slow_refusal_takes_the_public_placeholder_away(bot: OneCommandBot) -> None:
    """And is read by one person alone."""
    bot.acts.append(lambda call: bot.after_a_while(refuses, call))
    interaction = await (await bot.ada.type_command(bot.channel, "do")).acknowledged(within=3)
    bot.go_on.set()
    message = await interaction.message_when(lambda message: "No." in message.text)
    assert message.is_ephemeral
    await bot.discord.changes.until(lambda: not bot.channel.messages, within=5, what="an empty channel")


async def test_a_slow_private_command_thinks_in_private(bot: OneCommandBot) -> None:
    """Nothing public was ever there, and the answer takes the placeholder's place."""
    bot.acts.append(lambda call: bot.after_a_while(lambda call: call.whisper(Post("between us")), call))
    interaction = await (await bot.ada.type_command(bot.channel, "peek")).acknowledged(within=3)
    assert interaction.response_type is Answer.THINKING
    bot.go_on.set()
    message = await interaction.message_when(lambda message: "between us" in message.text)
    assert message is interaction.original
    assert message.is_ephemeral
    assert interaction.follow_ups == []
    assert bot.channel.messages == []


async def test_what_was_heard_too_late_is_answered_in_the_channel(bot: OneCommandBot) -> None:
    """By the bot's own token, and it says who asked: the interaction itself takes nothing any more."""
    bot.acts.append(answers)
    bot.discord.faults.fail("POST", "/interactions/*", status=404)
    await bot.ada.type_command(bot.channel, "do")
    await bot.discord.changes.until(lambda: bot.channel.messages, within=5, what="the answer")
    [message] = bot.channel.messages
    assert "here you are" in message.text
    assert "asked by Ada" in message.text


async def test_an_answer_and_then_a_whisper(bot: OneCommandBot) -> None:
    """Each where it belongs."""

    async def both(call: Call) -> None:
        await call.answer(PUBLIC, key="job")
        await call.whisper(Post("between us"))

    bot.acts.append(both)
    interaction = await bot.ada.type_command(bot.channel, "do")
    whisper = await interaction.message_when(lambda message: "between us" in message.text)
    assert whisper.is_ephemeral
    assert [message.is_ephemeral for message in interaction.messages] == [False, True]


async def test_a_command_that_says_nothing_is_responded_to(bot: OneCommandBot) -> None:
    """Else people would read that the application did not respond."""
    bot.acts.append(says_nothing)
    message = await (await bot.ada.type_command(bot.channel, "do")).message_when()
    assert message.is_ephemeral


@pytest.mark.parametrize("is_slow", [False, True])
async def test_a_button_that_says_nothing_is_acknowledged_without_a_sign(bot: OneCommandBot, is_slow: bool) -> None:
    """Its effect is seen elsewhere."""
    bot.acts.append(answers)
    message = await (await bot.ada.type_command(bot.channel, "do")).message_when()
    bot.acts.append((lambda call: bot.after_a_while(says_nothing, call)) if is_slow else says_nothing)
    pressed = await (await bot.ada.press(message, "Do")).acknowledged(within=3)
    bot.go_on.set()
    assert pressed.response_type is Answer.SILENT
    assert pressed.follow_ups == []


async def test_a_slow_button_answers_in_a_message_of_its_own(bot: OneCommandBot) -> None:
    """The one with the button stays as it is."""
    bot.acts.append(answers)
    message = await (await bot.ada.type_command(bot.channel, "do")).message_when()
    bot.acts.append(lambda call: bot.after_a_while(answers, call))
    pressed = await (await bot.ada.press(message, "Do")).acknowledged(within=3)
    bot.go_on.set()
    await bot.discord.changes.until(lambda: pressed.follow_ups, within=5, what="the answer")
    assert not pressed.follow_ups[0].is_ephemeral
    assert len(message.history) == 1


async def test_a_slow_buttons_refusal_is_private(bot: OneCommandBot) -> None:
    """As a quick one's."""
    bot.acts.append(answers)
    message = await (await bot.ada.type_command(bot.channel, "do")).message_when()
    bot.acts.append(lambda call: bot.after_a_while(refuses, call))
    pressed = await (await bot.ada.press(message, "Do")).acknowledged(within=3)
    bot.go_on.set()
    await bot.discord.changes.until(lambda: pressed.follow_ups, within=5, what="the refusal")
    assert pressed.follow_ups[0].is_ephemeral


async def test_a_whisper_that_cannot_be_delivered_breaks_nothing(bot: OneCommandBot) -> None:
    """It is logged, and the next command is heard."""
    bot.acts.append(refuses)
    bot.discord.faults.fail("POST", "/interactions/*", status=404)
    failed = await bot.ada.type_command(bot.channel, "do")
    bot.acts.append(answers)
    await (await bot.ada.type_command(bot.channel, "do")).message_when()
    assert not failed.is_acknowledged
