"""Escapes text so that Discord shows it literally: no markup, mentions or links."""

import re

from bot.adapters.discord import DISCORD
from bot.domain.people import Identity
from bot.domain.rich_text import Code, PlatformChannel, PlatformRole, ReferenceTarget, RichText

_MARKUP = re.compile(r"[\\*_~|`<>@#\[\]]|:(?=\S)|^\s*[-+=]|^\s*\d+\.", re.MULTILINE)

_ID = re.compile(r"[0-9]{15,20}")
_CODE = re.compile(r"[\w-]+")


def mention(target: ReferenceTarget) -> str | None:
    """Return Discord's own mention of somebody or something; None for what Discord does not know.

    A key stands there as code, so that it is copied without backslashes.
    """
    match target:
        case Identity(platform, _, id_) if platform == DISCORD and _ID.fullmatch(id_):
            return f"<@{id_}>"
        case PlatformChannel(platform, _, id_) if platform == DISCORD and _ID.fullmatch(id_):
            return f"<#{id_}>"
        case PlatformRole(platform, _, id_) if platform == DISCORD and _ID.fullmatch(id_):
            return f"<@&{id_}>"
        case Code(text) if _CODE.fullmatch(text):
            return f"`{text}`"
        case _:
            return None


def escape(text: str) -> str:
    """Return `text` with a backslash before whatever Discord would read as more than a letter; people see it as it was.

    A colon is one of them: without it `https://` is no link, `:smile:` no
    picture, and `<t:0>` no date.
    """
    return _MARKUP.sub(_escape_match, text)


def _escape_match(found: re.Match[str]) -> str:
    whole = found[0]
    return f"{whole[:-1]}\\{whole[-1]}"


def escape_to_fit(text: str, longest: int) -> str:
    """Return `text` escaped within `longest` characters, cut with an ellipsis where it does not fit."""
    whole = escape(text)
    return whole if len(whole) <= longest else _cut(text, longest)


def render_to_fit(rich: RichText, longest: int) -> str:
    """Return the same of a text with references, which are shown by name; a name is never cut."""
    parts = [(str(part), None) if isinstance(part, str) else (str(part.target), mention(part.target)) for part in rich.split()]
    shown = [name or escape(words) for words, name in parts]
    if sum(map(len, shown)) <= longest:
        return "".join(shown)
    fitting = ""
    for (words, name), part in zip(parts, shown, strict=True):
        room = longest - len(fitting)
        if len(part) >= room:
            return f"{fitting}{'…' if name else _cut(words, room)}"
        fitting += part
    return fitting


def _cut(text: str, longest: int) -> str:
    low, high = 0, min(len(text), longest)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(escape(text[:middle])) < longest else (low, middle - 1)
    return f"{escape(text[:low].rstrip())}…"
