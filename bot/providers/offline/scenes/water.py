"""Scenes at the water: the open sea, a city on a bay, and the deep."""

import math
from collections.abc import Iterator

from bot.providers.offline import sky
from bot.providers.offline.canvas import Outline, Paint, ellipse
from bot.providers.offline.colours import WHITE, Colour, mix
from bot.providers.offline.figures.figure import Habitat
from bot.providers.offline.palettes import Light
from bot.providers.offline.scenes.land import bring_on_the_fliers
from bot.providers.offline.stage import Stage
from bot.providers.offline.terrain import Profile, below, flat, glints, rolling, round_blob, skyline, sunk
from bot.providers.offline.view import View, paint_sky
from bot.providers.offline.vocabulary import Season

_ROCK: Colour = (96, 92, 108)
_BEACH: Colour = (240, 208, 158)
_STEEL: Colour = (92, 98, 128)


def sea(view: View, stage: Stage) -> Iterator[None]:
    """Paint open water with the light on it, a headland, and a shore where somebody needs one."""
    canvas, random = view.canvas, view.random
    horizon = random.uniform(0.56, 0.62)
    paint_sky(view, horizon)
    yield
    for distance in (0.8, 0.66):
        view.ridge(_island(view, horizon, random.uniform(0.04, 0.09)), _ROCK, distance, horizon + 0.003)
    bring_on_the_fliers(view, stage)
    _water(view, horizon)
    yield
    is_right = view.lamp[0] < canvas.wide / 2
    if stage.expects(Habitat.LANDMARK):
        ledge = _headland(view, horizon + 0.17, is_right=is_right)
        stage.enter({Habitat.LANDMARK}, sunk(ledge, 0.012), middle=0.8 if is_right else 0.2, scale=1, distance=0.1)
    stage.enter(
        {Habitat.WATER}, flat(horizon + random.uniform(0.1, 0.17)), middle=0.36 if is_right else 0.64, scale=1, distance=0.08
    )
    _swell(view, horizon + 0.2)
    yield
    if stage.expects(*Habitat):
        _shore(view, stage)
    else:
        _swell(view, 0.84)


def _water(view: View, horizon: float) -> None:
    """Lay the sea with the sky in it, and a road of light under the lamp."""
    canvas, palette, random = view.canvas, view.palette, view.random
    canvas.wash((palette.water(0), palette.water(0.55), palette.water(1)), horizon, 1)
    canvas.mirror(horizon, horizon + 0.3, palette.water(0.3), strength=0.35)
    deep = canvas.clouding(1, 7, low=0.35, high=0.8)
    canvas.veil(palette.water(1), deep.point([round(v * 0.3) for v in range(256)]), horizon, 1)
    fade = Paint(palette.water(0.4), palette.water(1), 0, 0.9)
    canvas.fill([[(-0.1, horizon), (canvas.wide + 0.1, horizon), (canvas.wide + 0.1, 1.01), (-0.1, 1.01)]], fade)
    light = mix(palette.lamp, palette.halo, 0.3)
    for count, spread, opacity in ((230, 0.8, 0.25), (110, 0.3, 0.5)):
        streaks = glints(random, middle=view.lamp[0], top=horizon + 0.004, bottom=0.99, spread=spread * canvas.short, count=count)
        canvas.fill(streaks, Paint(light, None, opacity, opacity * 0.7))


def _island(view: View, horizon: float, tall: float) -> Profile:
    """Return the line of a far coast that rises out of the water in one or two places."""
    middle, width = view.random.uniform(0, view.canvas.wide), view.random.uniform(0.12, 0.3)
    rough = rolling(view.random, 0, 0.012, busy=3)

    def height(x: float) -> float:
        swell = math.exp(-(((x - middle) / width) ** 2))
        return horizon + 0.006 - swell * (tall + rough(x))

    return height


def _headland(view: View, foot: float, *, is_right: bool) -> Profile:
    """Raise a rocky cape from one side, with grass or snow on it, and foam at its foot."""
    canvas, palette, random = view.canvas, view.palette, view.random
    rough = rolling(random, 0, 0.012, busy=4)
    reach = 0.46 * canvas.wide

    def height(x: float) -> float:
        inland = (reach - (canvas.wide - x if is_right else x)) / reach
        return foot + 0.05 - 0.2 * max(0.0, min(1.0, inland * 1.9)) ** 0.55 + rough(x) if inland > 0 else 2.0

    xs = [canvas.wide * step / 260 for step in range(-3, 264)]
    line = [(x, min(height(x), foot + 0.05)) for x in xs if height(x) < 2]  # noqa: PLR2004 -- where there is land at all
    rock = palette.lit(_ROCK, 0.16)
    body = [*line, (line[-1][0], foot + 0.05), (line[0][0], foot + 0.05)]
    canvas.fill([body], Paint(rock, mix(rock, palette.shade, 0.5)))
    _crags(view, line, foot + 0.05)
    turf = [*line, *((x, y + 0.014 + 0.01 * math.sin(x * 90) ** 2) for x, y in reversed(line))]
    canvas.fill([turf], Paint(palette.lit(view.land, 0.12)))
    surf = [ellipse((x, foot + 0.05 + random.uniform(-0.004, 0.006)), random.uniform(0.012, 0.04), 0.004) for x, _ in line[::4]]
    canvas.fill(surf, Paint(WHITE, None, 0.5, 0.3), blur=0.002)
    return height


