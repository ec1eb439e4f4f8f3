"""People who use the same house by different front ends: what they say and wish, and what they hear."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from bot.adapters.slack.manifest import EASEL, IMAGINE
from tests.e2e import discord_stage, slack_stage
from tests.e2e.serving import ServedVisitor
from tests.fakes.discord import Channel as DiscordChannel
from tests.fakes.discord import DiscordPerson
from tests.fakes.discord import Message as DiscordMessage
from tests.fakes.slack import Channel as SlackChannel
from tests.fakes.slack import FakeSlack, Member
from tests.fakes.slack import Message as SlackMessage

_PATIENCE = 20.0


@dataclass
class ChatAnswer:
    """What somebody was answered with. `press` presses a button below it, and gives what was said then."""

    text: str
    is_private: bool
    press: "Callable[[str], Awaitable[ChatAnswer]]"


@dataclass(frozen=True, slots=True)
class UsageAnswer:
    """What `/usage` was answered with."""

    text: str
    picture: bytes
    alt: str
    table: str


class Hand(Protocol):
    """Somebody at one front end."""

    @property
    def mention(self) -> object:
        """What an option about a person takes, for whoever sits at the same front end."""
        ...

    async def says(self, command: str, /, **options: object) -> ChatAnswer:
        """Return a command, and read the answer."""
        ...

    async def wishes(self, prompt: str = "a fox", /) -> ChatAnswer:
        """Ask for a picture, and read how it ended, or why there will be none."""
        ...

    async def looks_at_usage(self) -> UsageAnswer:
        """Ask what was drawn, and open what comes with the answer."""
        ...


@dataclass
class OnDiscord:
    """Somebody in a channel of a server."""

    person: DiscordPerson
    room: DiscordChannel

    @property
    def mention(self) -> object:
        """Return whom the client's list would choose."""
        return self.person

    async def says(self, command: str, /, **options: object) -> ChatAnswer:
        """Type it, with options as the client offers them."""
        interaction = await self.person.type_command(self.room, command, **options)
        return self._read_answer(await interaction.message_when(lambda one: one.text, within=_PATIENCE))

    async def wishes(self, prompt: str = "a fox", /) -> ChatAnswer:
        """Wait for the picture, or for a word about why there is none."""
        interaction = await self.person.type_command(self.room, "imagine", prompt=prompt)
        return self._read_answer(await interaction.message_when(_is_over_on_discord, within=_PATIENCE))

    async def looks_at_usage(self) -> UsageAnswer:
        """Read the files below the whisper."""
        interaction = await self.person.type_command(self.room, "usage")
        message = await interaction.message_when(lambda one: len(one.files) == len((".png", ".csv")), within=_PATIENCE)
        assert message.is_ephemeral
        picture, table = message.files
        return UsageAnswer(message.text, picture.content, picture.alt or "", table.content.decode("utf-8-sig"))

    def _read_answer(self, message: DiscordMessage) -> ChatAnswer:
        async def press(label: str) -> ChatAnswer:
            interaction = await self.person.press(message, label)
            return self._read_answer(await interaction.message_when(lambda one: one.text, within=_PATIENCE))

        return ChatAnswer(re.sub(r"\\(?=\W|_)", "", message.text), message.is_ephemeral, press)


def _is_over_on_discord(message: DiscordMessage) -> bool:
    return message.is_ephemeral or discord_stage.is_done(message) or "Change words" in [one.label for one in message.buttons]


