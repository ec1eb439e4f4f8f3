"""Ways to give a picture another frame: farther away, on to one side, or larger."""

import math
from dataclasses import dataclass

from bot.domain.images import Size
from bot.errors import BadInput

_LONGEST_ASPECT = 3.0
"""Hardly a model draws anything longer."""

_LONGEST_EDGE = 4096
"""Pixels: what is kept of pictures to begin with has no longer edges."""

_LARGEST = Size(3840, 2160)
_STEP = 16
"""Most models draw edges that are multiples of so many pixels."""


@dataclass(frozen=True, slots=True)
class Margins:
    """What is added around a picture, as shares of its width or height."""

    left: float = 0
    top: float = 0
    right: float = 0
    bottom: float = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """A new frame: how large it is, and where the picture is in it, and how large there."""

    size: Size
    left: int
    top: int
    picture: Size


def zoom_out(factor: float) -> Margins:
    """Return margins on all sides that make a picture so many times as wide and as high."""
    each = (factor - 1) / 2
    return Margins(each, each, each, each)


def frame_of(size: Size, margins: Margins) -> Frame:
    """Return the frame of a picture of that size; where it would be too large, all of it is smaller.

    Raises:
        BadInput: It would be too long and narrow.
    """
    width, height = size.width * (1 + margins.left + margins.right), size.height * (1 + margins.top + margins.bottom)
    if max(width, height) > _LONGEST_ASPECT * min(width, height):
        raise BadInput("That would be more than three times as long as it is narrow; zoom out instead. Nothing was counted.")
    scale = min(1.0, _LONGEST_EDGE / max(width, height))
    picture = Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
    return Frame(
        Size(max(picture.width, round(width * scale)), max(picture.height, round(height * scale))),
        round(margins.left * picture.width),
        round(margins.top * picture.height),
        picture,
    )


def double_size(size: Size) -> Size:
    """Return a size twice as wide and as high, or as near to that as is drawn.

    Raises:
        BadInput: There is no larger one.
    """
    scale = min(2.0, math.sqrt(_LARGEST.pixels / size.pixels), _LARGEST.width / max(size.width, size.height))
    larger = Size(*(math.floor(edge * scale / _STEP) * _STEP for edge in (size.width, size.height)))
    if larger.pixels <= size.pixels:
        raise BadInput(f"That picture has {size} pixels, and hardly a model draws larger ones. Nothing was counted.")
    return larger