def _crags(view: View, line: list[tuple[float, float]], foot: float) -> None:
    """Cut dark clefts into a cliff."""
    random = view.random
    clefts: list[Outline] = []
    for x, y in line[::9]:
        width, lean = random.uniform(0.008, 0.03), random.uniform(-0.03, 0.03)
        clefts.append(
            [
                (x, y + 0.01),
                (x + width, y + 0.02),
                (x + width * 1.4 + lean, foot),
                (x + lean, foot),
                (x + width * 0.3 + lean * 0.4, (y + foot) / 2),
            ]
        )
    view.canvas.fill(clefts, Paint(view.palette.shade, None, 0.34, 0.2))


def _swell(view: View, top: float) -> None:
    """Roll a few long waves towards the viewer."""
    random, palette = view.random, view.palette
    for wave in range(3):
        line = rolling(random, top + 0.055 * wave, 0.008, busy=2.2)
        depth = 0.55 + 0.14 * wave
        view.canvas.fill(
            [below(line, view.canvas.wide)], Paint(mix(palette.water(depth), palette.haze, 0.16), palette.water(1), 0.55, 0.25)
        )
        crest = [(x, y + 0.0032) for x, y in reversed(below(line, view.canvas.wide)[:-2])]
        view.canvas.fill([[*below(line, view.canvas.wide)[:-2], *crest]], Paint(mix(palette.halo, WHITE, 0.3), None, 0.3, 0.3))


def _shore(view: View, stage: Stage) -> None:
    """Paint the beach in front, wet where the water runs out, and bring on everybody who is left."""
    random, palette = view.random, view.palette
    sand = WHITE if view.reading.season is Season.WINTER else _BEACH
    edge = rolling(random, 0.84, 0.02, busy=0.9)
    view.canvas.fill([below(sunk(edge, -0.02), view.canvas.wide)], Paint(WHITE, None, 0.55, 0))
    view.canvas.fill([below(edge, view.canvas.wide)], Paint(palette.lit(mix(sand, _ROCK, 0.3), 0.12), palette.lit(sand, 0)))
    dry = rolling(random, 0.89, 0.014, busy=0.8)
    view.ridge(dry, sand, 0.04, 1.02)
    stage.enter(set(Habitat), sunk(dry, 0.05), middle=random.uniform(0.35, 0.65), scale=1, distance=0.02)


def city(view: View, stage: Stage) -> Iterator[None]:
    """Paint towers behind towers with their windows lit, on a quay over calm water."""
    canvas, random, palette = view.canvas, view.random, view.palette
    quay = random.uniform(0.7, 0.74)
    paint_sky(view, quay)
    yield
    for row, distance in enumerate((0.78, 0.58)):
        _street(view, base=quay, tall=0.36 - 0.02 * row, block=0.07 + 0.012 * row, distance=distance)
        sky.mist(canvas, palette.haze, quay - 0.2, quay + 0.05, 0.4)
    bring_on_the_fliers(view, stage)
    yield
    stage.enter({Habitat.LANDMARK}, flat(quay), middle=random.choice((0.32, 0.68)), scale=0.9, distance=0.2)
    _street(view, base=quay, tall=0.27, block=0.085, distance=0.3)
    _street(view, base=quay, tall=0.1, block=0.06, distance=0.12)
    canvas.mirror(quay, 1, palette.water(0.9), strength=0.62)
    _ripples(view, quay)
    stage.enter({Habitat.WATER}, flat(quay + 0.1), middle=random.choice((0.32, 0.68)), scale=0.9, distance=0.06)
    yield
    _terrace(view, stage)


def _street(view: View, *, base: float, tall: float, block: float, distance: float) -> None:
    row = skyline(view.random, wide=view.canvas.wide, base=base, tall=tall, block=block * max(0.6, view.canvas.short))
    top = view.palette.lit(_STEEL, distance)
    view.canvas.fill(
        [[(x, min(y, base)) for x, y in house] for house in row.buildings],
        Paint(top, mix(top, mix(view.palette.air, view.palette.haze, 0.4), 0.4)),
    )
    if view.palette.is_dark:
        view.canvas.fill(
            row.windows,
            Paint(mix(view.palette.accent, WHITE, 0.15), view.palette.accent, 0.95 - 0.6 * distance, 0.85 - 0.6 * distance),
        )
    else:
        light = 0.45 if view.reading.light is Light.SUNSET else 0.28
        view.canvas.fill(row.windows, Paint(mix(view.palette.lamp, WHITE, 0.2), None, light, light))


