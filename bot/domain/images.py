"""Image requests and results: shapes, sizes, qualities, and what a model is able to do."""

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import NewType

from bot.domain.inputs import InputContent
from bot.domain.money import FREE, Cost

_HALF = math.sqrt(0.5)
"""Of each edge makes half of the pixels."""

DrawingId = NewType("DrawingId", str)


class Shape(StrEnum):
    """The aspect of a picture, by name instead of in pixels."""

    SQUARE = "square"
    WIDE = "wide"
    TALL = "tall"


class Quality(StrEnum):
    """How much work goes into a picture."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Background(StrEnum):
    """What is behind what is drawn: a scene, or nothing, so that what is below the picture shows."""

    FULL = "full"
    CLEAR = "clear"


class FileFormat(StrEnum):
    """The kind of file that a finished picture is."""

    PNG = "png"
    WEBP = "webp"
    JPEG = "jpeg"

    @property
    def media_type(self) -> str:
        """Return the format's media type."""
        return f"image/{self}"


class Lane(StrEnum):
    """How soon a picture is drawn: at once, or for less when the image service has time for it."""

    FAST = "fast"
    RELAXED = "relaxed"


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, both at least 1."""

    width: int
    height: int

    def __str__(self) -> str:
        """Return `1536x1024`, as the image APIs spell it."""
        return f"{self.width}x{self.height}"

    @property
    def pixels(self) -> int:
        """Return the area."""
        return self.width * self.height

    @property
    def aspect(self) -> float:
        """Return width over height."""
        return self.width / self.height

    @property
    def shape(self) -> Shape:
        """Return the shape."""
        if self.width == self.height:
            return Shape.SQUARE
        return Shape.WIDE if self.width > self.height else Shape.TALL


USUAL_SIZES = {
    Shape.SQUARE: Size(1024, 1024),
    Shape.WIDE: Size(1536, 1024),
    Shape.TALL: Size(1024, 1536),
}


def nearest_usual(wanted: Size) -> Size:
    """Return the usual size that is closest in shape to `wanted`."""
    return min(USUAL_SIZES.values(), key=lambda size: abs(math.log(size.aspect / wanted.aspect)))


def usual_size_of(size: Size) -> Size:
    """Return a size of the same shape, with no more pixels than are usual."""
    scale = min(1.0, math.sqrt(USUAL_SIZES[Shape.WIDE].pixels / size.pixels))
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))


@dataclass(frozen=True, slots=True)
class FreeSizes:
    """The rule of a model that draws any size within bounds (pixels; aspect is the long edge over the short)."""

    multiple_of: int
    min_pixels: int
    max_pixels: int
    max_edge: int
    max_aspect: float

    def nearest(self, wanted: Size) -> Size:
        """Return the size closest in shape to `wanted`, scaled into the bounds."""
        aspect = min(max(wanted.aspect, 1 / self.max_aspect), self.max_aspect)
        pixels = min(max(wanted.pixels, self.min_pixels), self.max_pixels)
        width = min(math.sqrt(pixels * aspect), self.max_edge, self.max_edge * aspect)
        exact = Size(self._snap(width), self._snap(width / aspect))
        return exact if self.allows(exact) else self._search(aspect, pixels)

    def allows(self, size: Size) -> bool:
        """Whether the model draws exactly this size."""
        long, short = max(size.width, size.height), min(size.width, size.height)
        return (
            size.width % self.multiple_of == 0
            and size.height % self.multiple_of == 0
            and self.min_pixels <= size.pixels <= self.max_pixels
            and long <= self.max_edge
            and long <= short * self.max_aspect
        )

    def _snap(self, edge: float) -> int:
        return max(self.multiple_of, round(edge / self.multiple_of) * self.multiple_of)

    def _search(self, aspect: float, pixels: int) -> Size:
        """Return the best legal size, searched width by width: rounding both edges pushed the size over a bound."""
        widths = range(self.multiple_of, self.max_edge + 1, self.multiple_of)
        legal = [size for width in widths for size in self._around(width, aspect) if self.allows(size)]
        return min(legal, key=lambda size: abs(math.log(size.pixels / pixels)) + 4 * abs(math.log(size.aspect / aspect)))

    def _around(self, width: int, aspect: float) -> list[Size]:
        """Return sizes of that width as near to the shape as the bounds let it, and a step to either side for rounding."""
        lowest = max(self.min_pixels / width, width / self.max_aspect)
        highest = min(self.max_pixels / width, width * self.max_aspect, self.max_edge)
        height = self._snap(min(max(width / aspect, lowest), highest))
        return [Size(width, max(self.multiple_of, height + step)) for step in (-self.multiple_of, 0, self.multiple_of)]


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a model can do. `sizes` lists fixed sizes, `free` is the rule of a model that takes any; one of them is set.

    `previews` is how many unfinished pictures it can show on the way, and
    `most` how many finished ones it gives per call. It takes `most_inputs`
    pictures to begin with, a mask beside them where `takes_mask`; each of them
    probably costs `input_cost`. It draws for wishes of its `lane`, and on a
    clear background where `draws_clear`. It gives each of `formats` when asked
    for it; into all others easel turns what it gives. Where it `takes_seed`,
    the same words and seed give the same picture.
    """

    sizes: tuple[Size, ...] = ()
    free: FreeSizes | None = None
    qualities: tuple[Quality, ...] = (Quality.LOW, Quality.MEDIUM, Quality.HIGH)
    most: int = 1
    previews: int = 0
    most_inputs: int = 0
    takes_mask: bool = False
    input_cost: Cost = FREE
    lane: Lane = Lane.FAST
    draws_clear: bool = False
    formats: tuple[FileFormat, ...] = ()
    takes_seed: bool = False

    def for_words_alone(self) -> "Abilities":
        """Return what it can do where it is sent words and nothing else, and shows nothing on the way."""
        return replace(self, previews=0, most_inputs=0, takes_mask=False, draws_clear=False, formats=())

    def fit(self, wanted: Size) -> Size:
        """Return the nearest size that the model draws: the same shape first, then the same area."""
        if self.free is not None:
            return wanted if self.free.allows(wanted) else self.free.nearest(wanted)
        return min(
            self.sizes,
            key=lambda size: (abs(math.log(size.aspect / wanted.aspect)), abs(size.pixels - wanted.pixels)),
        )

    def smaller_than(self, wanted: Size) -> Size | None:
        """Return a size of the same shape with about half the pixels of what is drawn for `wanted`; None where there is none."""
        usual = self.fit(wanted)
        if self.free is not None:
            found = self.fit(Size(max(1, round(usual.width * _HALF)), max(1, round(usual.height * _HALF))))
            return found if found.pixels < usual.pixels else None
        smaller = [size for size in self.sizes if size.pixels < usual.pixels and size.shape is usual.shape]
        return max(smaller, key=lambda size: size.pixels, default=None)

    def fit_quality(self, wanted: Quality) -> Quality:
        """Return `wanted`, or the best quality below it, or the lowest there is."""
        order = list(Quality)
        below = [quality for quality in self.qualities if order.index(quality) <= order.index(wanted)]
        return max(below, key=order.index) if below else min(self.qualities, key=order.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """One paid call. `author` is a hash that tells people apart without naming them; `previews` says whether any are wanted.

    `format` is None where the provider gives what it usually does.
    """

    drawing: DrawingId
    prompt: str
    size: Size
    quality: Quality
    count: int
    author: str
    previews: bool = True
    inputs: tuple[InputContent, ...] = ()
    background: Background = Background.FULL
    format: FileFormat | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """News from a drawing: a share from 0 to 1 where known, and the newest preview's bytes.

    `cost` is told as soon as it is known, since something may still go wrong
    after that. `ahead` is how many calls the service does first, and
    `is_warming_up` says that it is still loading the model, which takes
    `warm_up`, where that is known or usually so.
    """

    share: float | None = None
    preview: bytes | None = None
    cost: Cost | None = None
    ahead: int | None = None
    is_warming_up: bool = False
    warm_up: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageResult:
    """The result of one call to a provider: the untouched bytes of each picture, and their cost.

    There may be fewer pictures than were asked for. `notes` are for people,
    beside the pictures.
    """

    pictures: tuple[bytes, ...]
    model: str
    cost: Cost
    request_id: str | None = None
    notes: tuple[str, ...] = ()
