"""Escapes text so that Slack shows it literally: no markup, mentions or links.

Blocks carry plain text and rich text, which Slack takes literally. Only the
line that a notification shows is always read as markup, and mrkdwn has no
escape for more than three characters: the rest is swapped for lookalikes,
where it would be markup. Times, ids and keys stay as they are typed.
"""

import re

from bot.text import truncate

_LOOKALIKES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "*": "∗",
        "~": "∼",
        "`": "ˋ",
        "@": "＠",
        "#": "＃",
    }
)
_ITALIC = re.compile(r"(?<!\w)_(?=\S)(.*?\S)_(?!\w)")
_EMOJI = re.compile(r":(?!\d+:)([^:\sA-Z]+):")
"""Names are in small letters; of digits alone there is none, and `12:30:15` is a time."""

_ADDRESS = re.compile(r":(?=//)")


def escape(text: str) -> str:
    """Return `text` so that mrkdwn finds no markup in it."""
    line = " ".join(text.split()).translate(_LOOKALIKES)
    line = _EMOJI.sub(r"꞉\1꞉", _ADDRESS.sub("꞉", line))
    return _ITALIC.sub(r"ˍ\1ˍ", line)


def split_text(text: str, longest: int, most: int) -> list[str]:
    """Return `text` in at most `most` portions of `longest` characters, parted at line ends or spaces where there are any."""
    portions: list[str] = []
    rest = text.strip()
    while len(rest) > longest and len(portions) < most - 1:
        cut = max(rest.rfind("\n", longest // 2, longest), rest.rfind(" ", longest // 2, longest))
        cut = cut if cut > 0 else longest
        portions.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*portions, truncate(rest, longest)] if rest else portions