@dataclass
class OnSlack:
    """Somebody in a channel of a workspace."""

    slack: FakeSlack
    member: Member
    channel: SlackChannel

    @property
    def mention(self) -> object:
        """Return what the client makes of a mention."""
        return f"<@{self.member.id}|{self.member.name}>"

    async def says(self, command: str, /, **options: object) -> ChatAnswer:
        """Type it after `/easel`, with flags."""
        flags = [f"--{name} {_quoted(str(value))}" for name, value in options.items()]
        return await self.whispered(lambda: self.member.command(self.channel, EASEL, " ".join([command, *flags])))

    async def fills_in(self, command: str, /, **values: object) -> ChatAnswer:
        """Type the command alone, and fill in the form that opens."""
        await self.member.command(self.channel, EASEL, command)
        view = await self.member.view()
        return await self.whispered(lambda: self.member.submit(view, values))

    async def wishes(self, prompt: str = "a fox", /) -> ChatAnswer:
        """Wait for the picture, or for a word about why there is none."""
        there, seen = {one.ts for one in self.channel.messages}, len(self.member.ephemerals())
        await self.member.command(self.channel, IMAGINE, prompt)

        def over() -> SlackMessage | None:
            whispers = self.member.ephemerals()[seen:]
            ends = [one for one in self.channel.messages if one.ts not in there and _is_over_on_slack(one)]
            return next(iter([*whispers, *ends]), None)

        return self._read_answer(await self.slack.until(over, within=_PATIENCE, what=f"an end of {prompt!r}"))

    async def looks_at_usage(self) -> UsageAnswer:
        """Read the direct message that has the files, once the whisper says that there is one."""
        pointed = await self.says("usage")
        assert "direct message" in pointed.text
        files = await self.slack.until(
            lambda: found if len(found := [file for one in self.member.dms for file in one.files]) == 2 else None,
            within=_PATIENCE,
            what="a picture and a table",
        )
        picture, table = files
        text = self.member.dms[0].shown
        return UsageAnswer(text, picture.content or b"", picture.alt, (table.content or b"").decode("utf-8-sig"))

    async def whispered(self, act: Callable[[], Awaitable[object]]) -> ChatAnswer:
        """Do something, and read what is whispered then."""
        seen = len(self.member.ephemerals())
        await act()

        def newest() -> list[SlackMessage]:
            return self.member.ephemerals()[seen:]

        return self._read_answer((await self.slack.until(newest, within=_PATIENCE, what="a whisper"))[-1])

    def _read_answer(self, message: SlackMessage) -> ChatAnswer:
        async def press(label: str) -> ChatAnswer:
            return await self.whispered(lambda: self.member.press(message, label))

        words, labels = message.shown.split("\n"), message.buttons
        return ChatAnswer("\n".join(words[: len(words) - len(labels)]), message.is_ephemeral, press)


def _is_over_on_slack(message: SlackMessage) -> bool:
    return slack_stage.is_done(message) or "Change words" in message.buttons


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


@dataclass
class OnPage:
    """Somebody with a browser."""

    visitor: ServedVisitor
    user: str

    @property
    def mention(self) -> object:
        """Return the id that the page has for them."""
        return f"web:{self.user}"

    async def says(self, command: str, /, **options: object) -> ChatAnswer:
        """Type it, with flags."""
        flags = [f"--{name} {_quoted(str(value))}" for name, value in options.items()]
        return self._noted(await self.visitor.types(" ".join([f"/{command}", *flags])))

    async def wishes(self, prompt: str = "a fox", /) -> ChatAnswer:
        """Wait for the picture, or for a word about why there is none."""
        reply = await self.visitor.types(f"/imagine {prompt}")
        if reply["notes"]:
            return self._noted(reply)
        async with asyncio.timeout(_PATIENCE):
            while (post := await self._answer(reply["answered"]))["tone"] in {"waiting", "working"}:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.02)
        return ChatAnswer("\n".join([post["text"], *post["footer"]]), is_private=False, press=self._presses(post))

    async def looks_at_usage(self) -> UsageAnswer:
        """Fetch what the note links to."""
        [note] = (await self.visitor.types("/usage"))["notes"]
        picture, table = note["files"]
        contents = [(await self.visitor.get(file["link"])).content for file in (picture, table)]
        return UsageAnswer(note["text"], contents[0], picture["alt"], contents[1].decode("utf-8-sig"))

    async def _answer(self, message: str) -> dict[str, Any]:
        found: dict[str, Any] = next(one["post"] for one in await self.visitor.messages() if one["id"] == message)
        return found

    def _noted(self, reply: dict[str, Any]) -> ChatAnswer:
        notes = reply["notes"]
        details = [text for note in notes for detail in note["folds"] for text in (detail["title"], detail["text"])]
        return ChatAnswer(
            "\n".join([*(note["text"] for note in notes), *details]), is_private=True, press=self._presses(notes[-1])
        )

    def _presses(self, post: dict[str, Any]) -> Callable[[str], Awaitable[ChatAnswer]]:
        async def press(label: str) -> ChatAnswer:
            action = next(button["action"] for button in post["buttons"] if button["label"] == label)
            return self._noted(await self.visitor.presses(action))

        return press
