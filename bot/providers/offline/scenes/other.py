"""Scenes that are no landscape: space, a table at a window, and plain shapes."""

import math
from collections.abc import Iterator

from bot.providers.offline import sky
from bot.providers.offline.canvas import Outline, Paint, Point, ellipse
from bot.providers.offline.colours import WHITE, Colour, mix
from bot.providers.offline.figures.figure import Habitat
from bot.providers.offline.stage import Stage
from bot.providers.offline.terrain import below, flat, rolling, sunk
from bot.providers.offline.view import View, paint_sky


def space(view: View, stage: Stage) -> Iterator[None]:
    """Paint clouds of stars, a planet or two, and the ground of a moon to stand on."""
    canvas, random, palette = view.canvas, view.random, view.palette
    night = mix((6, 8, 26), palette.shade, 0.5)
    canvas.wash((night, mix(night, palette.sky[1], 0.34), mix(night, palette.sky[0], 0.2)))
    for colour, low in (
        (palette.sky[2], 0.34),
        (palette.accent, 0.5),
        (mix(palette.sky[-1], (226, 90, 160), 0.6), 0.46),
        (palette.halo, 0.58),
    ):
        cloud = canvas.clouding(3, 3, low=low, high=0.95)
        canvas.veil(colour, cloud.point([round(v * 0.7) for v in range(256)]))
    sky.stars(canvas, 1, 420)
    yield
    side = random.choice((0.27, 0.73))
    _planet(
        view,
        (canvas.wide * side, random.uniform(0.26, 0.4)),
        canvas.short * random.uniform(0.17, 0.24),
        palette.accent,
        is_ringed=True,
    )
    _planet(
        view,
        (canvas.wide * (1 - side), random.uniform(0.12, 0.22)),
        canvas.short * random.uniform(0.03, 0.06),
        palette.sky[-2],
        is_ringed=False,
    )
    yield
    stage.enter({Habitat.SKY}, flat(0.66), middle=1 - side, scale=1, distance=0)
    yield
    _moonscape(view, stage)


def _planet(view: View, centre: Point, radius: float, colour: Colour, *, is_ringed: bool) -> None:
    """Paint a banded ball lit from the upper left, with a ring before and behind it."""
    canvas, night = view.canvas, (8, 10, 30)
    canvas.glow(centre, radius * 2.2, colour, 0.35)
    ring = mix(colour, WHITE, 0.5)
    if is_ringed:
        _ring(view, centre, radius, ring, math.pi)
    canvas.fill([ellipse(centre, radius, corners=160)], Paint(mix(colour, WHITE, 0.2), mix(colour, view.palette.sky[-2], 0.4)))
    for band in range(5):
        level = -0.72 + 0.34 * band + view.random.uniform(-0.05, 0.05)
        half = math.sqrt(max(0, 1 - level**2)) * radius
        stripe = ellipse((centre[0], centre[1] + level * radius), half * 0.985, radius * view.random.uniform(0.03, 0.08))
        canvas.fill([stripe], Paint(mix(colour, WHITE if band % 2 else night, 0.4), None, 0.3, 0.3))
    canvas.shade_ball(centre, radius, night, 0.92)
    if is_ringed:
        _ring(view, centre, radius, ring, 0)


def _ring(view: View, centre: Point, radius: float, colour: Colour, start: float) -> None:
    """Paint half a ring: the far half first, the near one after the planet."""
    lean = -0.32
    for reach, thick, opacity in ((2.05, 0.12, 0.5), (1.8, 0.16, 0.75), (1.5, 0.1, 0.4)):
        edge: list[Point] = []
        turns = [start + math.pi * step / 60 for step in range(61)]
        for scale, order in ((reach, turns), (reach - thick, turns[::-1])):
            for turn in order:
                x, y = math.cos(turn) * scale * radius, math.sin(turn) * scale * radius * 0.24
                edge.append(
                    (centre[0] + x * math.cos(lean) - y * math.sin(lean), centre[1] + x * math.sin(lean) + y * math.cos(lean))
                )
        view.canvas.fill([edge], Paint(colour, None, opacity, opacity))


def _moonscape(view: View, stage: Stage) -> None:
    """Paint the near ground with craters, and bring on everybody who is left."""
    canvas, random, palette = view.canvas, view.random, view.palette
    ground = mix(mix(palette.sky[-2], (150, 150, 170), 0.5), palette.shade, 0.25)
    far, near = (rolling(random, level, 0.02, busy=0.7) for level in (0.84, 0.89))
    for line, gloom in ((far, 0.5), (near, 0.15)):
        top = mix(ground, palette.shade, gloom)
        canvas.fill([below(line, canvas.wide)], Paint(top, mix(top, palette.shade, 0.75)))
    for _ in range(canvas.many(9)):
        spot = random.uniform(0, canvas.wide), random.uniform(0.92, 0.99)
        size = random.uniform(0.015, 0.05)
        canvas.fill([ellipse(spot, size, size * 0.26)], Paint(palette.shade, mix(ground, WHITE, 0.12), 0.5, 0.5))
    stage.enter(set(Habitat), sunk(near, 0.045), middle=random.uniform(0.4, 0.6), scale=1.05, distance=0)


