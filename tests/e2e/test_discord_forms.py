"""Asks whether a command can open a form on Discord, what comes back of it, and what becomes of one that is late."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pytest

from bot.commands.spec import AnyCommand, Command
from bot.domain.chat import Button, Form, Post
from bot.domain.images import Quality, Shape, Size
from bot.domain.options import Text
from bot.domain.wishes import Draft, Rewriting
from bot.ports.surfaces import Call
from tests.e2e.discord_bot import a_bot
from tests.fakes.discord import Channel, DiscordPerson, FakeDiscord, Interaction
from tests.fakes.discord.interactions import Answer
from tests.fakes.discord.modals import Modal

FORMS = (Button("Form", "form", ""), Button("Silent", "silent", ""))


@dataclass(frozen=True, slots=True)
class NoArgs:
    """Nothing is taken."""


@dataclass(frozen=True, slots=True)
class NoteArgs:
    """What `/note` takes."""

    words: Annotated[str | None, Text("Anything", longest=50)] = None


@dataclass
class FormBot:
    """A bot whose buttons open forms of `/imagine` and of `/note`, and which remembers what came back."""

    discord: FakeDiscord
    channel: Channel
    ada: DiscordPerson
    values: dict[str, str] = field(default_factory=dict)
    came: list[object] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    form: str = "imagine"

    @property
    def commands(self) -> tuple[AnyCommand, ...]:
        """What it can do."""
        return (
            Command("buttons", "Show the buttons", NoArgs, self._show),
            Command("form", "Open a form", NoArgs, self._open, opens_form=True),
            Command("late", "Open a form late", NoArgs, self._open_late, opens_form=True),
            Command("silent", "Say something, then open a form", NoArgs, self._speak_first, is_typed=False),
            Command("wait", "Wait", NoArgs, self._wait),
            Command("imagine", "Draw a picture from words", Draft, self._take),
            Command("note", "Take a note", NoteArgs, self._take),
        )

    async def pressed(self, label: str = "Form") -> Interaction:
        """Have Ada press a button."""
        message = await (await self.ada.type_command(self.channel, "buttons")).message_when()
        return await self.ada.press(message, label)

    async def shown(self, label: str = "Form") -> tuple[Interaction, Modal]:
        """Have Ada press a button, and wait for the form."""
        interaction = await self.pressed(label)
        return interaction, await interaction.modal_shown()

    async def _show(self, call: Call, args: NoArgs) -> None:
        await call.answer(Post("here", buttons=FORMS), key="job")

    async def _open(self, call: Call, args: NoArgs) -> None:
        await call.ask(Form(self.form, self.values))

    async def _open_late(self, call: Call, args: NoArgs) -> None:
        await self.go_on.wait()
        await call.ask(Form(self.form, self.values))

    async def _speak_first(self, call: Call, args: NoArgs) -> None:
        await call.whisper(Post("first"))
        await call.ask(Form(self.form, self.values))

    async def _wait(self, call: Call, args: NoArgs) -> None:
        await self.go_on.wait()
        await call.answer(Post("waited"), key="job")

    async def _take(self, call: Call, args: object) -> None:
        self.came.append(args)
        await call.answer(Post("taken"), key="job")


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[FormBot]:
    """Yield it, connected."""
    async with FakeDiscord() as discord:
        discord.limits.allow_late_answers()
        bot = FormBot(discord, discord.add_guild("Painters").add_channel("general"), discord.add_user("ada"))
        async with a_bot(discord, tmp_path, bot.commands):
            yield bot


async def test_a_form_is_drawn_from_the_declaration(bot: FormBot) -> None:
    """What a command needs comes first; choices are menus, and what is filled in is chosen already."""
    bot.values = {"shape": "wide"}
    interaction, modal = await bot.shown()
    assert interaction.response_type is Answer.MODAL
    assert modal.title == "Draw a picture from words"
    assert [field.label for field in modal.fields] == ["Prompt", "Shape", "Quality", "Count", "Size"]
    assert [field.is_required for field in modal.fields] == [True, False, False, False, False]
    shape = next(field for field in modal.fields if field.label == "Shape")
    assert [(one["value"], one.get("default", False)) for one in shape.raw["options"]] == [
        ("square", False),
        ("wide", True),
        ("tall", False),
    ]


async def test_what_is_filled_in_comes_back_as_the_command(bot: FormBot) -> None:
    """Checked like anything typed; what was left empty is as usual."""
    interaction, _ = await bot.shown()
    sent = await bot.ada.submit_modal(interaction, {"Prompt": "a fox", "Shape": "wide", "Count": "2", "Size": ""})
    assert "taken" in (await sent.message_when()).text
    assert bot.came == [Draft(prompt="a fox", shape=Shape.WIDE, count=2)]


async def test_values_are_filled_in_already(bot: FormBot) -> None:
    """And those that a form has no room for come back with it."""
    bot.values = {"prompt": "an owl", "quality": "high", "count": "4", "size": "640x480", "rewriting": "off"}
    interaction, modal = await bot.shown()
    assert {field.label: field.preset for field in modal.fields}["Quality"] == ["high"]
    await (await bot.ada.submit_modal(interaction, {"Prompt": "two owls"})).message_when()
    assert bot.came == [
        Draft(prompt="two owls", quality=Quality.HIGH, count=4, size=Size(640, 480), rewriting=Rewriting.OFF),
    ]


async def test_the_longest_prompt_fits_into_a_form(bot: FormBot) -> None:
    """There and back."""
    bot.values = {"prompt": "x" * 4000}
    interaction, _ = await bot.shown()
    await (await bot.ada.submit_modal(interaction)).message_when()
    assert bot.came == [Draft(prompt="x" * 4000)]


async def test_a_form_of_nothing_needed_may_be_sent_empty(bot: FormBot) -> None:
    """Empty is absent."""
    bot.form = "note"
    interaction, _ = await bot.shown()
    await (await bot.ada.submit_modal(interaction, {"Words": "  "})).message_when()
    assert bot.came == [NoteArgs()]


async def test_what_makes_no_sense_in_a_form_is_refused_in_private(bot: FormBot) -> None:
    """Like anything typed."""
    interaction, _ = await bot.shown()
    refused = await (await bot.ada.submit_modal(interaction, {"Prompt": "a fox", "Count": "many"})).message_when()
    assert "count is a whole number from 1 to 4" in refused.text
    assert refused.is_ephemeral
    assert bot.came == []


async def test_a_form_speaks_the_language_of_whoever_opens_it(bot: FormBot) -> None:
    """Its labels and choices; what comes back is the same."""
    bot.ada.locale = "de"
    interaction, modal = await bot.shown()
    assert modal.title == "Ein Bild aus Worten zeichnen"
    assert [field.label for field in modal.fields][:3] == ["Beschreibung", "Format", "Qualität"]
    await (await bot.ada.submit_modal(interaction, {"Beschreibung": "ein Fuchs", "Format": "wide"})).message_when()
    assert bot.came == [Draft(prompt="ein Fuchs", shape=Shape.WIDE)]


async def test_a_slash_command_may_open_a_form(bot: FormBot) -> None:
    """As its first words."""
    interaction = await bot.ada.type_command(bot.channel, "form")
    assert (await interaction.modal_shown()).custom_id == "imagine"


async def test_a_form_is_worth_waiting_for(bot: FormBot) -> None:
    """Longer than other first words, and in a crowd too: there is no other chance."""
    late = await bot.ada.type_command(bot.channel, "late")
    tenant_quota = [await bot.discord.add_user(f"user{number}").type_command(bot.channel, "wait") for number in range(8)]
    await asyncio.gather(*(one.acknowledged(within=1.2) for one in tenant_quota))
    assert not late.is_acknowledged
    bot.go_on.set()
    await late.modal_shown()
    await asyncio.gather(*(one.message_when() for one in tenant_quota))


async def test_a_form_that_comes_too_late_is_a_sentence(bot: FormBot) -> None:
    """In private, within the platform's three seconds; nothing public stays behind."""
    late = await (await bot.ada.type_command(bot.channel, "late")).acknowledged(within=3)
    assert late.acknowledged_after is not None
    assert late.acknowledged_after > 2
    bot.go_on.set()
    whisper = await late.message_when(lambda message: "could not be opened in time" in message.text)
    assert whisper.is_ephemeral
    assert bot.channel.messages == []


async def test_a_form_is_only_possible_as_the_first_words(bot: FormBot) -> None:
    """Not after others."""
    interaction = await bot.pressed("Silent")
    whisper = await interaction.message_when(lambda message: "could not be opened" in message.text)
    assert whisper.is_ephemeral


async def test_a_form_that_is_sent_twice_is_one_call(bot: FormBot) -> None:
    """As everything that platforms deliver twice."""
    interaction, _ = await bot.shown()
    sent = await bot.ada.submit_modal(interaction, {"Prompt": "a fox"})
    bot.discord.deliver(sent)
    await sent.message_when()
    await bot.pressed()
    assert len(bot.came) == 1
