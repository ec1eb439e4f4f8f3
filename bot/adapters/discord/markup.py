"""Escapes text so that Discord shows it literally: no markup, mentions or links."""

import re

_MARKUP = re.compile(r"[\\*_~|`<>@#\[\]]|:(?=\S)|^\s*[-+=]|^\s*\d+\.", re.MULTILINE)

_NAMED = re.compile(r"(?<![\w(])(?<!all of )discord\\:(\d{15,20})(?:\\:(\d{15,20}))?(?![\w\\])")
_ROLE = re.compile(r"\brole (\d{15,20})\b")
_KEY = re.compile(r"(?m)^easel\\_[\w\\-]{40,}$")
"""Bare ids of ours in escaped words. Those in brackets stand beside a name."""


def mention_ids(text: str) -> str:
    """Return escaped words that one person reads alone with names for the ids of people, channels and roles.

    A key stands there as code: whoever copies it gets no backslashes.
    """
    shown = _NAMED.sub(lambda found: f"<#{found[2]}>" if found[2] else f"<@{found[1]}>", text)
    shown = _KEY.sub(lambda found: f"`{found[0].replace(chr(92), '')}`", shown)
    return _ROLE.sub(r"role <@&\1>", shown)


def escape(text: str) -> str:
    """Put a backslash before whatever Discord would read as more than a letter; people see `text` as it was.

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
    if len(whole) <= longest:
        return whole
    low, high = 0, min(len(text), longest)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(escape(text[:middle])) < longest else (low, middle - 1)
    return f"{escape(text[:low].rstrip())}…"
