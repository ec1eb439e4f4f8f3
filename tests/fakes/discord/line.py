"""The fake by hand: lines typed into a terminal, and the conversation shown as it goes."""

import shlex
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from tests.fakes.changes import NotSeen
from tests.fakes.discord.errors import ApiError
from tests.fakes.discord.lookup import Lookup
from tests.fakes.discord.messages import Message

if TYPE_CHECKING:
    from tests.fakes.discord.interactions import Interaction
    from tests.fakes.discord.server import FakeDiscord

HELP = """\
/imagine a fox                 the words go into the command's first option
/imagine prompt:a fox count:2  or options by name
press Again                    a button of the last message, by label
react 🚩                       to the last message
menu Report picture            a context menu on the last message
submit label=words             fill in the open modal
say hello                      an ordinary message
as grace / in general          be somebody else, be elsewhere
forward 960                    move the clock by so many seconds
reconnect / invalidate / drop  trouble at the gateway
quit"""


class Line:
    """Understands typed lines. `say` shows a line to whoever sits there."""

    def __init__(self, discord: "FakeDiscord", say: Callable[[str], None]) -> None:
        self._discord = discord
        self._find = Lookup(discord.world)
        self._say = say
        self._who = ""
        self._where = ""
        self._last: Interaction | None = None
        self._shown: dict[int, int] = {}

    async def run(self, line: str) -> bool:
        """Do what a line says; give False when it is to end."""
        word, _, rest = line.strip().partition(" ")
        if word == "quit":
            return False
        acts: dict[str, Callable[[str], Awaitable[None]]] = {
            "press": self._press,
            "react": self._react,
            "menu": self._menu,
            "submit": self._submit,
            "say": self._talk,
            "as": self._be,
            "in": self._go,
            "forward": self._forward,
            "reconnect": self._trouble(self._discord.gateway.ask_reconnect),
            "invalidate": self._trouble(self._discord.gateway.invalidate),
            "drop": self._trouble(self._discord.gateway.drop),
        }
        try:
            if word.startswith("/"):
                await self._command(word[1:], rest)
            elif word in acts:
                await acts[word](rest.strip())
            elif word:
                self._say(HELP)
        except (NotSeen, ApiError, ValueError) as error:
            self._say(f"! {error}")
        return True

    def show_news(self) -> None:
        """Show every message that is new or has changed since the last time."""
        for channel in list(self._discord.world.channels.values()):
            for message in channel.everything:
                version = -1 if message.is_deleted else len(message.history)
                if self._shown.get(message.id) != version:
                    self._shown[message.id] = version
                    self._say(_shown(message))

    async def _command(self, name: str, rest: str) -> None:
        person, channel = self._find.person(self._who), self._find.channel(self._where)
        guild = channel.guild.id if channel.guild else None
        known = self._discord.world.commands.find(name, 1, guild)
        offered = [option["name"] for option in (known or {}).get("options", [])]
        self._last = await person.type_command(channel, name, **dict(_options(rest, offered)))

    async def _press(self, label: str) -> None:
        person = self._find.person(self._who)
        self._last = await person.press(self._find.message("last", person), label)

    async def _react(self, emoji: str) -> None:
        await self._find.person(self._who).react(self._find.message(), emoji)

    async def _menu(self, name: str) -> None:
        self._last = await self._find.person(self._who).context_menu(self._find.message(), name)

    async def _submit(self, rest: str) -> None:
        if self._last is None:
            raise NotSeen("no modal is open")
        answers = dict(part.split("=", 1) for part in shlex.split(rest))
        self._last = await self._find.person(self._who).submit_modal(self._last, answers)

    async def _talk(self, text: str) -> None:
        await self._find.person(self._who).say(self._find.channel(self._where), text)

    async def _be(self, name: str) -> None:
        self._who = self._find.person(name).name

    async def _go(self, name: str) -> None:
        self._where = self._find.channel(name).name

    async def _forward(self, seconds: str) -> None:
        self._discord.forward(seconds=float(seconds))

    @staticmethod
    def _trouble(act: Callable[[], None]) -> Callable[[str], Awaitable[None]]:
        async def run(_: str) -> None:
            act()

        return run


def _options(rest: str, offered: list[str]) -> Iterator[tuple[str, object]]:
    """Read `prompt:a fox count:2`; words without a name before them go to the first option."""
    name, words = (offered[0] if offered else ""), list[str]()
    for word in rest.split():
        head, separator, tail = word.partition(":")
        if separator and head in offered:
            if words:
                yield name, " ".join(words)
            name, words = head, [tail] if tail else []
        else:
            words.append(word)
    if words:
        yield name, " ".join(words)


def _shown(message: Message) -> str:
    if message.is_deleted:
        return f"[{message.channel.name}] (a message of {message.author.name} was deleted)"
    parts = [f"[{message.channel.name}] {message.author.name}:"]
    parts += ["(is thinking)"] if message.is_thinking else []
    parts += [f"(only {message.whispered_to.name} sees this)"] if message.whispered_to else []
    parts += [message.text]
    parts += [f"<{file.filename}, {len(file.content)} bytes>" for file in message.files]
    parts += [f"[{button.label or button.emoji}]" for button in message.buttons]
    return " ".join(part for part in parts if part)
