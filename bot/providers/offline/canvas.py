"""A picture in the making: soft gradients and smooth outlines on a Pillow image.

Lengths are in heights of the picture, so y runs from 0 at the top to 1 at the
bottom, and x from 0 to `Canvas.wide`.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter
from PIL.PngImagePlugin import PngInfo

from bot.domain.images import Size
from bot.domain.provenance import SourceType, xmp_packet
from bot.providers.offline.colours import BLACK, Colour

Point = tuple[float, float]
Outline = Sequence[Point]
Box = tuple[int, int, int, int]

_LARGEST_MASK = 36_000_000
"""Pixels of an oversampled mask: bounds the memory of a big picture."""

_RIM = 180
"""The value of Pillow's radial gradient half-way along its edges, where the largest circle ends; its corners are 255."""

_WIDEST = 5
"""Wider pictures get no more of anything, so that a banner takes no longer than others."""

_GRAIN = 5
_GRAIN_TILE = 512
_PREVIEW_EDGE = 320


@dataclass(frozen=True, slots=True)
class Paint:
    """A colour that may change from top to bottom; `over` and `below` are the opacities there, from 0 to 1."""

    top: Colour
    bottom: Colour | None = None
    over: float = 1.0
    below: float = 1.0


@dataclass(frozen=True, slots=True)
class _Round:
    """How opaque each of 256 rings around a point is, from 0 to 255; the 180th is at the radius."""

    centre: Point
    radius: float
    fall: list[int]


def column(stops: Sequence[Colour], size: tuple[int, int]) -> Image.Image:
    """Return a smooth gradient through evenly spaced colours from top to bottom."""
    strip = Image.new("RGB", (1, len(stops)))
    strip.putdata(stops)
    return strip.resize(size, Image.Resampling.BILINEAR, box=(0, 0.5, 1, len(stops) - 0.5))


def ellipse(centre: Point, across: float, down: float | None = None, corners: int = 64) -> list[Point]:
    """Return the outline of a circle, or of an ellipse where `down` is given; both are radii."""
    x, y = centre
    down = across if down is None else down
    turns = [2 * math.pi * corner / corners for corner in range(corners)]
    return [(x + across * math.cos(turn), y + down * math.sin(turn)) for turn in turns]


