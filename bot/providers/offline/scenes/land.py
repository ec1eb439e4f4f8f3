"""Scenes on land: mountains, hills, forest, desert, meadow."""

from collections.abc import Iterator

from bot.providers.offline import sky
from bot.providers.offline.canvas import Paint, ellipse
from bot.providers.offline.colours import WHITE, Colour, mix
from bot.providers.offline.figures.figure import Habitat
from bot.providers.offline.palettes import Light
from bot.providers.offline.stage import Stage
from bot.providers.offline.terrain import Profile, below, flat, peak, rolling, round_blob, sunk
from bot.providers.offline.view import View, paint_sky
from bot.providers.offline.vocabulary import Season

_ROCK: Colour = (112, 118, 142)
_SAND: Colour = (238, 184, 122)
_AIR = {Habitat.SKY}
_AFAR = {Habitat.LANDMARK}
_HERE = set(Habitat)


def bring_on_the_fliers(view: View, stage: Stage) -> None:
    """Let whatever flies come on, away from the sun; with nobody there, a few far birds by day."""
    is_left = view.lamp[0] < view.canvas.wide / 2
    if stage.expects(Habitat.SKY):
        stage.enter(_AIR, flat(0.5), middle=0.64 if is_left else 0.36, scale=1, distance=0.12)
    elif view.reading.light in {Light.DAY, Light.DAWN, Light.SUNSET}:
        spot = view.canvas.wide * (0.68 if is_left else 0.3), view.random.uniform(0.2, 0.34)
        sky.birds(view.canvas, view.palette.lit(_ROCK, 0.2), spot, view.random.randint(4, 9))


def mountains(view: View, stage: Stage) -> Iterator[None]:
    """Paint snowy peaks over wooded hills, sometimes with a lake."""
    canvas, random = view.canvas, view.random
    horizon = random.uniform(0.6, 0.66)
    paint_sky(view, horizon)
    yield
    for distance, low, high, count in ((0.74, 0.1, 0.2, 5), (0.5, 0.2, 0.38, 3)):
        _range(view, horizon + 0.02, low, high, count=canvas.many(count, least=2), distance=distance)
        sky.mist(canvas, mix(view.palette.air, view.palette.haze, 0.6), horizon - 0.14, horizon + 0.1, 0.5)
    bring_on_the_fliers(view, stage)
    yield
    shore = horizon + 0.1
    hills = rolling(random, horizon + 0.03, 0.03)
    view.ridge(hills, mix(view.turf, view.leaves, 0.3), 0.42, shore + 0.04)
    view.woods(hills, 0.4, tall=0.045, count=canvas.many(90))
    if random.random() < 0.75:  # noqa: PLR2004 -- more often a lake than none
        _lake(view, shore)
    else:
        view.ridge(rolling(random, shore, 0.03), view.turf, 0.28, 1)
    stage.enter(_AFAR, sunk(hills, 0.05), middle=0.66 if view.lamp[0] < canvas.wide / 2 else 0.34, scale=0.62, distance=0.25)
    yield
    foreground(view, stage, trees=0.3)


def _range(view: View, foot: float, low: float, high: float, *, count: int, distance: float) -> None:
    """Raise a row of peaks between `low` and `high` above their foot, tallest last so that it stands in front."""
    canvas, random, palette = view.canvas, view.random, view.palette
    height = [random.uniform(low, high) for _ in range(count)]
    steps = list(range(count))
    random.shuffle(steps)
    for step, tall in zip(steps, sorted(height), strict=True):
        x = canvas.wide * (step + random.uniform(0.2, 0.8)) / count
        rock = peak(random, (x, foot - tall), tall * random.uniform(2.2, 2.9), foot)
        light, dark = palette.lit(_ROCK, distance), mix(palette.lit(_ROCK, distance), palette.shade, 0.28 * (1.1 - distance))
        snow = palette.lit(WHITE, distance * 0.7)
        canvas.fill([rock.body], Paint(light, mix(light, palette.air, 0.6)))
        canvas.fill([rock.shadow], Paint(dark, mix(dark, palette.air, 0.65)))
        canvas.fill([rock.snow], Paint(snow, mix(snow, light, 0.2)))
        canvas.fill([rock.snow_shadow], Paint(mix(snow, dark, 0.45), mix(snow, dark, 0.6)))


