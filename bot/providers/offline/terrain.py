"""Outlines of the land: ridges, peaks, dunes, trees and houses, grown from chance.

All lengths are in heights of the picture, as on the canvas.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bot.providers.offline.canvas import Outline, Point

_BOTTOM = 1.02
_ROUND = [(math.cos(math.pi * corner / 8), math.sin(math.pi * corner / 8)) for corner in range(16)]
Profile = Callable[[float], float]


def rolling(random: Random, base: float, swell: float, *, busy: float = 1.0) -> Profile:
    """Return the height line of soft hills around `base`; `busy` is how many there are."""
    waves = [(swell / (n + 1) ** 1.3, busy * (1.1 + 1.7 * n) * random.uniform(0.8, 1.25), random.uniform(0, 7)) for n in range(4)]

    def height(x: float) -> float:
        return base - math.fsum(size * math.sin(pace * x * 2 + start) for size, pace, start in waves)

    return height


def flat(level: float) -> Profile:
    """Return a height line that is level."""
    return lambda _x: level


def sunk(profile: Profile, depth: float) -> Profile:
    """Return a height line that runs so much lower."""
    return lambda x: profile(x) + depth


def below(profile: Profile, wide: float, foot: float = _BOTTOM, steps: int = 160) -> Outline:
    """Return everything under a height line, down to `foot`."""
    left, right = -0.02, wide + 0.02
    line = [(x, profile(x)) for x in (left + (right - left) * step / steps for step in range(steps + 1))]
    return [*line, (right, foot), (left, foot)]


@dataclass(frozen=True, slots=True)
class Peak:
    """One mountain: its top, and the outlines of its whole, its far side from the light, and its snow."""

    body: Outline
    shadow: Outline
    snow: Outline
    snow_shadow: Outline


def peak(random: Random, top: Point, width: float, foot: float) -> Peak:
    """Raise a mountain with rough edges, a ridge that wanders down its middle, and a cap."""
    x, y = top
    tall = foot - y
    left = _slope(random, top, (x - width * random.uniform(0.46, 0.6), foot))
    right = _slope(random, top, (x + width * random.uniform(0.46, 0.6), foot))
    spine = _spine(random, top, (x + width * random.uniform(-0.05, 0.16), foot))
    line = y + tall * random.uniform(0.24, 0.34)
    cap_left, cap_right, cap_spine = ([p for p in side if p[1] < line] for side in (left, right, spine))
    edge = _ragged(random, cap_left[-1], cap_spine[-1], tall * 0.07)
    shadow_edge = _ragged(random, cap_spine[-1], cap_right[-1], tall * 0.07)
    return Peak(
        body=[*reversed(left), *right, (right[-1][0], _BOTTOM), (left[-1][0], _BOTTOM)],
        shadow=[*right, (right[-1][0], _BOTTOM), (spine[-1][0], _BOTTOM), *reversed(spine)],
        snow=[*reversed(cap_left), *cap_right, *reversed(shadow_edge), *reversed(edge)],
        snow_shadow=[*cap_right, *reversed(shadow_edge), *reversed(cap_spine)],
    )


def _slope(random: Random, top: Point, foot: Point, steps: int = 22) -> list[Point]:
    """Walk down from a top, a little hollow, never straight."""
    rise = foot[1] - top[1]
    walk = []
    for step in range(steps + 1):
        way = step / steps
        rough = 0 if step in {0, steps} else random.uniform(-0.016, 0.016) * rise
        walk.append((top[0] + (foot[0] - top[0]) * way**1.12 + rough, top[1] + rise * way**0.92 + rough * 0.4))
    return walk


def _spine(random: Random, top: Point, foot: Point, steps: int = 16) -> list[Point]:
    """Wander down from a top in a zigzag that widens."""
    rise = foot[1] - top[1]
    walk = [top]
    for step in range(1, steps + 1):
        way = step / steps
        swing = (0.06 if step % 2 else -0.03) * rise * way**0.7 * random.uniform(0.4, 1.3)
        walk.append((top[0] + (foot[0] - top[0]) * way + swing, top[1] + rise * way))
    return walk


def _ragged(random: Random, start: Point, end: Point, depth: float, teeth: int = 3) -> list[Point]:
    """Join two points by a line with tongues hanging down."""
    line = [start]
    for tooth in range(1, 2 * teeth):
        way = tooth / (2 * teeth)
        hang = depth * random.uniform(0.7, 1.4) if tooth % 2 else -depth * random.uniform(0, 0.5)
        line.append((start[0] + (end[0] - start[0]) * way, start[1] + (end[1] - start[1]) * way + hang))
    return [*line, end]


def pine(random: Random, foot: Point, tall: float) -> Outline:
    """Grow a conifer."""
    x, y = foot
    tiers = random.randint(5, 7)
    wide = tall * random.uniform(0.17, 0.23)
    right: list[Point] = [(x, y - tall)]
    for tier in range(1, tiers + 1):
        way = tier / tiers
        level = y - tall * (1 - 0.9 * way)
        right.append((x + wide * way**0.9, level + tall * 0.015))
        right.append((x + wide * way * 0.52, level - tall * 0.02))
    trunk = wide * 0.14
    right[-1] = (x + trunk, y - tall * 0.1)
    right.append((x + trunk, y + tall * 0.03))
    return [*right, *((2 * x - px, py) for px, py in reversed(right[1:]))]


def leafy(random: Random, foot: Point, tall: float) -> list[Outline]:
    """Grow a tree with a round crown: its trunk first, then its leaves."""
    x, y = foot
    trunk = [
        (x - tall * 0.045, y + tall * 0.02),
        (x - tall * 0.025, y - tall * 0.5),
        (x + tall * 0.025, y - tall * 0.5),
        (x + tall * 0.045, y + tall * 0.02),
    ]
    crown = []
    for _ in range(9):
        turn, far = random.uniform(0, 2 * math.pi), random.uniform(0.05, 0.22) * tall
        crown.append(
            round_blob(
                (x + far * math.cos(turn) * 1.15, y - tall * 0.66 + far * math.sin(turn)), tall * random.uniform(0.13, 0.2)
            )
        )
    return [trunk, round_blob((x, y - tall * 0.66), tall * 0.27), *crown]


def round_blob(centre: Point, radius: float) -> list[Point]:
    """Return a coarse circle, good enough for leaves and flakes."""
    x, y = centre
    return [(x + radius * across, y + radius * down) for across, down in _ROUND]


@dataclass(frozen=True, slots=True)
class Skyline:
    """A row of buildings and the windows that are lit in it."""

    buildings: list[Outline]
    windows: list[Outline]


def skyline(random: Random, *, wide: float, base: float, tall: float, block: float) -> Skyline:
    """Build a street from left to right; `tall` is the highest a building gets, `block` a usual width."""
    buildings: list[Outline] = []
    windows: list[Outline] = []
    x = -block * random.random()
    while x < wide:
        width = block * random.uniform(0.7, 1.5)
        middle = 1 - abs((x + width / 2) / wide - 0.5) * 0.7
        top = base - tall * random.uniform(0.35, 1.0) * middle
        buildings.append(_building(random, (x, top), width))
        windows.extend(_windows(random, (x, top), width, base))
        x += width * random.uniform(0.92, 1.08)
    return Skyline(buildings, windows)


def _building(random: Random, corner: Point, width: float) -> Outline:
    """Raise a house block with one of a few roofs."""
    x, top = corner
    end = x + width
    rise = width * 0.5
    middle = x + width / 2
    roofs: list[list[Point]] = [
        [(x, top), (end, top)],
        [(x, top), (end, top)],
        [(x, top), (x, top - rise * 0.5), (end, top)],
        [
            (x, top),
            (x + width * 0.2, top),
            (x + width * 0.2, top - rise * 0.6),
            (end - width * 0.2, top - rise * 0.6),
            (end - width * 0.2, top),
            (end, top),
        ],
        [
            (x, top),
            (middle - width * 0.05, top - rise),
            (middle, top - rise * 2.4),
            (middle + width * 0.05, top - rise),
            (end, top),
        ],
        [
            (x, top),
            (middle, top),
            (middle, top - rise * 1.4),
            (middle + width * 0.05, top - rise * 1.4),
            (middle + width * 0.05, top),
            (end, top),
        ],
    ]
    return [(x, _BOTTOM), *random.choice(roofs), (end, _BOTTOM)]


def _windows(random: Random, corner: Point, width: float, base: float) -> list[Outline]:
    """Light about a third of a building's windows, in rows."""
    x, top = corner
    columns = max(2, round(width / 0.016))
    cell = width / (columns + 1)
    lit: list[Outline] = []
    level = top + cell * 1.2
    while level < base - cell:
        for slot in range(columns):
            if random.random() < 0.32:  # noqa: PLR2004 -- the share of people at home
                left = x + cell * (slot + 0.78)
                lit.append(
                    [
                        (left, level),
                        (left + cell * 0.45, level),
                        (left + cell * 0.45, level + cell * 0.7),
                        (left, level + cell * 0.7),
                    ]
                )
        level += cell * 1.5
    return lit


def glints(random: Random, *, middle: float, top: float, bottom: float, spread: float, count: int) -> list[Outline]:
    """Scatter lens-shaped streaks of light on water, wider the nearer they are."""
    streaks: list[Outline] = []
    for _ in range(count):
        way = random.random() ** 1.4
        y = top + (bottom - top) * way
        x = middle + random.gauss(0, 0.34) * spread * (0.35 + way)
        half = (0.012 + 0.05 * way) * random.uniform(0.5, 1.5)
        thick = 0.0012 + 0.0034 * way
        streaks.append([(x - half, y), (x, y - thick), (x + half, y), (x, y + thick)])
    return streaks
