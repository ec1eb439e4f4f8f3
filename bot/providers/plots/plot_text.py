"""Words as a plot can show them: letters that the font has, and no wider than their room."""

import unicodedata
from functools import cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

FONT = "DejaVu Sans"
"""Comes with the library, so it is the same everywhere."""

TEXT_COLOUR, MUTED_COLOUR = "#1d2129", "#5b6470"


@cache
def _font_characters() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=FONT))).get_charmap())


def to_displayable(words: str, instead: str) -> str:
    """Return what the font can show of some words; `instead` where no letter or digit is left."""
    plain = unicodedata.normalize("NFKC", words)
    shown = "".join(one if one.isprintable() and ord(one) in _font_characters() else " " for one in plain)
    line = " ".join(shown.split())
    return line if any(one.isalnum() for one in line) else instead


def write(axes: Axes, x: float, y: float, words: str, **how: Any) -> Text:
    """Write words into a panel literally: a dollar begins no formula."""
    looks: dict[str, Any] = {"color": TEXT_COLOUR, "fontsize": 12, "fontfamily": FONT, **how}
    return axes.text(x, y, words, parse_math=False, **looks)


def shorten(text: Text, pixels: float) -> None:
    """Shorten a text until it is no wider than so many pixels."""
    whole = text.get_text()
    low, high = 1, len(whole)
    if text.get_window_extent().width <= pixels:
        return
    while low < high:
        middle = (low + high + 1) // 2
        text.set_text(f"{whole[:middle].rstrip()}…")
        low, high = (middle, high) if text.get_window_extent().width <= pixels else (low, middle - 1)
    text.set_text(f"{whole[:low].rstrip()}…")
