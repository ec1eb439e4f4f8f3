"""Where the figures of a picture come on, and how they look in its light."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.providers.offline import sky
from bot.providers.offline.canvas import Outline, Paint, Point, ellipse
from bot.providers.offline.colours import WHITE, Colour, mix
from bot.providers.offline.figures.figure import Figure, Habitat, outlines
from bot.providers.offline.reading import PlacedFigure
from bot.providers.offline.view import LEAVES, View

TONES: dict[str, Colour] = {
    "cream": (250, 236, 214),
    "white": (255, 255, 255),
    "ink": (30, 26, 40),
    "dark": (62, 46, 54),
    "rose": (236, 150, 150),
    "lamp": (255, 210, 104),
    "foam": (226, 242, 250),
    "stone": (158, 158, 174),
    "leaf": (84, 140, 90),
    "wood": (122, 86, 62),
    "sand": (232, 204, 160),
    "roof": (150, 70, 60),
    "glass": (120, 190, 220),
    "skin": (214, 164, 132),
    "accent": (226, 72, 72),
}

_STANDING = {Habitat.GROUND, Habitat.LANDMARK, Habitat.TABLE}
_SOLE = 94
_ELBOW_ROOM = 0.26
_SEE_THROUGH = {"gloom": 0.28, "steam": 0.4}
_SPREAD = {1: (0.0,), 2: (-0.19, 0.19), 3: (-0.27, 0.02, 0.28)}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a figure stands: the middle of its foot, its height, and how far away it is (0 to 1).

    Of one that is afloat, nothing below the water line is seen.
    """

    foot: Point
    tall: float
    distance: float
    is_turned: bool
    is_afloat: bool

    def place(self, point: Point, stretch: float = 1) -> Point:
        """Turn a point of a figure's box into one of the picture; a negative stretch mirrors it downwards."""
        across = (point[0] - 50) / 100 * self.tall * (-1 if self.is_turned else 1)
        up = (min(point[1], 100) if self.is_afloat else point[1]) - 100
        return self.foot[0] + across, self.foot[1] + up / 100 * self.tall * stretch