def _ripples(view: View, top: float) -> None:
    random = view.random
    lines = [
        ellipse(
            (random.uniform(0, view.canvas.wide), top + (1 - top) * random.random() ** 1.3), random.uniform(0.015, 0.07), 0.0011
        )
        for _ in range(view.canvas.many(60))
    ]
    view.canvas.fill(lines, Paint(mix(view.palette.haze, WHITE, 0.2), None, 0.3, 0.12))


def _terrace(view: View, stage: Stage) -> None:
    """Build a parapet in front for whoever looks at the city."""
    if not stage.expects(*Habitat):
        return
    palette, wide = view.palette, view.canvas.wide
    stone = palette.lit((134, 122, 132), 0.02)
    view.canvas.fill(
        [[(-0.1, 0.87), (wide + 0.1, 0.87), (wide + 0.1, 1.02), (-0.1, 1.02)]],
        Paint(mix(stone, palette.haze, 0.1), mix(stone, palette.shade, 0.5)),
    )
    view.canvas.fill(
        [[(-0.1, 0.862), (wide + 0.1, 0.862), (wide + 0.1, 0.882), (-0.1, 0.882)]], Paint(mix(stone, palette.haze, 0.34))
    )
    stage.enter(set(Habitat), flat(0.876), middle=view.random.uniform(0.35, 0.65), scale=1, distance=0.02)


def deep(view: View, stage: Stage) -> Iterator[None]:
    """Paint the sea from inside: light from above, reefs, weed and bubbles."""
    canvas, random, palette = view.canvas, view.random, view.palette
    surface, ground = mix(palette.haze, (120, 220, 214), 0.6), mix(palette.shade, (6, 40, 78), 0.55)
    canvas.wash(
        (mix(surface, WHITE, 0.3), surface, mix((20, 120, 160), palette.sky[0], 0.3), mix((12, 70, 120), ground, 0.4), ground)
    )
    canvas.glow((view.lamp[0], -0.05), 0.9, WHITE, 0.5, squash=0.7)
    sky.shafts(canvas, (view.lamp[0], -0.25), (226, 255, 246), 0.3)
    yield
    for step, distance in enumerate((0.7, 0.5)):
        colour = mix(ground, (26, 130, 160), distance)
        view.canvas.fill(
            [below(rolling(random, 0.74 + 0.07 * step, 0.06, busy=1.6), canvas.wide)], Paint(colour, mix(colour, ground, 0.5))
        )
    _school(view)
    yield
    stage.enter({Habitat.WATER, Habitat.SKY}, flat(0.6), middle=random.uniform(0.42, 0.58), scale=1.6, distance=0)
    bed = rolling(random, 0.9, 0.025)
    _weed(view, bed)
    canvas.fill([below(bed, canvas.wide)], Paint(mix(ground, (232, 204, 160), 0.3), ground))
    yield
    stage.enter(set(Habitat), sunk(bed, 0.045), middle=random.uniform(0.4, 0.6), scale=1, distance=0.08)
    for size, count in ((0.004, 40), (0.009, 14)):
        bubbles = [
            round_blob((random.uniform(0, canvas.wide), random.uniform(0.05, 0.95)), size * random.uniform(0.5, 1.3))
            for _ in range(count)
        ]
        canvas.fill(bubbles, Paint((226, 250, 250), None, 0.45, 0.4))


def _school(view: View) -> None:
    """Let a school of small fish pass in the distance."""
    random = view.random
    x, y = random.uniform(0.2, 0.8) * view.canvas.wide, random.uniform(0.22, 0.4)
    school: list[Outline] = []
    for _ in range(26):
        left, top, long = x + random.gauss(0, 0.12), y + random.gauss(0, 0.045), random.uniform(0.012, 0.024)
        school.append(ellipse((left, top), long, long * 0.36, corners=20))
        school.append([(left + long * 0.7, top), (left + long * 1.5, top - long * 0.4), (left + long * 1.5, top + long * 0.4)])
    view.canvas.fill(school, Paint((16, 84, 122), None, 0.55, 0.55))


def _weed(view: View, bed: Profile) -> None:
    """Grow weed and coral out of the sea bed."""
    random = view.random
    hues: tuple[Colour, ...] = ((30, 120, 104), (226, 104, 116), (240, 150, 92), (126, 92, 178))
    for hue in hues:
        fronds: list[Outline] = []
        for _ in range(view.canvas.many(8)):
            x, tall, sway = random.uniform(0, view.canvas.wide), random.uniform(0.06, 0.2), random.uniform(4, 7)
            foot = bed(x) + 0.02
            side = [(step / 16, 0.02 * math.sin(step / 16 * sway) * step / 16) for step in range(17)]
            right = [(x + shift + 0.013 * (1 - way), foot - tall * way) for way, shift in side]
            fronds.append([*right, *((x + shift - 0.013 * (1 - way), foot - tall * way) for way, shift in reversed(side))])
        view.canvas.fill(fronds, Paint(hue, mix(hue, (8, 40, 80), 0.6), 0.9, 0.9))
