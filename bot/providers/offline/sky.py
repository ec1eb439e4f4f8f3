"""Everything above the horizon: stars, sun and moon, clouds, rain and snow."""

import math
from random import Random

from PIL import ImageChops

from bot.providers.offline.canvas import Canvas, Outline, Paint, Point, ellipse
from bot.providers.offline.colours import WHITE, Colour, mix
from bot.providers.offline.palettes import Palette
from bot.providers.offline.terrain import round_blob


def stars(canvas: Canvas, bottom: float, count: int) -> None:
    """Scatter stars down to `bottom`: many faint ones, a few that shine."""
    random = canvas.random
    for size, share, opacity in ((0.0008, 0.6, 0.5), (0.0014, 0.3, 0.8), (0.0024, 0.1, 0.95)):
        specks = [round_blob(_somewhere(random, canvas.wide, bottom), size) for _ in range(canvas.many(count * share))]
        canvas.fill(specks, Paint(WHITE, None, opacity, opacity * 0.25))
    for _ in range(canvas.many(count / 40)):
        spot = _somewhere(random, canvas.wide, bottom * 0.8)
        canvas.glow(spot, 0.018 * random.uniform(0.7, 1.4), WHITE, 0.7)


def _somewhere(random: Random, wide: float, bottom: float) -> Point:
    return random.uniform(0, wide), random.uniform(0, bottom)


def milky_way(canvas: Canvas, colours: tuple[Colour, Colour], bottom: float) -> None:
    """Lay two thin glowing clouds of stars over the sky."""
    for colour, low in zip(colours, (0.44, 0.5), strict=True):
        cloud = canvas.clouding(2, 3, low=low, high=0.95)
        canvas.veil(colour, cloud.point([round(v * 0.45) for v in range(256)]), 0, bottom)


def sun(canvas: Canvas, palette: Palette, centre: Point, radius: float) -> None:
    """Hang the sun with its light around it."""
    canvas.glow(centre, radius * 9, palette.halo, 0.5)
    canvas.glow(centre, radius * 3.6, palette.lamp, 0.55)
    canvas.fill([ellipse(centre, radius)], Paint(palette.lamp, mix(palette.lamp, palette.halo, 0.55)))


def moon(canvas: Canvas, palette: Palette, centre: Point, radius: float, *, is_crescent: bool) -> None:
    """Hang the moon, full with its seas or as a crescent."""
    canvas.glow(centre, radius * 8, palette.halo, 0.4)
    canvas.glow(centre, radius * 2.8, palette.lamp, 0.35)
    if is_crescent:
        canvas.fill([_crescent(centre, radius)], Paint(palette.lamp))
        return
    canvas.fill([ellipse(centre, radius)], Paint(palette.lamp, mix(palette.lamp, palette.halo, 0.3)))
    seas = ((-0.35, -0.2, 0.28), (0.2, -0.42, 0.2), (0.3, 0.22, 0.3), (-0.2, 0.42, 0.16), (0.62, -0.1, 0.12))
    spots = [ellipse((centre[0] + x * radius, centre[1] + y * radius), size * radius) for x, y, size in seas]
    canvas.fill(spots, Paint(mix(palette.lamp, palette.halo, 0.6), None, 0.5, 0.5), blur=radius * 0.03)


def _crescent(centre: Point, radius: float) -> list[Point]:
    """Return what is left of a disc when another, shifted up to the left, is taken out of it."""
    shift, bite, lean = radius * 0.44, radius * 0.9, math.radians(205)
    hole = centre[0] + shift * math.cos(lean), centre[1] + shift * math.sin(lean)
    tip = math.acos((shift**2 + radius**2 - bite**2) / (2 * shift * radius))
    dent = math.acos((shift**2 + bite**2 - radius**2) / (2 * shift * bite))
    back = _arc(centre, radius, lean + tip, lean + 2 * math.pi - tip)
    return [*back, *_arc(hole, bite, lean + math.pi + dent, lean + math.pi - dent)]


def _arc(centre: Point, radius: float, start: float, end: float, steps: int = 60) -> list[Point]:
    turns = [start + (end - start) * step / steps for step in range(steps + 1)]
    return [(centre[0] + radius * math.cos(turn), centre[1] + radius * math.sin(turn)) for turn in turns]


