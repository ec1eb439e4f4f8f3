"""Paints one picture from words, step by step."""

from collections.abc import Callable, Iterator
from random import Random

from bot.domain.images import Quality, Size
from bot.providers.offline import mark
from bot.providers.offline.canvas import Canvas
from bot.providers.offline.palettes import palette_for
from bot.providers.offline.reading import Reading
from bot.providers.offline.scenes import land, other, water
from bot.providers.offline.stage import Stage
from bot.providers.offline.view import View, paint_weather
from bot.providers.offline.vocabulary import Scene

_SMOOTHING = {Quality.LOW: 2, Quality.MEDIUM: 3, Quality.HIGH: 4}

_SCENES: dict[Scene, Callable[[View, Stage], Iterator[None]]] = {
    Scene.MOUNTAINS: land.mountains,
    Scene.HILLS: land.hills,
    Scene.FOREST: land.forest,
    Scene.DESERT: land.desert,
    Scene.MEADOW: land.meadow,
    Scene.SEA: water.sea,
    Scene.CITY: water.city,
    Scene.DEEP: water.deep,
    Scene.SPACE: other.space,
    Scene.TABLE: other.table,
    Scene.SHAPES: other.shapes,
}

_OUTDOORS = set(Scene) - {Scene.SPACE, Scene.TABLE, Scene.DEEP, Scene.SHAPES}
_AFLOAT = {Scene.SEA, Scene.CITY}

STEPS = 4
"""How often `paint` stops before the picture is done."""


def paint(reading: Reading, size: Size, quality: Quality, random: Random) -> Iterator[Canvas]:
    """Paint a picture, giving the canvas after each of `STEPS` steps, and once more when it is finished."""
    canvas = Canvas(size, _SMOOTHING[quality], random)
    palette = palette_for(reading.light, reading.tint, random)
    side = random.choice((random.uniform(0.2, 0.38), random.uniform(0.62, 0.8)))
    view = View(canvas, palette, reading, (canvas.wide * side, random.uniform(0.2, 0.42)))
    scene = _SCENES[reading.scene](view, Stage(view, is_afloat=reading.scene in _AFLOAT))
    for _ in scene:
        yield canvas
    if reading.scene in _OUTDOORS:
        paint_weather(view)
    yield canvas
    canvas.finish()
    mark.sign(canvas)
    yield canvas
