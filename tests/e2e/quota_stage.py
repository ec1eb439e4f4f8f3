"""One house as a program on Discord, Slack and the page at once, and people who use it by each of these doors alike."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

from bot.adapters.slack.manifest import EASEL, EVENTS, IMAGINE
from tests.e2e import discord_stage, slack_stage
from tests.e2e.program import Program
from tests.e2e.serving import Serving, Visitor
from tests.fakes.discord import Channel as DiscordChannel
from tests.fakes.discord import FakeDiscord, Guild, Permission
from tests.fakes.discord import Message as DiscordMessage
from tests.fakes.discord import Person as DiscordPerson
from tests.fakes.openai import FakeOpenAI
from tests.fakes.slack import Channel as SlackChannel
from tests.fakes.slack import FakeSlack, Member, Workspace
from tests.fakes.slack import Message as SlackMessage
from tests.fakes.slack.workspaces import Group

_PATIENCE = 20.0


@dataclass
class Heard:
    """What somebody was answered with. `press` presses a button below it, and gives what was said then."""

    text: str
    is_private: bool
    press: "Callable[[str], Awaitable[Heard]]"


class Hand(Protocol):
    """Somebody at one door."""

    @property
    def mention(self) -> object:
        """What an option about a person takes, for whoever sits at the same door."""
        ...

    async def says(self, command: str, /, **options: object) -> Heard:
        """Give a command, and read the answer."""
        ...

    async def wishes(self, prompt: str = "a fox", /) -> Heard:
        """Ask for a picture, and read how it ended, or why there will be none."""
        ...


@dataclass
class OnDiscord:
    """Somebody in a channel of a server."""

    person: DiscordPerson
    room: DiscordChannel

    @property
    def mention(self) -> object:
        """Give whom the client's list would choose."""
        return self.person

    async def says(self, command: str, /, **options: object) -> Heard:
        """Type it, with options as the client offers them."""
        interaction = await self.person.type_command(self.room, command, **options)
        return self._heard(await interaction.message_when(lambda one: one.text, within=_PATIENCE))

    async def wishes(self, prompt: str = "a fox", /) -> Heard:
        """Wait for the picture, or for a word about why there is none."""
        interaction = await self.person.type_command(self.room, "imagine", prompt=prompt)
        return self._heard(await interaction.message_when(_is_over_on_discord, within=_PATIENCE))

    def _heard(self, message: DiscordMessage) -> Heard:
        async def press(label: str) -> Heard:
            interaction = await self.person.press(message, label)
            return self._heard(await interaction.message_when(lambda one: one.text, within=_PATIENCE))

        return Heard(re.sub(r"\\(?=\W|_)", "", message.text), message.is_ephemeral, press)


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
        """Give what the client makes of a mention."""
        return f"<@{self.member.id}|{self.member.name}>"

    async def says(self, command: str, /, **options: object) -> Heard:
        """Type it after `/easel`, with flags."""
        flags = [f"--{name} {_quoted(str(value))}" for name, value in options.items()]
        return await self._whispered(lambda: self.member.command(self.channel, EASEL, " ".join([command, *flags])))

    async def fills_in(self, command: str, /, **values: object) -> Heard:
        """Type the command alone, and fill in the form that opens."""
        await self.member.command(self.channel, EASEL, command)
        view = await self.member.view()
        return await self._whispered(lambda: self.member.submit(view, values))

    async def wishes(self, prompt: str = "a fox", /) -> Heard:
        """Wait for the picture, or for a word about why there is none."""
        there, seen = {one.ts for one in self.channel.messages}, len(self.member.ephemerals())
        await self.member.command(self.channel, IMAGINE, prompt)

        def over() -> SlackMessage | None:
            told = self.member.ephemerals()[seen:]
            ends = [one for one in self.channel.messages if one.ts not in there and _is_over_on_slack(one)]
            return next(iter([*told, *ends]), None)

        return self._heard(await self.slack.until(over, within=_PATIENCE, what=f"an end of {prompt!r}"))

    async def _whispered(self, act: Callable[[], Awaitable[object]]) -> Heard:
        seen = len(self.member.ephemerals())
        await act()

        def newest() -> list[SlackMessage]:
            return self.member.ephemerals()[seen:]

        return self._heard((await self.slack.until(newest, within=_PATIENCE, what="a whisper"))[-1])

    def _heard(self, message: SlackMessage) -> Heard:
        async def press(label: str) -> Heard:
            return await self._whispered(lambda: self.member.press(message, label))

        words, labels = message.shown.split("\n"), message.buttons
        return Heard("\n".join(words[: len(words) - len(labels)]), message.is_ephemeral, press)


def _is_over_on_slack(message: SlackMessage) -> bool:
    return slack_stage.is_done(message) or "Change words" in message.buttons


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