def cumulus(canvas: Canvas, palette: Palette, centre: Point, width: float, opacity: float) -> None:
    """Pile up one cloud with a flat foot that melts away."""
    random = canvas.random
    x, y = centre
    puffs: list[Outline] = []
    for step in range(9):
        way = step / 8 * 2 - 1
        radius = width * (0.2 - 0.13 * abs(way)) * random.uniform(0.75, 1.3)
        puffs.append(
            ellipse((x + way * width * 0.42, y - radius * 0.55 + random.uniform(-0.2, 0.1) * radius), radius, radius * 0.8)
        )
    puffs.append(ellipse((x, y), width * 0.5, width * 0.05))
    canvas.fill(puffs, Paint(mix(palette.lamp, palette.haze, 0.25), palette.haze, opacity, opacity * 0.12), blur=0.0015)


def streaks(canvas: Canvas, palette: Palette, top: float, bottom: float, count: int) -> None:
    """Draw long thin clouds, as they stand at dusk."""
    random = canvas.random
    for _ in range(count):
        spot = random.uniform(-0.1, 1.1) * canvas.wide, random.uniform(top, bottom)
        long, thick = random.uniform(0.12, 0.4), random.uniform(0.004, 0.012)
        lens = [
            ellipse((spot[0] + shift * long, spot[1] + shift * thick), long * (1 - abs(shift)), thick) for shift in (-0.5, 0, 0.4)
        ]
        canvas.fill(lens, Paint(mix(palette.haze, palette.lamp, 0.4), None, 0.4, 0.4), blur=0.004)


def overcast(canvas: Canvas, palette: Palette, bottom: float, strength: float) -> None:
    """Cover the sky with torn grey cloud, dark above and light where it breaks."""
    for colour, low in ((palette.shade, 0.4), (mix(palette.haze, WHITE, 0.3), 0.52), (palette.shade, 0.55)):
        cloud = canvas.clouding(2, 4, low=low, high=0.9)
        canvas.veil(colour, cloud.point([round(v * strength) for v in range(256)]), -0.2 * bottom, bottom)