def _lake(view: View, shore: float) -> None:
    view.canvas.mirror(shore, 1, view.palette.water(0.5), strength=0.72)
    ripples = [
        ellipse(
            (view.random.uniform(0, view.canvas.wide), shore + 0.22 * view.random.random() ** 1.5),
            view.random.uniform(0.02, 0.09),
            0.0011,
        )
        for _ in range(view.canvas.many(34))
    ]
    view.canvas.fill(ripples, Paint(mix(view.palette.haze, WHITE, 0.3), None, 0.32, 0.12))


def foreground(view: View, stage: Stage, *, trees: float) -> None:
    """Paint the nearest hill with tall trees at its sides, and bring on everybody who is left."""
    canvas, random = view.canvas, view.random
    crest = rolling(random, 0.9, 0.022, busy=0.8)
    middle = random.uniform(0.4, 0.6) * canvas.wide
    view.woods(
        crest,
        0.12,
        tall=trees * canvas.short * 0.7,
        count=canvas.many(12),
        clearing=(middle - 0.3 * canvas.short, middle + 0.3 * canvas.short),
    )
    view.ridge(crest, view.turf, 0.04, 1.02)
    if view.reading.season is not Season.WINTER:
        _grass(view, crest)
    view.woods(sunk(crest, 0.07), 0, tall=trees * canvas.short * 1.25, count=6, clearing=(0.13 * canvas.wide, 0.87 * canvas.wide))
    stage.enter(_HERE, sunk(crest, 0.045), middle=middle / canvas.wide, scale=1, distance=0.02)


def _grass(view: View, crest: Profile) -> None:
    """Let blades stand up along the crest, lit from behind."""
    random, blades = view.random, []
    for _ in range(view.canvas.many(150)):
        x, tall, lean = random.uniform(0, view.canvas.wide), random.uniform(0.008, 0.024), random.uniform(-0.008, 0.008)
        y = crest(x) + 0.004
        blades.append([(x - 0.0016, y), (x + lean, y - tall), (x + 0.0016, y)])
    top = view.palette.lit(view.turf, 0.04)
    view.canvas.fill(blades, Paint(mix(top, view.palette.haze, 0.12), top))


def hills(view: View, stage: Stage) -> Iterator[None]:
    """Paint fields that roll away, with trees along their edges."""
    canvas, random = view.canvas, view.random
    horizon = random.uniform(0.52, 0.6)
    paint_sky(view, horizon + 0.06)
    yield
    _range(view, horizon + 0.05, 0.06, 0.13, count=canvas.many(6, least=4), distance=0.84)
    bring_on_the_fliers(view, stage)
    for step in range(2):
        line = rolling(random, horizon + 0.04 + 0.06 * step, 0.03, busy=0.9)
        view.ridge(line, mix(view.land, view.turf, step), 0.68 - 0.14 * step, horizon + 0.24)
        view.woods(line, 0.62 - 0.14 * step, tall=0.028 + 0.01 * step, count=canvas.many(26))
    yield
    for step in range(2):
        line = rolling(random, horizon + 0.15 + 0.08 * step, 0.04, busy=0.7)
        view.ridge(line, mix(view.turf, view.land, step), 0.4 - 0.16 * step, horizon + 0.4)
        view.woods(
            line,
            0.36 - 0.14 * step,
            tall=0.05 + 0.02 * step,
            count=canvas.many(10),
            clearing=(canvas.wide * 0.3, canvas.wide * 0.75),
        )
        if step == 0:
            stage.enter(_AFAR, sunk(line, 0.015), middle=random.choice((0.36, 0.64)), scale=0.9, distance=0.16)
    yield
    foreground(view, stage, trees=0.26)