class Canvas:
    """Paints from back to front; `smoothing` is how many times finer than the picture its edges are worked out."""

    def __init__(self, size: Size, smoothing: int, random: Random) -> None:
        self.image = Image.new("RGB", (size.width, size.height))
        self.random = random
        self.wide = size.aspect
        self.short = min(1.0, size.aspect)
        self._scale = size.height
        self._smoothing = max(1, min(smoothing, math.isqrt(_LARGEST_MASK // size.pixels)))

    def many(self, count: float, *, least: int = 0) -> int:
        """Return how many of a thing fill the picture as `count` of them fill a square one."""
        return max(least, round(count * min(self.wide, _WIDEST)))

    def wash(self, stops: Sequence[Colour], top: float = 0, bottom: float = 1) -> None:
        """Cover the rows from `top` to `bottom` with a gradient."""
        first, last = round(top * self._scale), round(bottom * self._scale)
        if first < last:
            self.image.paste(column(stops, (self.image.width, last - first)), (0, first))

    def mirror(self, line: float, bottom: float, tint: Colour, *, strength: float) -> None:
        """Show what stands above `line` upside down beneath it, as calm water does; `strength` is how clearly."""
        first, last = round(line * self._scale), round(bottom * self._scale)
        deep = min(last, self.image.height) - first
        if deep < 1 or first < 1:
            return
        width = self.image.width
        above = self.image.crop((0, max(0, first - round(deep * 1.3)), width, first)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        calm = above.resize((max(1, width // 3), max(1, deep // 2)), Image.Resampling.BOX)
        water = calm.filter(ImageFilter.BoxBlur((0.001 * self._scale, 0.006 * self._scale))).resize(
            (width, deep), Image.Resampling.BILINEAR
        )
        self.image.paste(Image.blend(Image.new("RGB", water.size, tint), water, strength), (0, first))

    def fill(self, outlines: Iterable[Outline], paint: Paint, *, blur: float = 0) -> None:
        """Fill outlines; the paint's top and bottom are those of all of them together."""
        shapes = [outline for outline in outlines if len(outline) > 2]  # noqa: PLR2004 -- fewer points have no inside
        box = self._box([point for shape in shapes for point in shape], blur)
        if box is None:
            return
        mask = self._mask(shapes, box)
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur * self._scale))
        self._lay(paint, mask, box)

    def glow(self, centre: Point, radius: float, colour: Colour, strength: float, *, squash: float = 1) -> None:
        """Lighten a round place that fades towards its edge; `squash` flattens it."""
        reach = (radius * self._scale, radius * squash * self._scale)
        x, y = centre[0] * self._scale, centre[1] * self._scale
        size = (max(2, round(2 * reach[0])), max(2, round(2 * reach[1])))
        fade = Image.radial_gradient("L").point([round(strength * 255 * max(0, 1 - d / _RIM) ** 2.2) for d in range(256)])
        mask = fade.resize(size, Image.Resampling.BICUBIC)
        self.image.paste(colour, (round(x - reach[0]), round(y - reach[1])), mask)

    def shade_ball(self, centre: Point, radius: float, colour: Colour, opacity: float) -> None:
        """Darken a disc towards its lower right, as a ball is that is lit from the upper left."""
        disc = ellipse(centre, radius, corners=160)
        light = centre[0] - radius * 0.35, centre[1] - radius * 0.45
        fall = [round(opacity * 255 * min(1, max(0, d / _RIM - 0.24) / 0.48)) for d in range(256)]
        self._lay_round(disc, colour, _Round(light, radius * 2.15, fall))

    def beam(self, outline: Outline, source: Point, reach: float, colour: Colour, opacity: float) -> None:
        """Fill an outline with light that fades with its way from the source; soft at the edges."""
        fall = [round(opacity * 255 * max(0, 1 - d / _RIM) ** 1.5) for d in range(256)]
        self._lay_round(outline, colour, _Round(source, reach, fall), blur=0.004)

    def _lay_round(self, outline: Outline, colour: Colour, opacity: "_Round", *, blur: float = 0) -> None:
        """Fill an outline as thickly as rings around a point say."""
        box = self._box(outline, blur)
        if box is None:
            return
        left, top = ((opacity.centre[axis] - opacity.radius) * self._scale for axis in (0, 1))
        zoom = 256 / (2 * opacity.radius * self._scale)
        part = (
            max(0.0, (box[0] - left) * zoom),
            max(0.0, (box[1] - top) * zoom),
            min(256.0, (box[2] - left) * zoom),
            min(256.0, (box[3] - top) * zoom),
        )
        mask = self._mask([outline], box)
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur * self._scale))
        rings = Image.radial_gradient("L").point(opacity.fall)
        self.image.paste(colour, box, ImageChops.multiply(mask, rings.resize(mask.size, Image.Resampling.BICUBIC, box=part)))

    def veil(self, colour: Colour, opacity: Image.Image, top: float = 0, bottom: float = 1) -> None:
        """Lay a colour over the rows from `top` to `bottom`, as thickly as a grey image says, stretched to fit."""
        first, last = round(top * self._scale), round(bottom * self._scale)
        size = (self.image.width, max(1, last - first))
        self.image.paste(colour, (0, first), opacity.resize(size, Image.Resampling.BICUBIC))

    def clouding(self, across: int, down: int, *, low: float, high: float) -> Image.Image:
        """Return smooth random grey of so many lumps: values below `low` become 0, above `high` 255, between them a slope."""
        size = (256, 256)
        total = Image.new("L", size)
        for octave in range(4):
            grid = (across << octave, down << octave)
            lumps = Image.frombytes("L", grid, self.random.randbytes(grid[0] * grid[1])).resize(size, Image.Resampling.BICUBIC)
            total = ImageChops.add(total, lumps.point([round(v * (0.5 / 2**octave)) for v in range(256)]))
        slope = 255 / (high - low)
        return total.point([round(min(255, max(0, (v / 255 - low) * slope))) for v in range(256)])

    def preview(self, finish: Callable[[Image.Image], Image.Image] | None = None) -> bytes:
        """Return a small JPEG of what is there so far, as `finish` shows it."""
        small = finish(self.image) if finish else self.image.copy()
        small.thumbnail((_PREVIEW_EDGE, _PREVIEW_EDGE), Image.Resampling.BILINEAR, reducing_gap=2)
        return _encoded(small, "JPEG", quality=80)

    def finish(self) -> None:
        """Darken the corners a little and add a film's grain, which also hides the steps of the gradients."""
        corners = Image.radial_gradient("L").point([round(max(0, d - 120) * 0.5) for d in range(256)])
        self.image.paste(BLACK, (0, 0), corners.resize(self.image.size, Image.Resampling.BICUBIC))
        grain = self._grain()
        self.image = ImageChops.add(self.image, Image.merge("RGB", (grain, grain, grain)), 1, -(_GRAIN // 2))

    def png(self) -> bytes:
        """Return the picture as a PNG."""
        return _encoded(self.image, "PNG", compress_level=3, pnginfo=_mark())

    def _grain(self) -> Image.Image:
        """Return faint grey noise; one tile of it is enough for any size, as nobody sees it repeat."""
        size = (min(_GRAIN_TILE, self.image.width), min(_GRAIN_TILE, self.image.height))
        tile = Image.frombytes("L", size, self.random.randbytes(size[0] * size[1]))
        tile = tile.point([value * _GRAIN // 256 for value in range(256)])
        grain = Image.new("L", self.image.size)
        for left in range(0, grain.width, _GRAIN_TILE):
            for top in range(0, grain.height, _GRAIN_TILE):
                grain.paste(tile, (left, top))
        return grain

    def _box(self, points: Sequence[Point], blur: float) -> Box | None:
        """Return the pixels that an outline touches, or None when it is outside the picture."""
        if not points:
            return None
        xs, ys = zip(*points, strict=True)
        room = 3 * blur * self._scale + 1
        left = max(0, math.floor(min(xs) * self._scale - room))
        top = max(0, math.floor(min(ys) * self._scale - room))
        right = min(self.image.width, math.ceil(max(xs) * self._scale + room))
        bottom = min(self.image.height, math.ceil(max(ys) * self._scale + room))
        return (left, top, right, bottom) if left < right and top < bottom else None

    def _mask(self, shapes: Iterable[Outline], box: Box) -> Image.Image:
        left, top, right, bottom = box
        fine = self._smoothing
        mask = Image.new("L", ((right - left) * fine, (bottom - top) * fine))
        pen = ImageDraw.Draw(mask)
        zoom = self._scale * fine
        for shape in shapes:
            pen.polygon([(x * zoom - left * fine, y * zoom - top * fine) for x, y in shape], fill=255)
        return mask.reduce(fine) if fine > 1 else mask

    def _lay(self, paint: Paint, mask: Image.Image, box: Box) -> None:
        if (paint.over, paint.below) != (1.0, 1.0):
            fade = Image.new("L", (1, 2))
            fade.putdata((round(paint.over * 255), round(paint.below * 255)))
            mask = ImageChops.multiply(mask, fade.resize(mask.size, Image.Resampling.BILINEAR, box=(0, 0.5, 1, 1.5)))
        if paint.bottom is None or paint.bottom == paint.top:
            self.image.paste(paint.top, box, mask)
        else:
            self.image.paste(column((paint.top, paint.bottom), mask.size), box, mask)


def _mark() -> PngInfo:
    """Return metadata that say that a program drew it, which learnt from nobody's pictures."""
    metadata = PngInfo()
    metadata.add_itxt("XML:com.adobe.xmp", xmp_packet(SourceType.PROGRAM).decode())
    return metadata


def _encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    with BytesIO() as file:
        image.save(file, form, **options)
        return file.getvalue()