def lightning(canvas: Canvas, start: Point, foot: float) -> None:
    """Strike once."""
    random = canvas.random
    x, y = start
    path = [start]
    while y < foot:
        x += random.uniform(-0.035, 0.04)
        y += random.uniform(0.02, 0.05)
        path.append((x, y))
    bolt = [*((px - 0.0026, py) for px, py in path), *((px + 0.0026, py) for px, py in reversed(path[:-1]))]
    canvas.glow(path[len(path) // 2], 0.32, (226, 226, 255), 0.55)
    canvas.fill([bolt], Paint((240, 238, 255), None, 0.9, 0.9), blur=0.006)
    canvas.fill([bolt], Paint((255, 253, 246)))


def rain(canvas: Canvas) -> None:
    """Let it rain, slanting."""
    random = canvas.random
    for size, opacity in ((0.03, 0.16), (0.055, 0.2)):
        drops = []
        for _ in range(canvas.many(150)):
            x, y = random.uniform(-0.05, canvas.wide + 0.1), random.uniform(-0.05, 1)
            thin = size * 0.022
            drops.append([(x, y), (x + thin, y), (x - size * 0.22 + thin, y + size), (x - size * 0.22, y + size)])
        canvas.fill(drops, Paint((226, 234, 244), None, opacity, opacity))


def snowfall(canvas: Canvas) -> None:
    """Let it snow: far flakes small and sharp, near ones large and soft."""
    random = canvas.random
    for size, count, blur, opacity in ((0.0022, 170, 0.0, 0.75), (0.004, 70, 0.001, 0.8), (0.0095, 14, 0.004, 0.5)):
        flakes = [
            round_blob(_somewhere(random, canvas.wide, 1), size * random.uniform(0.6, 1.3)) for _ in range(canvas.many(count))
        ]
        canvas.fill(flakes, Paint(WHITE, None, opacity, opacity), blur=blur)


def mist(canvas: Canvas, colour: Colour, top: float, bottom: float, opacity: float) -> None:
    """Lay a bank of mist that is thickest in the middle."""
    bank = canvas.clouding(2, 2, low=0.05, high=0.65)
    height = bank.height
    ramp = [round(255 * opacity * (1 - abs(2 * row / (height - 1) - 1)) ** 0.8) for row in range(height)]
    fade = bank.copy().resize((1, height))
    fade.putdata(ramp)
    canvas.veil(colour, ImageChops.multiply(bank, fade.resize(bank.size)), top, bottom)


def birds(canvas: Canvas, colour: Colour, centre: Point, count: int) -> None:
    """Send a flock of far birds across the sky."""
    random = canvas.random
    flock: list[Outline] = []
    for _ in range(count):
        x, y = centre[0] + random.gauss(0, 0.07), centre[1] + random.gauss(0, 0.035)
        span, lift = random.uniform(0.009, 0.017), random.uniform(0.25, 0.6)
        flock.append(
            [
                (x - span, y - span * lift),
                (x - span * 0.45, y - span * lift * 1.1),
                (x, y),
                (x + span * 0.45, y - span * lift * 1.1),
                (x + span, y - span * lift),
                (x + span * 0.45, y - span * lift * 0.7),
                (x, y + span * 0.2),
                (x - span * 0.45, y - span * lift * 0.7),
            ]
        )
    canvas.fill(flock, Paint(colour, None, 0.8, 0.8))


def aurora(canvas: Canvas, bottom: float) -> None:
    """Hang curtains of green and violet light that waver."""
    random = canvas.random
    for colour, opacity in (((88, 240, 172), 0.5), ((70, 214, 200), 0.4), ((168, 110, 240), 0.35)):
        base, start, pace = bottom * random.uniform(0.5, 0.85), random.uniform(0, 6), random.uniform(2.4, 4)
        for fold in range(3):
            line = [
                (
                    x / 40 * canvas.wide,
                    base - 0.05 * fold + 0.07 * math.sin(start + pace * x / 40 * canvas.wide + fold) + 0.02 * math.sin(x * 0.9),
                )
                for x in range(-1, 42)
            ]
            curtain = [*line, *((x + 0.03, y - bottom * random.uniform(0.34, 0.42)) for x, y in reversed(line))]
            canvas.fill([curtain], Paint(colour, None, 0, opacity), blur=0.014)


def rainbow(canvas: Canvas, centre: Point, radius: float) -> None:
    """Bend a soft rainbow around a point on the ground."""
    bands = ((232, 88, 84), (244, 164, 84), (248, 226, 112), (122, 204, 126), (92, 156, 230), (146, 112, 214))
    width = radius * 0.032
    for band, colour in enumerate(bands):
        outer = radius - band * width
        arch = [*_arc(centre, outer, math.pi, 2 * math.pi), *_arc(centre, outer - width * 1.2, 2 * math.pi, math.pi)]
        canvas.fill([arch], Paint(colour, None, 0.55, 0.25), blur=width * 0.3)


def beams(canvas: Canvas, source: Point, colour: Colour, reach: float) -> None:
    """Throw two beams from a lamp that fade as they widen."""
    x, y = source
    for side, length, tilt in ((-1, reach, -0.06), (1, reach * 0.8, 0.05)):
        tip, half = x + side * length, 0.11 * length
        cone = [(x, y - 0.004), (tip, y + tilt * length - half), (tip, y + tilt * length + half), (x, y + 0.004)]
        canvas.beam(cone, source, length, colour, 0.75)
    canvas.glow(source, reach * 0.28, colour, 0.9)


def shafts(canvas: Canvas, source: Point, colour: Colour, opacity: float) -> None:
    """Let light fall between clouds or trees in broad soft bands."""
    random = canvas.random
    bands = []
    for _ in range(6):
        lean, width = random.uniform(-0.5, 0.5), random.uniform(0.02, 0.07)
        bands.append(
            [
                (source[0] - 0.01, source[1]),
                (source[0] + 0.01, source[1]),
                (source[0] + lean + width, 1.05),
                (source[0] + lean - width, 1.05),
            ]
        )
    for band in bands:
        canvas.fill([band], Paint(colour, None, opacity, 0), blur=0.012)
