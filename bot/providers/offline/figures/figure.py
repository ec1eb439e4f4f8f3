"""What a figure is: coloured outlines in a box of a hundred by a hundred, standing on its lower edge.

A path is a row of commands with absolute coordinates, as in SVG: `M x y` to
begin, `L x y` for a line, `Q` and `C` for curves, `O x y rx ry` for a whole
ellipse, `Z` to end an outline. y points down.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise

from bot.providers.offline.canvas import Outline, Point, ellipse
from bot.providers.offline.colours import Colour
from bot.providers.offline.vocabulary import Scene

_TOKEN = re.compile(r"[MLQCOZ]|-?\d+(?:\.\d+)?")
_ARITY = {"M": 2, "L": 2, "Q": 4, "C": 6, "O": 4, "Z": 0}
_CURVE_STEPS = 14


class Habitat(StrEnum):
    """Where in a picture a figure belongs."""

    LANDMARK = "landmark"
    GROUND = "ground"
    WATER = "water"
    SKY = "sky"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Part:
    """One colour of a figure. `colour` is the name of a tone: `coat` is the one that words can change, `lamp` shines."""

    colour: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Something that can be recognised. `tall` is its height as a share of the picture's short edge.

    The coat of a leafy one changes with the season; `beam` is where its light
    shines from, for one that throws beams.
    """

    name: str
    words: str
    habitat: Habitat
    homes: tuple[Scene, ...]
    tall: float
    coat: Colour
    parts: tuple[Part, ...]
    is_leafy: bool = False
    beam: Point | None = None


@cache
def outlines(path: str) -> tuple[Outline, ...]:
    """Turn a path into outlines, curves into short lines."""
    tokens = _TOKEN.findall(path)
    shapes: list[list[Point]] = []
    at = 0
    while at < len(tokens):
        command, count = tokens[at], _ARITY[tokens[at]]
        numbers = [float(token) for token in tokens[at + 1 : at + 1 + count]]
        at += 1 + count
        if command == "O":
            shapes.append(ellipse((numbers[0], numbers[1]), numbers[2], numbers[3], corners=40))
        elif command == "M":
            shapes.append([(numbers[0], numbers[1])])
        elif command != "Z":
            shapes[-1].extend(_curve(shapes[-1][-1], numbers))
    return tuple(shapes)


def _curve(start: Point, numbers: list[float]) -> list[Point]:
    """Walk a Bézier curve through two, four or six numbers: a line, a quadratic or a cubic one."""
    points = [start, *zip(numbers[::2], numbers[1::2], strict=True)]
    steps = 1 if len(points) == 2 else _CURVE_STEPS  # noqa: PLR2004 -- two points make a line
    return [_between(points, step / steps) for step in range(1, steps + 1)]


def _between(points: list[Point], way: float) -> Point:
    """Return the point of a Bézier curve by halving it down (de Casteljau)."""
    while len(points) > 1:
        points = [
            (first[0] + (second[0] - first[0]) * way, first[1] + (second[1] - first[1]) * way)
            for first, second in pairwise(points)
        ]
    return points[0]
