"""The fake by hand: lines typed into a terminal, and the conversation shown as it goes."""

import shlex
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tests.fakes.changes import NotSeen
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.lookup import Lookup

if TYPE_CHECKING:
    from tests.fakes.slack.channels import Channel
    from tests.fakes.slack.deliveries import SlackEventDelivery
    from tests.fakes.slack.members import Member
    from tests.fakes.slack.messages import Message
    from tests.fakes.slack.server import FakeSlack
    from tests.fakes.slack.views import SlackView

HELP = """\
/imagine a fox              a slash command; `ann /imagine a fox` says who does it, here and below
mention a fox               a message to the bot; `reply a fox` the same in the last message's thread
press Again                 a button of the open modal, of the last message that has it, or of Home
react envelope              to the last message that everybody sees
submit prompt="a fox"       fill in the open modal
shortcut ID / menu ID       a global shortcut / a shortcut on the last message
home                        open the Home tab
say hello                   an ordinary message
show                        everything in the channel, and the open modal
workspaces                  who and what there is
as grace / in general / at acme   be somebody else, in another channel, in another workspace
install URL                 go through the app's install page
forward 960                 move the clock by so many seconds
recycle / drop / uninstall  trouble
quit"""


class Line:
    """Understands typed lines. `say` shows a line to whoever sits there."""

    def __init__(self, slack: "FakeSlack", say: Callable[[str], None]) -> None:
        self._slack = slack
        self._find = Lookup(slack.world)
        self._say = say
        self._who = self._where = self._team = ""
        self._shown: dict[int, int] = {}

    async def run(self, line: str) -> bool:
        """Do what a line says; give False when it is to end."""
        word, _, rest = line.strip().partition(" ")
        if word in [one.name for one in self._find.workspace(self._team).people.values()]:
            self._who, word, rest = word, *rest.strip().partition(" ")[::2]
        if word == "quit":
            return False
        try:
            await self._do(word, rest.strip())
        except (NotSeen, ApiError, ValueError) as error:
            self._say(f"! {error}")
        return True

    def show_news(self) -> None:
        """Show every message and view that is new or has changed since the last time."""
        for team in self._slack.workspaces:
            for message in [one for place in list(team.channels.values()) for one in place.everything]:
                if self._is_news(message, -1 if message.is_deleted else len(message.history) + len(message.files)):
                    self._say(shown(message))
            for person in team.people.values():
                for view in (person.open_view, person.home):
                    if view is not None and self._is_news(view, len(view.versions) + 1000 * len(view.errors)):
                        self._say(_shown_view(view))

    async def _do(self, word: str, rest: str) -> None:
        acts: dict[str, Callable[[str], Awaitable[SlackEventDelivery | None]]] = {
            "press": lambda label: self._me.press(self._find.where(self._me, label), label),
            "react": lambda name: self._me.react(self._last(), name),
            "submit": self._submit,
            "mention": lambda text: self._me.mention(self._here, self._to_bot(text)),
            "reply": lambda text: self._me.mention(self._here, self._to_bot(text), thread=self._last()),
            "shortcut": self._me.global_shortcut,
            "menu": lambda name: self._me.message_shortcut(name, self._last()),
            "home": lambda _: self._me.visit_home(),
            "uninstall": lambda _: self._find.workspace(self._team).uninstall(),
        }
        if word.startswith("/"):
            self._tell(await self._me.command(self._here, word, rest))
        elif word in acts:
            self._tell(await acts[word](rest))
        elif word:
            await self._other(word, rest)

    async def _other(self, word: str, rest: str) -> None:
        match word:
            case "say":
                self._me.say(self._here, rest)
            case "show":
                self._show()
            case "workspaces":
                self._list()
            case "as" | "in" | "at":
                self._move(word, rest)
            case _:
                await self._trouble(word, rest)

    def _move(self, word: str, name: str) -> None:
        if word == "as":
            self._who = self._find.person(name, self._team).name
        elif word == "in":
            self._where = self._find.channel(name, self._team).name
        else:
            self._team, self._who, self._where = self._find.workspace(name).name, "", ""

    async def _trouble(self, word: str, rest: str) -> None:
        match word:
            case "forward":
                self._slack.forward(seconds=float(rest))
            case "recycle":
                self._say(f"{await self._slack.sockets.recycle()} connections were told to come back")
            case "drop":
                await self._slack.sockets.drop()
            case "install":
                page = await self._slack.install(rest, self._me)
                self._say(f"{page.status} {page.url}")
            case _:
                self._say(HELP)

    async def _submit(self, rest: str) -> "SlackEventDelivery":
        values: dict[str, object] = {}
        for part in shlex.split(rest):
            name, _, value = part.partition("=")
            values[name] = value
        return await self._me.submit(self._find.view(self._me), values)

    def _tell(self, sent: "SlackEventDelivery | None") -> None:
        if sent is None:
            return
        if sent.ack_ms is not None:
            self._say(f"(acknowledged in {sent.ack_ms:.0f} ms)")
        else:
            self._say(f"! {sent.type} failed: {sent.failed or sent.attempts[-1].error}")

    def _show(self) -> None:
        seen = [one for one in self._here.everything if not one.is_deleted and one.whispered_to in (None, self._me)]
        for message in seen:
            self._say(shown(message))
        if self._me.open_view is not None:
            self._say(_shown_view(self._me.open_view))

    def _list(self) -> None:
        for team in self._slack.workspaces:
            people = ", ".join(one.name for one in team.people.values())
            places = ", ".join(f"#{one.name}" for one in team.channels.values() if not one.is_im)
            self._say(f"{team.name} ({team.id}, {'installed' if team.is_installed else 'not installed'}): {people}; {places}")

    def _is_news(self, thing: object, version: int) -> bool:
        is_news = self._shown.get(id(thing)) != version
        self._shown[id(thing)] = version
        return is_news

    def _to_bot(self, text: str) -> str:
        name = f"@{self._slack.app.name}"
        return text if name in text else f"{name} {text}"

    def _last(self) -> "Message":
        seen = self._here.messages
        if not seen:
            raise NotSeen(f"nothing was said in #{self._here.name}")
        return seen[-1]

    @property
    def _me(self) -> "Member":
        return self._find.person(self._who, self._team)

    @property
    def _here(self) -> "Channel":
        return self._find.channel(self._where, self._team)


def shown(message: "Message") -> str:
    """Return a message as one line."""
    place = f"[{message.channel.name}]"
    if message.is_deleted:
        return f"{place} (a message of {message.author.name} was deleted)"
    parts = [place, "(in a thread)" if message.thread else "", f"{message.author.name}:"]
    parts += [f"(only {message.whispered_to.name} sees this)"] if message.whispered_to else []
    labels, words = message.buttons, message.shown.split("\n")
    parts += [" / ".join(words[: len(words) - len(labels)] if labels else words)]
    parts += [f"<picture: {one['alt_text']}>" for one in message.images]
    parts += [f"<{one.name}, {len(one.content or b'')} bytes>" for one in message.files]
    parts += [f"[{label}]" for label in labels]
    return " ".join(part for part in parts if part)


def _shown_view(view: "SlackView") -> str:
    lines = [f"--- {view.member.name} sees {view.title or 'Home'}", *view.shown.split("\n")]
    lines += [f"  {one.block_id} = {' | '.join(value for value, _ in one.options) or one.initial or '…'}" for one in view.inputs]
    lines += [f"  ! {name}: {text}" for name, text in view.errors.items()]
    return "\n".join(lines)
