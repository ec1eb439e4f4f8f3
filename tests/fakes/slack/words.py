"""What a person reads: mrkdwn without its marks, and who is called by it."""

import html
import re
from collections.abc import Callable

_MARK = re.compile(r"<([^<>\n]+)>")
_CALLS = {"!channel": "channel", "!here": "here", "!everyone": "everyone"}


def escape(text: str) -> str:
    """Write plain words as a client writes them into the API's text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def read(text: str, name_of: Callable[[str], str]) -> str:
    """Return mrkdwn as it is shown; `name_of` turns the id of a person or channel into a name."""
    return html.unescape(_MARK.sub(lambda mark: _shown(mark[1], name_of), text))


def pings(text: str) -> tuple[str, ...]:
    """Return who is called: `channel`, `here`, `everyone`, or ids of people and groups."""
    return tuple(who for mark in _MARK.findall(text) if (who := _called(mark)))


def links(text: str) -> tuple[str, ...]:
    """Return the addresses that can be clicked."""
    marks = [mark.partition("|")[0] for mark in _MARK.findall(text)]
    return tuple(one for one in marks if one.startswith(("http://", "https://", "mailto:")))


def _called(mark: str) -> str:
    head = mark.partition("|")[0]
    if head.startswith("@"):
        return head[1:]
    return head.removeprefix("!subteam^") if head.startswith("!subteam^") else _CALLS.get(head, "")


def _shown(mark: str, name_of: Callable[[str], str]) -> str:
    head, _, label = mark.partition("|")
    if head.startswith("@"):
        return f"@{name_of(head[1:])}"
    if head.startswith("#"):
        return f"#{label or name_of(head[1:])}"
    if head.startswith("!"):
        return label or f"@{_CALLS.get(head, head[1:])}"
    return label or head