def forest(view: View, stage: Stage) -> Iterator[None]:
    """Paint row behind row of trees that sink into mist, and light between them."""
    canvas, random, palette = view.canvas, view.random, view.palette
    paint_sky(view, 0.72)
    canvas.glow((view.lamp[0], 0.5), 0.6, palette.halo, 0.4)
    yield
    for row, distance in enumerate((0.82, 0.66, 0.5)):
        line = rolling(random, 0.6 + 0.06 * row, 0.03)
        view.woods(line, distance, tall=0.24 + 0.09 * row, count=canvas.many(34 - 6 * row))
        view.ridge(line, mix(view.turf, view.leaves, 0.3), distance, 1)
        sky.mist(canvas, palette.haze, 0.46 + 0.06 * row, 0.78 + 0.05 * row, 0.5)
    bring_on_the_fliers(view, stage)
    yield
    line = rolling(random, 0.8, 0.02)
    gap = canvas.wide * 0.32, canvas.wide * 0.7
    view.woods(line, 0.3, tall=0.52, count=canvas.many(14), clearing=gap)
    view.ridge(line, mix(view.turf, view.leaves, 0.2), 0.3, 1)
    stage.enter(_AFAR, sunk(line, 0.04), middle=0.5, scale=0.8, distance=0.15)
    sky.mist(canvas, palette.haze, 0.66, 0.92, 0.4)
    if view.reading.light is not Light.NIGHT:
        sky.shafts(canvas, (view.lamp[0], -0.5), palette.lamp, 0.26)
    yield
    foreground(view, stage, trees=0.62)
    if palette.is_dark:
        _fireflies(view)


def _fireflies(view: View) -> None:
    for _ in range(view.canvas.many(16)):
        spot = view.random.uniform(0, view.canvas.wide), view.random.uniform(0.55, 0.95)
        view.canvas.glow(spot, view.random.uniform(0.012, 0.03), (255, 226, 130), 0.85)


def desert(view: View, stage: Stage) -> Iterator[None]:
    """Paint dunes with a lit and a dark side, and table mountains far away."""
    canvas, random, palette = view.canvas, view.random, view.palette
    horizon = random.uniform(0.55, 0.62)
    sand = WHITE if view.reading.season is Season.WINTER else _SAND
    paint_sky(view, horizon + 0.05)
    yield
    _mesas(view, horizon)
    bring_on_the_fliers(view, stage)
    view.ridge(rolling(random, horizon, 0.008), sand, 0.66, horizon + 0.14)
    yield
    for row, distance in enumerate((0.48, 0.3, 0.16)):
        _dune(view, horizon + 0.06 + 0.09 * row, 0.035 + 0.012 * row, sand, distance)
        if row == 0:
            stage.enter(_AFAR, flat(horizon + 0.09), middle=random.choice((0.34, 0.66)), scale=0.8, distance=0.2)
    yield
    crest = _dune(view, 0.9, 0.03, sand, 0.02)
    stage.enter(_HERE, sunk(crest, 0.05), middle=random.uniform(0.38, 0.62), scale=1, distance=0.02)
    canvas.glow((view.lamp[0], horizon), 0.5, palette.halo, 0.16, squash=0.3)


def _mesas(view: View, horizon: float) -> None:
    random = view.random
    rock = view.palette.lit((178, 96, 78), 0.62)
    for _ in range(view.canvas.many(3, least=2)):
        x, wide, tall = random.uniform(0, view.canvas.wide), random.uniform(0.06, 0.2), random.uniform(0.05, 0.15)
        table = [
            (x - wide, horizon + 0.03),
            (x - wide * 0.7, horizon - tall * 0.5),
            (x - wide * 0.62, horizon - tall),
            (x + wide * 0.6, horizon - tall),
            (x + wide * 0.72, horizon - tall * 0.45),
            (x + wide, horizon + 0.03),
        ]
        view.canvas.fill([table], Paint(rock, mix(rock, view.palette.air, 0.6)))
        side = [(x + wide * 0.2, horizon - tall), *table[3:], (x + wide * 0.3, horizon + 0.03)]
        view.canvas.fill([side], Paint(mix(rock, view.palette.shade, 0.16), mix(rock, view.palette.air, 0.5)))