class Stage:
    """Lets each figure of a reading come on once, in the part of the scene it belongs to."""

    def __init__(self, view: View, *, is_afloat: bool) -> None:
        self._view = view
        self._is_afloat = is_afloat
        self._waiting = list(view.reading.actors)
        self._taken: list[float] = []

    def expects(self, *habitats: Habitat) -> bool:
        """Whether somebody who belongs there has not come on yet."""
        return any(actor.figure.habitat in habitats for actor in self._waiting)

    def enter(
        self, habitats: set[Habitat], line: Callable[[float], float], *, middle: float, scale: float, distance: float
    ) -> None:
        """Bring on everybody who belongs there, along a height line; `middle` is where along the width, from 0 to 1."""
        entering = [actor for actor in self._waiting if actor.figure.habitat in habitats]
        self._waiting = [actor for actor in self._waiting if actor not in entering]
        if len(entering) == 1:
            middle = self._free(middle)
            self._taken.append(middle)
        wide = self._view.canvas.wide
        crowd = scale * (1.0, 1.0, 0.86, 0.74)[len(entering)]
        for actor, shift in zip(entering, _SPREAD.get(len(entering), ()), strict=True):
            share = min(0.84, max(0.16, (middle if len(entering) == 1 else 0.5 + (middle - 0.5) * 0.3) + shift))
            x = wide * (share + self._view.random.uniform(-0.02, 0.02))
            tall = actor.figure.tall * crowd * self._view.canvas.short
            is_turned = self._view.random.choice((True, False))
            is_afloat = self._is_afloat and actor.figure.habitat is Habitat.WATER
            self._perform(actor, Spot((x, line(x)), tall, distance, is_turned, is_afloat))

    def _free(self, middle: float) -> float:
        """Return the place wanted, or its mirror image where somebody stands there already."""
        return 1 - self._taken[0] if self._taken and abs(self._taken[0] - middle) < _ELBOW_ROOM else middle

    def _perform(self, actor: PlacedFigure, spot: Spot) -> None:
        if actor.figure.habitat in _STANDING:
            self._cast_shadow(actor.figure, spot)
        if spot.is_afloat:
            self._reflect(actor, spot)
        if actor.figure.beam and self._view.palette.is_dark:
            sky.beams(self._view.canvas, spot.place(actor.figure.beam), TONES["lamp"], self._view.canvas.short * 0.9)
        self._draw(actor, spot)
        if spot.is_afloat:
            self._foam(spot)
        if self._view.palette.is_dark:
            self._shine(actor.figure, spot)

    def _cast_shadow(self, figure: Figure, spot: Spot) -> None:
        """Darken the ground under whatever touches it."""
        soles = [
            spot.place(point)[0] for part in figure.parts for shape in outlines(part.path) for point in shape if point[1] > _SOLE
        ]
        middle, half = (min(soles) + max(soles)) / 2, (max(soles) - min(soles)) / 2
        shadow = ellipse((middle, spot.foot[1] - spot.tall * 0.004), half * 1.12, spot.tall * 0.03)
        self._view.canvas.fill([shadow], Paint(self._view.palette.shade, None, 0.42, 0.42), blur=spot.tall * 0.014)

    def _reflect(self, actor: PlacedFigure, spot: Spot) -> None:
        """Mirror a figure faintly in the water under it."""
        for part in actor.figure.parts:
            mirrored = [[spot.place(point, -0.6) for point in shape] for shape in outlines(part.path)]
            self._view.canvas.fill(mirrored, Paint(self._colour(part.colour, actor, spot.distance), None, 0.3, 0.04), blur=0.002)

    def _foam(self, spot: Spot) -> None:
        """Let the water break around whatever floats in it."""
        random = self._view.random
        x, y = spot.foot
        crests = [
            ellipse(
                (x + spot.tall * random.uniform(-0.6, 0.6), y + spot.tall * random.uniform(-0.02, 0.03)),
                spot.tall * random.uniform(0.12, 0.3),
                0.003,
            )
            for _ in range(9)
        ]
        self._view.canvas.fill(crests, Paint(WHITE, None, 0.5, 0.35), blur=0.0012)

    def _draw(self, actor: PlacedFigure, spot: Spot) -> None:
        """Draw part by part; light from above makes the top of each a little brighter than its foot."""
        for part in actor.figure.parts:
            if part.colour == "foam" and not spot.is_afloat:
                continue
            opacity = _SEE_THROUGH.get(part.colour, 1.0)
            colour = self._colour(part.colour, actor, spot.distance)
            top, foot = mix(colour, self._view.palette.lamp, 0.08), mix(colour, self._view.palette.shade, 0.14)
            self._view.canvas.fill(_placed(part.path, spot), Paint(top, foot, opacity, opacity))

    def _colour(self, tone: str, actor: PlacedFigure, distance: float) -> Colour:
        palette = self._view.palette
        coat = actor.coat
        if actor.figure.is_leafy and coat == actor.figure.coat:
            coat = LEAVES[self._view.reading.season][0]
        own = {
            "coat": coat,
            "shade": mix(coat, palette.shade, 0.32),
            "tint": mix(coat, WHITE, 0.26),
            "gloom": palette.shade,
            "steam": WHITE,
        }
        colour = own.get(tone) or TONES[tone]
        if tone in {"lamp", "gloom", "steam"}:
            return colour
        return palette.fresh(colour, distance * 0.6)

    def _shine(self, figure: Figure, spot: Spot) -> None:
        """Let lit windows, lanterns and flames glow in the dark."""
        for part in figure.parts:
            if part.colour == "lamp":
                for shape in _placed(part.path, spot):
                    self._view.canvas.glow(_centre(shape), spot.tall * 0.16, TONES["lamp"], 0.35)


def _placed(path: str, spot: Spot) -> list[Outline]:
    return [[spot.place(point) for point in shape] for shape in outlines(path)]


def _centre(shape: Outline) -> Point:
    return (sum(x for x, _ in shape) / len(shape), sum(y for _, y in shape) / len(shape))
