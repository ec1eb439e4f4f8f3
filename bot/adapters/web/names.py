"""Finds people by the names that stand beside the pictures, where a typed command names somebody."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.adapters.web.surface import WEB
from bot.adapters.web.visitors import NAME, visitor_name
from bot.commands.spec import AnyCommand
from bot.commands.typed_line import is_plain, split_line
from bot.domain.options import PersonRef
from bot.domain.people import Identity
from bot.errors import BadInput
from bot.ports.page_messages import PageMessages
from bot.text import quote

_QUOTED_NAME = re.compile(rf"[\"“„«]{NAME.pattern}[\"”“»]", re.IGNORECASE)
_ID = re.compile(r"(?<!\S)[a-z]{2,20}:[\w:-]+")


@dataclass(frozen=True, slots=True)
class ResolvedLine:
    """A line with an id where a name was typed. `names` are what people are called in replies."""

    line: str
    names: Mapping[Identity, str]


async def resolve_name(line: str, commands: Mapping[str, AnyCommand], messages: PageMessages, channel: str) -> ResolvedLine:
    """Return the line of a command about somebody with their id in place of their name; other lines as they are.

    Raises:
        BadInput: Nobody in the channel is called that, or several are.
        StorageFailed: Nobody knows who is there.
    """
    if not _is_about_somebody(line, commands):
        return ResolvedLine(line, {})
    found = _QUOTED_NAME.search(line) or NAME.search(line)
    if found is None:
        stray = next((word for word in line.split() if word.startswith("@")), "")
        if stray and not _ID.search(line):
            raise BadInput(
                f"Nobody here is called {quote(stray[1:])}; nothing was changed. "
                "Type the name that stands beside their pictures, such as Amber Heron."
            )
        return ResolvedLine(line, {})
    name = f"{found['colour'].capitalize()} {found['bird'].capitalize()}"
    users = [user for user in await messages.authors(channel) if visitor_name(user) == name]
    if not users:
        raise BadInput(f"Nobody whose pictures are here is called {name}; nothing was changed.")
    if len(users) > 1:
        raise BadInput(
            f"{len(users)} people here are called {name}; nothing was changed. "
            "Please give the id of the one you mean; admins see it in /usage."
        )
    whom = Identity(WEB, "", users[0])
    return ResolvedLine(f"{line[: found.start()]}{whom}{line[found.end() :]}", {whom: name})


def _is_about_somebody(line: str, commands: Mapping[str, AnyCommand]) -> bool:
    if is_plain(line):
        return False
    try:
        name, rest = split_line(line)
    except BadInput:
        return False
    command = commands.get(f"{name} {rest.partition(' ')[0].lower()}") or commands.get(name)
    return command is not None and any(isinstance(option.kind, PersonRef) for option in command.options)