@dataclass
class OnPage:
    """Somebody with a browser."""

    visitor: Visitor
    user: str

    @property
    def mention(self) -> object:
        """Give the id that the page has for them."""
        return f"web:{self.user}"

    async def says(self, command: str, /, **options: object) -> Heard:
        """Type it, with flags."""
        flags = [f"--{name} {_quoted(str(value))}" for name, value in options.items()]
        return self._noted(await self.visitor.types(" ".join([f"/{command}", *flags])))

    async def wishes(self, prompt: str = "a fox", /) -> Heard:
        """Wait for the picture, or for a word about why there is none."""
        reply = await self.visitor.types(f"/imagine {prompt}")
        if reply["notes"]:
            return self._noted(reply)
        async with asyncio.timeout(_PATIENCE):
            while (post := await self._answer(reply["answered"]))["tone"] in {"waiting", "working"}:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.02)
        return Heard("\n".join([post["text"], *post["footer"]]), is_private=False, press=self._presses(post))

    async def _answer(self, message: str) -> dict[str, object]:
        found: dict[str, object] = next(one["post"] for one in await self.visitor.messages() if one["id"] == message)
        return found

    def _noted(self, reply: dict[str, object]) -> Heard:
        notes = reply["notes"]
        assert isinstance(notes, list)
        folds = [text for note in notes for fold in note["folds"] for text in (fold["title"], fold["text"])]
        return Heard("\n".join([*(note["text"] for note in notes), *folds]), is_private=True, press=self._presses(notes[-1]))

    def _presses(self, post: dict[str, object]) -> Callable[[str], Awaitable[Heard]]:
        async def press(label: str) -> Heard:
            buttons = post["buttons"]
            assert isinstance(buttons, list)
            action = next(button["action"] for button in buttons if button["label"] == label)
            return self._noted(await self.visitor.presses(action))

        return press


@dataclass
class Town:
    """A Discord, a Slack, a page, and the program that serves them. `painters` are a group of the workspace from the start."""

    discord: FakeDiscord
    slack: FakeSlack
    openai: FakeOpenAI
    acme: Workspace
    painters: Group
    serving: Serving
    stack: AsyncExitStack
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    _owner: OnPage | None = None

    def server(self) -> Guild:
        """Give a new server with a channel and somebody in charge of it; the bot is in it."""
        guild = self.discord.add_guild(f"Server {next(self.numbers)}")
        guild.add_channel("general")
        return guild

    def on_discord(self, guild: Guild, *, is_admin: bool = False) -> OnDiscord:
        """Let somebody new join a server."""
        person = self.discord.add_user(f"user{next(self.numbers)}")
        guild.grant(person, Permission.MANAGE_GUILD if is_admin else Permission.NONE)
        return OnDiscord(person, next(iter(guild.channels.values())))

    def on_slack(self, *, is_admin: bool = False) -> OnSlack:
        """Let somebody new join the workspace, with a channel to themselves."""
        return self.somebody(self.acme.add_member(f"user{next(self.numbers)}", is_admin=is_admin))

    def somebody(self, member: Member) -> OnSlack:
        """Let somebody of the workspace act."""
        return OnSlack(self.slack, member, self.acme.add_channel(f"room{next(self.numbers)}"))

    async def on_page(self) -> OnPage:
        """Let somebody new open the page."""
        known = self._visitors()
        visitor = await self.stack.enter_async_context(Visitor(self.serving.url))
        await visitor.types("/quota show")
        [user] = self._visitors() - known
        return OnPage(visitor, user)

    async def owner(self) -> OnPage:
        """Give who has the machine in hand, at the page: made so by `easel link`."""
        if self._owner is None:
            self._owner = await self.on_page()
            done = await Program(self.serving.folder, self.serving.environ).run("link")
            assert "are one now" in (await self._owner.says(done.out.strip().lstrip("/"))).text
        return self._owner

    def _visitors(self) -> set[str]:
        return {row["user_id"] for row in self.serving.rows("SELECT user_id FROM identities WHERE platform = 'web'")}


@asynccontextmanager
async def a_town(folder: Path, settings: dict[str, str] | None = None) -> AsyncIterator[Town]:
    """Set it up; `settings` are variables of the program's environment."""
    async with AsyncExitStack() as stack:
        openai = await stack.enter_async_context(FakeOpenAI())
        discord = await stack.enter_async_context(FakeDiscord())
        discord.limits.switch_rates_off()
        slack = await stack.enter_async_context(FakeSlack())
        slack.limits.switch_rates_off()
        slack.app.commands, slack.app.events = [IMAGINE, EASEL], list(EVENTS)
        acme = slack.add_workspace("acme")
        painters = acme.add_group("painters", acme.add_member("painter"))
        environ = {
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": openai.url,
            "DISCORD_TOKEN": discord.token,
            "EASEL_DISCORD__API_URL": discord.api_url,
            "EASEL_DISCORD__GATEWAY_URL": discord.gateway_url,
            "SLACK_BOT_TOKEN": acme.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "EASEL_SLACK__API_URL": slack.api_url,
            **(settings or {}),
        }
        serving = await stack.enter_async_context(Serving(folder, environ))
        await discord.gateway.ready(within=_PATIENCE)
        await discord.commands_synced("imagine")
        await slack.connected(within=_PATIENCE)
        yield Town(discord, slack, openai, acme, painters, serving, stack)