def table(view: View, stage: Stage) -> Iterator[None]:
    """Paint a table at a round-topped window, with hills outside."""
    canvas, random, palette = view.canvas, view.random, view.palette
    paint_sky(view, 0.62)
    yield
    for step in range(3):
        view.ridge(rolling(random, 0.46 + 0.07 * step, 0.04), mix(view.turf, view.leaves, 0.3), 0.72 - 0.2 * step, 0.9)
    stage.enter({Habitat.LANDMARK}, flat(0.6), middle=0.5, scale=0.6, distance=0.3)
    stage.enter({Habitat.SKY}, flat(0.4), middle=0.5, scale=0.5, distance=0.25)
    yield
    _wall(view)
    yield
    top = 0.78
    wood = palette.fresh((176, 112, 80), 0.03)
    canvas.fill(
        [[(-0.1, top), (canvas.wide + 0.1, top), (canvas.wide + 0.1, 1.02), (-0.1, 1.02)]],
        Paint(mix(wood, palette.haze, 0.2), mix(wood, palette.shade, 0.45)),
    )
    canvas.fill(
        [[(-0.1, top), (canvas.wide + 0.1, top), (canvas.wide + 0.1, top + 0.012), (-0.1, top + 0.012)]],
        Paint(mix(wood, WHITE, 0.4), None, 0.5, 0.5),
    )
    canvas.glow((canvas.wide / 2, top + 0.1), 0.45 * canvas.short, palette.lamp, 0.3, squash=0.25)
    stage.enter(set(Habitat), flat(top + 0.1), middle=random.uniform(0.42, 0.58), scale=1.2, distance=0)


def _wall(view: View) -> None:
    """Paint the wall around an arched window, with its frame."""
    canvas, palette = view.canvas, view.palette
    middle, half, spring, sill = canvas.wide / 2, 0.36 * canvas.short, 0.38, 0.72
    arch = [
        (middle + half * math.cos(turn), spring - half * 0.86 * math.sin(turn))
        for turn in (math.pi * step / 60 for step in range(61))
    ]
    walls: list[Outline] = [
        [(edge, -0.1), (middle, -0.1), *arched, (middle + side * half, sill), (middle, sill), (middle, 1.1), (edge, 1.1)]
        for side, edge, arched in ((1, canvas.wide + 0.1, arch[30::-1]), (-1, -0.1, arch[30:]))
    ]
    paint = palette.fresh(mix((214, 138, 116), palette.sky[1], 0.25), 0.1)
    canvas.fill(walls, Paint(mix(paint, palette.shade, 0.2), mix(paint, palette.shade, 0.42)))
    frame = mix((250, 240, 224), palette.shade, 0.5 if palette.is_dark else 0.1)
    inner = [(middle + (x - middle) * 0.95, spring + (y - spring) * 0.955) for x, y in arch]
    rim = [
        (middle + half, sill),
        *arch,
        (middle - half, sill),
        (middle - half * 0.95, sill),
        *reversed(inner),
        (middle + half * 0.95, sill),
    ]
    bars: list[Outline] = [
        [
            (middle - 0.006, spring - half * 0.84),
            (middle + 0.006, spring - half * 0.84),
            (middle + 0.006, sill),
            (middle - 0.006, sill),
        ],
        [(middle - half, spring), (middle + half, spring), (middle + half, spring + 0.011), (middle - half, spring + 0.011)],
        [
            (middle - half * 1.08, sill - 0.008),
            (middle + half * 1.08, sill - 0.008),
            (middle + half * 1.08, sill + 0.02),
            (middle - half * 1.08, sill + 0.02),
        ],
    ]
    canvas.fill([rim, *bars], Paint(frame, mix(frame, palette.shade, 0.15)))


def shapes(view: View, stage: Stage) -> Iterator[None]:
    """Lay large calm shapes over one another, or side by side as tiles."""
    palette = view.palette
    dark, light = mix(palette.shade, palette.sky[0], 0.4), mix(palette.haze, WHITE, 0.35)
    colours = [palette.accent, palette.sky[0], palette.sky[1], palette.halo, dark, palette.sky[-2]]
    view.canvas.wash((light, palette.haze, mix(palette.haze, palette.sky[-2], 0.5)))
    yield
    paint = _tiles if view.random.random() < 0.5 else _waves  # noqa: PLR2004 -- a coin
    yield from paint(view, colours)
    stage.enter(set(Habitat), flat(0.9), middle=0.5, scale=1.7, distance=0)