def _dune(view: View, base: float, swell: float, sand: Colour, distance: float) -> Profile:
    """Paint one dune; from each of its tops a dark side falls away from the light."""
    canvas, palette = view.canvas, view.palette
    crest = rolling(view.random, base, swell, busy=0.75)
    view.ridge(crest, sand, distance, 1.02)
    dark = mix(palette.lit(sand, distance), palette.shade, 0.3 * (1 - distance))
    steps = [canvas.wide * step / 200 for step in range(-4, 205)]
    tops = [x for x in steps if crest(x) < crest(x - 0.01) and crest(x) <= crest(x + 0.01)]
    for top in tops[:: max(1, len(tops) // 4)]:
        away = 1 if view.lamp[0] < top else -1
        ridge = [(top + away * step * 0.02, crest(top + away * step * 0.02) - 0.001) for step in range(22)]
        edge = [
            (top + away * (0.16 - 0.0045 * step * (step / 21)) * step / 21 * 1.2, crest(top) + 0.16 * (step / 21) ** 0.8)
            for step in range(22)
        ]
        canvas.fill([[*ridge, (ridge[-1][0], edge[-1][1]), *reversed(edge)]], Paint(dark, palette.lit(sand, distance), 0.75, 0))
    return crest


def meadow(view: View, stage: Stage) -> Iterator[None]:
    """Paint a field of flowers that reaches to the hills."""
    canvas, random, palette = view.canvas, view.random, view.palette
    horizon = random.uniform(0.5, 0.56)
    paint_sky(view, horizon + 0.05)
    yield
    for step in range(3):
        line = rolling(random, horizon + 0.03 * step, 0.035 - 0.008 * step)
        view.ridge(line, mix(view.turf, view.leaves, 0.2), 0.74 - 0.14 * step, 1)
        view.woods(line, 0.7 - 0.14 * step, tall=0.025 + 0.012 * step, count=canvas.many(30))
    bring_on_the_fliers(view, stage)
    yield
    field = rolling(random, horizon + 0.13, 0.015)
    stage.enter(_AFAR, sunk(field, 0.01), middle=random.choice((0.36, 0.64)), scale=0.85, distance=0.16)
    canvas.fill([below(field, canvas.wide)], Paint(palette.lit(view.land, 0.36), palette.lit(view.leaves, 0)))
    hues = random.sample([(240, 92, 92), (250, 176, 70), (238, 130, 176), (150, 110, 210), (252, 226, 120), (250, 246, 240)], 3)
    _flowers(view, hues, horizon + 0.14, 0.93, count=760)
    yield
    stage.enter(_HERE, flat(0.9), middle=random.uniform(0.38, 0.62), scale=1, distance=0.02)
    _flowers(view, hues, 0.935, 1.04, count=50)


def _flowers(view: View, hues: list[Colour], top: float, bottom: float, *, count: int) -> None:
    """Sow flowers between two rows, larger the nearer they are, far ones first."""
    random = view.random
    ways = sorted(random.random() ** 0.8 for _ in range(view.canvas.many(count)))
    bands = 5
    for band in range(bands):
        here = [way for way in ways if band / bands <= way < (band + 1) / bands]
        rows = [(random.uniform(0, view.canvas.wide), top + (bottom - top) * way) for way in here]
        near = ((top + (bottom - top) * (band + 0.5) / bands) - 0.5) / 0.5
        distance, size = 0.42 * max(0, 1 - near), 0.004 + 0.015 * max(0, near) ** 2.2
        stems = [[(x - size * 0.09, y + size * 3), (x, y), (x + size * 0.09, y + size * 3)] for x, y in rows]
        view.canvas.fill(stems, Paint(view.palette.lit(view.leaves, distance)))
        for pick, hue in enumerate(hues):
            heads = [
                round_blob((x + size * dx, y + size * dy), size * 0.55) for x, y in rows[pick :: len(hues)] for dx, dy in _PETALS
            ]
            colour = view.palette.fresh(hue, distance * 0.8)
            view.canvas.fill(heads, Paint(mix(colour, WHITE, 0.1), colour))
        view.canvas.fill([round_blob(spot, size * 0.36) for spot in rows], Paint(view.palette.fresh((255, 224, 130), distance)))


_PETALS = ((0, -0.6), (0.57, -0.18), (0.35, 0.49), (-0.35, 0.49), (-0.57, -0.18))
