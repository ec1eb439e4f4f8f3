"""What every scene is painted with: its canvas, its light, and where things are."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from bot.providers.offline import sky
from bot.providers.offline.canvas import Canvas, Outline, Paint, Point
from bot.providers.offline.colours import WHITE, Colour, mix
from bot.providers.offline.palettes import Light, Palette
from bot.providers.offline.reading import Reading
from bot.providers.offline.terrain import Profile, below, leafy, pine
from bot.providers.offline.vocabulary import Season, Weather

LAND: dict[Season, Colour] = {
    Season.GREEN: (112, 160, 96),
    Season.AUTUMN: (206, 146, 76),
    Season.WINTER: (238, 243, 250),
    Season.BLOSSOM: (150, 182, 112),
}

LEAVES: dict[Season, tuple[Colour, ...]] = {
    Season.GREEN: ((52, 106, 84),),
    Season.AUTUMN: ((216, 104, 44), (236, 160, 62), (182, 64, 48)),
    Season.WINTER: ((74, 104, 122),),
    Season.BLOSSOM: ((238, 150, 178), (248, 190, 206)),
}

_TRUNK: Colour = (104, 74, 66)

_CLEAR = {Light.DAWN, Light.DAY, Light.SUNSET}


@dataclass(frozen=True, slots=True)
class View:
    """One picture's canvas, light and words. `lamp` is where the sun or the moon hangs."""

    canvas: Canvas
    palette: Palette
    reading: Reading
    lamp: Point

    @property
    def random(self) -> Random:
        """The chance that makes one take different from another."""
        return self.canvas.random

    @property
    def land(self) -> Colour:
        """What covers the ground."""
        return LAND[self.reading.season]

    @property
    def turf(self) -> Colour:
        """What covers the ground close by: grass shows, unless it is under snow."""
        return self.land if self.reading.season is Season.WINTER else mix(self.land, self.leaves, 0.25)

    @property
    def leaves(self) -> Colour:
        """What hangs on the trees."""
        return LEAVES[self.reading.season][0]

    def has(self, *weather: Weather) -> bool:
        """Whether the sky does one of these."""
        return not self.reading.weather.isdisjoint(weather)

    def ridge(self, profile: Profile, colour: Colour, distance: float, foot: float) -> None:
        """Paint one layer of land; its lower edge, at `foot`, lies in the haze."""
        top = self.palette.lit(colour, distance)
        mist = 0.4 if self.has(Weather.FOG) else 0.22
        self.canvas.fill(
            [below(profile, self.canvas.wide, foot)], Paint(top, mix(top, mix(self.palette.air, self.palette.haze, 0.5), mist))
        )

    def woods(
        self, profile: Profile, distance: float, *, tall: float, count: int, clearing: tuple[float, float] = (0, 0)
    ) -> None:
        """Plant trees along a height line, but none inside the clearing; `tall` is their usual height."""
        spots = [self.random.uniform(-0.02, self.canvas.wide + 0.02) for _ in range(count)]
        feet = [(x, profile(x) + tall * 0.1) for x in spots if not clearing[0] < x < clearing[1]]
        if self.reading.season in {Season.AUTUMN, Season.BLOSSOM}:
            self._leafy_woods(feet, distance, tall * 0.8)
            return
        trees = [pine(self.random, foot, tall * self.random.uniform(0.55, 1.15)) for foot in feet]
        if self.reading.season is Season.WINTER:
            self.canvas.fill(trees, Paint(self.palette.lit(WHITE, distance * 0.8)))
            trees = [[(x, y + tall * 0.022) for x, y in tree] for tree in trees]
        self._paint_trees(trees, self.leaves, distance)

    def _leafy_woods(self, feet: Sequence[Point], distance: float, tall: float) -> None:
        """Plant trees with round crowns, each hue of the season in turn."""
        hues = LEAVES[self.reading.season]
        for pick, hue in enumerate(hues):
            trees = [leafy(self.random, foot, tall * self.random.uniform(0.55, 1.15)) for foot in feet[pick :: len(hues)]]
            self._paint_trees([tree[0] for tree in trees], _TRUNK, distance)
            self._paint_trees([puff for tree in trees for puff in tree[1:]], hue, distance)

    def _paint_trees(self, trees: Sequence[Outline], colour: Colour, distance: float) -> None:
        top = self.palette.lit(colour, distance)
        self.canvas.fill(trees, Paint(top, mix(top, self.palette.lit(self.land, distance), 0.25)))


