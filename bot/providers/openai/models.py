"""The models we know, as data: what they can do, what they cost, and when they are shut down.

Nothing else looks at a model's name; the settings may add a model or change one.
Prices and dates were looked up on 2026-11-21 (OpenAI's price and deprecation pages).
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal, Protocol

from bot.domain.images import USUAL_SIZES, Abilities, FileFormat, FreeSizes, Quality, Size
from bot.domain.inputs import MOST_INPUTS
from bot.domain.money import FREE, TokenPrices, UnitPrices

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]

TOKENS_OF_AN_INPUT = 7000
"""More than the guide of gpt-image-1 counts for a picture in high fidelity, as later models always see it; for estimates."""

_REPLACED_BEFORE = timedelta(days=30)
"""How long before its shutdown a model gives way to its replacement."""


class OutputTokens(Protocol):
    """Guesses how many tokens one picture takes, for bills that come without usage."""

    def tokens(self, size: Size, quality: Quality) -> int:
        """Return the tokens of one finished picture."""
        ...


@dataclass(frozen=True, slots=True)
class TokensByArea:
    """The community's formula for gpt-image-2 and later; it gives the numbers of OpenAI's own calculator.

    Each quality has a factor: the tokens along the picture's long edge.
    """

    low: int
    medium: int
    high: int

    def tokens(self, size: Size, quality: Quality) -> int:
        """Return the tokens of one finished picture."""
        factor = {Quality.LOW: self.low, Quality.MEDIUM: self.medium, Quality.HIGH: self.high}[quality]
        long, short = max(size.width, size.height), min(size.width, size.height)
        across = (2 * factor * short + long) // (2 * long)
        return -(-factor * across * (2_000_000 + size.pixels) // 4_000_000)


@dataclass(frozen=True, slots=True)
class TokensByTable:
    """Tokens of a square picture and of an oblong one, for models with three fixed sizes."""

    low: tuple[int, int]
    medium: tuple[int, int]
    high: tuple[int, int]

    def tokens(self, size: Size, quality: Quality) -> int:
        """Return the tokens of one finished picture."""
        square, oblong = {Quality.LOW: self.low, Quality.MEDIUM: self.medium, Quality.HIGH: self.high}[quality]
        return square if size.width == size.height else oblong


@dataclass(frozen=True, slots=True)
class Model:
    """What every model has: a name, and perhaps a last day with a model to change to."""

    name: str
    _: KW_ONLY
    shuts_down: date | None = None
    replacement: str = ""

    @property
    def gives_way(self) -> date | None:
        """Return the day from which on its replacement takes its place; None where it stays."""
        return self.shuts_down - _REPLACED_BEFORE if self.shuts_down and self.replacement else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageModel(Model):
    """A model that draws. Without prices, by tokens or by `unit_prices`, its cost is not known.

    `has_batches` says whether the batch API takes it, which charges half.
    """

    abilities: Abilities
    prices: TokenPrices | None = None
    unit_prices: UnitPrices | None = None
    output: OutputTokens = TokensByArea(low=16, medium=48, high=96)
    has_batches: bool = True

    def override(self, abilities: Abilities, prices: TokenPrices | None) -> "ImageModel":
        """Return the same model as the operator knows it."""
        return replace(self, abilities=abilities, prices=prices)


def _editing(model: ImageModel) -> ImageModel:
    """Return a model of OpenAI's with what all have: pictures to begin with, a mask too, a clear background, and each format."""
    each = model.prices.cost(text_in=0, image_in=TOKENS_OF_AN_INPUT, out=0, is_estimate=True) if model.prices else FREE
    return replace(
        model,
        abilities=replace(
            model.abilities,
            most_inputs=MOST_INPUTS,
            takes_mask=True,
            input_cost=each,
            draws_clear=True,
            formats=tuple(FileFormat),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TextModel(Model):
    """A model that writes. `effort` is set only for models that reason before they answer."""

    prices: TokenPrices | None = None
    effort: Effort | None = None


_ANY_SIZE = Abilities(
    free=FreeSizes(multiple_of=16, min_pixels=655_360, max_pixels=8_294_400, max_edge=3840, max_aspect=3.0),
    most=10,
    previews=3,
)
_THREE_SIZES = Abilities(sizes=tuple(USUAL_SIZES.values()), most=10, previews=3)

_GPT_IMAGE_2 = ImageModel(
    "gpt-image-2",
    abilities=_ANY_SIZE,
    prices=TokenPrices(text_in=5_000_000, image_in=8_000_000, out=30_000_000),
)
_GPT_IMAGE_2_5 = replace(_GPT_IMAGE_2, name="gpt-image-2.5-sunburst", output=TokensByArea(low=16, medium=24, high=48))
_GPT_IMAGE_1_5 = ImageModel(
    "gpt-image-1.5",
    abilities=_THREE_SIZES,
    prices=TokenPrices(text_in=5_000_000, image_in=8_000_000, out=32_000_000),
    output=TokensByTable(low=(282, 407), medium=(1063, 1563), high=(4157, 6250)),
    shuts_down=date(2026, 12, 1),
    replacement="gpt-image-2.6-sunburst",
    has_batches=False,
)


_LIKE_2_5 = (
    "gpt-image-2.5-sunburst-2026-09-08",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-flare-2026-09-08",
)
_LIKE_2_6 = ("gpt-image-2.6-sunburst", "gpt-image-2.6-flare")
_GPT_IMAGE_1_MINI = ImageModel(
    "gpt-image-1-mini",
    abilities=_THREE_SIZES,
    prices=TokenPrices(text_in=2_000_000, image_in=2_500_000, out=8_000_000),
    output=TokensByTable(low=(625, 750), medium=(1375, 1875), high=(4500, 6500)),
    shuts_down=date(2026, 12, 1),
    replacement="gpt-image-2.6-flare",
    has_batches=False,
)
_GPT_IMAGE_1 = ImageModel(
    "gpt-image-1",
    abilities=_THREE_SIZES,
    prices=TokenPrices(text_in=5_000_000, image_in=10_000_000, out=40_000_000),
    output=TokensByTable(low=(275, 400), medium=(1050, 1575), high=(4175, 6250)),
    shuts_down=date(2026, 10, 23),
    replacement="gpt-image-2.6-sunburst",
    has_batches=False,
)
_IMAGE_MODELS = (
    _GPT_IMAGE_2,
    replace(_GPT_IMAGE_2, name="gpt-image-2-2026-04-21"),
    _GPT_IMAGE_2_5,
    *(replace(_GPT_IMAGE_2_5, name=name) for name in _LIKE_2_5),
    *(replace(_GPT_IMAGE_2_5, name=name, has_batches=False) for name in _LIKE_2_6),
    _GPT_IMAGE_1_5,
    replace(_GPT_IMAGE_1_5, name="chatgpt-image-latest"),
    _GPT_IMAGE_1_MINI,
    _GPT_IMAGE_1,
)
_TEXT_MODELS = (
    TextModel(
        "gpt-4o-mini",
        prices=TokenPrices(text_in=150_000, image_in=150_000, out=600_000),
        shuts_down=date(2027, 1, 14),
        replacement="gpt-6-luna",
    ),
    TextModel("gpt-6-luna", prices=TokenPrices(text_in=100_000, image_in=100_000, out=500_000), effort="none"),
)


def known_models() -> Mapping[str, ImageModel]:
    """Return every image model of OpenAI's by its name, those too that were shut down a short while ago."""
    return MappingProxyType({model.name: _editing(model) for model in _IMAGE_MODELS})


def known_text_models() -> Mapping[str, TextModel]:
    """Return the chat models that we know prices and dates of, by name."""
    return MappingProxyType({model.name: model for model in _TEXT_MODELS})


def text_model(name: str) -> TextModel:
    """Return what is known about a chat model; of one that is not in the table, its name alone."""
    return known_text_models().get(name) or TextModel(name)