def _waves(view: View, colours: list[Colour]) -> Iterator[None]:
    """Roll broad bands beneath a disc, arches between them."""
    canvas, random, palette = view.canvas, view.random, view.palette
    disc = (canvas.wide * random.uniform(0.34, 0.66), random.uniform(0.3, 0.4))
    size = canvas.short * random.uniform(0.22, 0.28)
    canvas.fill([ellipse(disc, size * 1.45, corners=160)], Paint(palette.halo, None, 0.4, 0.1))
    canvas.fill([ellipse(disc, size, corners=160)], Paint(palette.accent, mix(palette.accent, palette.halo, 0.75)))
    for share in (0.16, 0.5, 0.84):
        _arches(view, colours, share)
    yield
    for row in range(6):
        line = rolling(random, 0.56 + 0.075 * row, 0.06, busy=0.9)
        colour = mix(colours[(row * 2 + 1) % len(colours)], palette.shade, 0.1 * row)
        band = below(line, canvas.wide)
        rim = [*band[:-2], *((x, y + 0.006) for x, y in reversed(band[:-2]))]
        canvas.fill([band], Paint(mix(colour, WHITE, 0.12), mix(colour, palette.shade, 0.4)))
        canvas.fill([rim], Paint(WHITE, None, 0.35, 0.35))
    yield


def _arches(view: View, colours: list[Colour], share: float) -> None:
    """Set a nest of half rings somewhere near a share of the width."""
    canvas, random = view.canvas, view.random
    foot = (canvas.wide * (share + random.uniform(-0.06, 0.06)), random.uniform(0.52, 0.66))
    outer = canvas.short * random.uniform(0.13, 0.2)
    order = random.sample(colours, 4)
    for ring, colour in enumerate(order):
        radius = outer * (1 - 0.22 * ring)
        arch = [(foot[0] + radius * math.cos(turn), foot[1] - radius * math.sin(turn)) for turn in _HALF_TURN]
        canvas.fill([[*arch, (foot[0] - radius, 1.02), (foot[0] + radius, 1.02)]], Paint(mix(colour, WHITE, 0.1), colour))


def _tiles(view: View, colours: list[Colour]) -> Iterator[None]:
    """Fill a grid with quarter and half discs, rings and leaves."""
    canvas, random = view.canvas, view.random
    edge = canvas.short / random.choice((4, 5))
    rows, columns = math.ceil(1 / edge), math.ceil(canvas.wide / edge)
    shift = (canvas.wide - columns * edge) / 2, (1 - rows * edge) / 2
    for row in range(rows):
        for place in range(columns):
            back, front = random.sample([*colours, mix(view.palette.haze, WHITE, 0.35)], 2)
            corner = shift[0] + place * edge, shift[1] + row * edge
            _tile(view, corner, edge, (back, front))
        if row == rows // 2:
            yield
    yield


def _tile(view: View, corner: Point, edge: float, colours: tuple[Colour, Colour]) -> None:
    """Paint one square: its ground, and a figure turned some quarter turns."""
    random, (x, y), (back, front) = view.random, corner, colours
    middle = x + edge / 2, y + edge / 2
    square: list[Point] = [(x, y), (x + edge, y), (x + edge, y + edge), (x, y + edge)]
    start = random.randrange(4)
    tip, far = square[start], square[(start + 2) % 4]
    quarter = [tip, *_quarter(tip, far, edge)]
    leaf = [*_quarter(tip, far, edge), *_quarter(far, tip, edge)]
    half = [
        (middle[0] + edge / 2 * math.cos(turn + start * math.pi / 2), middle[1] + edge / 2 * math.sin(turn + start * math.pi / 2))
        for turn in _HALF_TURN
    ]
    figures: tuple[list[Outline], ...] = (
        [quarter],
        [quarter],
        [leaf],
        [half],
        [ellipse(middle, edge * 0.36)],
        [square[start:] + square[: max(0, start - 1)]],
    )
    view.canvas.fill([square], Paint(mix(back, WHITE, 0.06), back))
    choice = random.randrange(len(figures))
    view.canvas.fill(figures[choice], Paint(mix(front, WHITE, 0.08), front))
    if choice < 2:  # noqa: PLR2004 -- quarter discs get an inner ring
        inner = [(tip[0] + (px - tip[0]) * 0.5, tip[1] + (py - tip[1]) * 0.5) for px, py in quarter]
        view.canvas.fill([inner], Paint(mix(back, front, 0.25)))


def _quarter(tip: Point, far: Point, edge: float) -> list[Point]:
    """Return the arc around a corner of a square, from side to side."""
    start = math.atan2(far[1] - tip[1], far[0] - tip[0]) - math.pi / 4
    return [(tip[0] + edge * math.cos(start + turn / 2), tip[1] + edge * math.sin(start + turn / 2)) for turn in _HALF_TURN]


_HALF_TURN = [math.pi * step / 48 for step in range(49)]