def paint_sky(view: View, horizon: float) -> None:
    """Paint the sky down to the horizon, with whatever hangs in it."""
    canvas, palette, reading = view.canvas, view.palette, view.reading
    canvas.wash(palette.sky, 0, horizon)
    canvas.wash((palette.haze,), horizon, 1)
    if reading.light is Light.NIGHT:
        sky.milky_way(canvas, (mix(palette.halo, palette.sky[-1], 0.4), mix(palette.halo, (214, 120, 190), 0.4)), horizon)
    if reading.light in {Light.NIGHT, Light.DUSK} and not view.has(Weather.RAIN):
        sky.stars(canvas, horizon, 220 if reading.light is Light.NIGHT else 90)
    if view.has(Weather.AURORA):
        sky.aurora(canvas, horizon)
    _paint_lamp(view)
    _paint_clouds(view, horizon)
    if view.has(Weather.RAINBOW):
        sky.rainbow(canvas, (canvas.wide * 0.5, horizon + canvas.short * 0.12), canvas.short * 0.56)


def _paint_lamp(view: View) -> None:
    short = view.canvas.short
    if view.reading.light in {Light.NIGHT, Light.DUSK}:
        is_crescent = view.random.random() < 0.4  # noqa: PLR2004 -- most moons are full
        sky.moon(view.canvas, view.palette, view.lamp, short * view.random.uniform(0.045, 0.075), is_crescent=is_crescent)
    elif view.reading.light in _CLEAR:
        sky.sun(view.canvas, view.palette, view.lamp, short * view.random.uniform(0.055, 0.09))
    else:
        view.canvas.glow(view.lamp, short * 0.5, view.palette.lamp, 0.4)


def _paint_clouds(view: View, horizon: float) -> None:
    canvas, palette, random = view.canvas, view.palette, view.random
    if view.reading.light is Light.STORM or view.has(Weather.RAIN, Weather.LIGHTNING):
        sky.overcast(canvas, palette, horizon, 0.62)
        if view.has(Weather.LIGHTNING):
            sky.lightning(canvas, (view.lamp[0], 0.02), horizon)
        return
    if view.reading.light in {Light.SUNSET, Light.DUSK, Light.DAWN}:
        sky.streaks(canvas, palette, horizon * 0.25, horizon * 0.9, canvas.many(10))
    piles = {Light.DAY: 4, Light.DAWN: 3, Light.SUNSET: 2}.get(view.reading.light, 0) + 3 * view.has(Weather.CLOUDS)
    count = canvas.many(piles, least=piles // 2)
    for pile in range(count):
        height = horizon * random.uniform(0.18, 0.78)
        across = canvas.wide * (pile + random.random()) / count
        sky.cumulus(canvas, palette, (across, height), canvas.short * random.uniform(0.12, 0.38) * (1.1 - height * 0.7), 0.75)


def paint_weather(view: View) -> None:
    """Let it rain, snow or be foggy in front of everything."""
    if view.has(Weather.FOG):
        for top, bottom in ((0.3, 0.75), (0.5, 1.1)):
            sky.mist(view.canvas, mix(view.palette.haze, WHITE, 0.2), top, bottom, 0.8)
    if view.has(Weather.RAIN) and not view.has(Weather.SNOW):
        sky.rain(view.canvas)
    if view.has(Weather.SNOW):
        sky.snowfall(view.canvas)
