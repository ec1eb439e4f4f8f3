"""Image models that the operator adds or changes, turned into what the domain knows of them."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bot.config.field_types import Section, parse_list, parse_size
from bot.domain.images import Abilities, FreeSizes, Quality, Size
from bot.domain.money import MILLION, TokenPrices
from bot.errors import ConfigError

Dollars = Annotated[Decimal, Field(ge=0, le=100_000)]
Pixels = Annotated[int, Field(ge=1, le=1_000_000_000)]


class PriceSettings(Section):
    """Dollars for a million tokens of each kind, as vendors' price lists have them."""

    text_in: Dollars
    image_in: Dollars
    out: Dollars

    @property
    def tokens(self) -> TokenPrices:
        """Return the prices in micro-dollars."""
        return TokenPrices(*(int(price * MILLION) for price in (self.text_in, self.image_in, self.out)))


class SizeRuleSettings(Section):
    """The rule of a model that draws any size within bounds; pixels, aspect is long edge over short."""

    multiple_of: Pixels
    min_pixels: Pixels
    max_pixels: Pixels
    max_edge: Pixels
    max_aspect: Annotated[float, Field(ge=1, le=100)]

    @model_validator(mode="after")
    def _check_bounds(self) -> Self:
        if self.min_pixels > self.max_pixels or self.multiple_of > self.max_edge:
            raise ValueError("leaves no size at all: make max_pixels and max_edge larger")
        return self


def _not_empty(qualities: tuple[Quality, ...] | None) -> tuple[Quality, ...] | None:
    if qualities == ():
        raise ValueError("must not be empty")
    return qualities


class AbilitySettings(Section):
    """What a model can do; what is left out is taken from the built-in table, if the model is in it."""

    sizes: Annotated[tuple[Annotated[Size, BeforeValidator(parse_size)], ...] | None, BeforeValidator(parse_list)] = None
    size_rule: SizeRuleSettings | None = None
    qualities: Annotated[tuple[Quality, ...] | None, BeforeValidator(parse_list), AfterValidator(_not_empty)] = None
    most: Annotated[int, Field(ge=1, le=10)] | None = None
    previews: Annotated[int, Field(ge=0, le=3)] | None = None

    @model_validator(mode="after")
    def _check_sizes(self) -> Self:
        if self.sizes and self.size_rule:
            raise ValueError("has both sizes and size_rule: keep the one that is true of the model")
        return self

    def abilities(self, where: str, known: Abilities | None = None) -> Abilities:
        """Return what the model can do; `known` is what is built in about it, and `where` names the section in an error.

        Raises:
            ConfigError: Nothing is built in, and the section names no sizes either.
        """
        base = known or Abilities()
        sizes, free = (self.sizes or (), self._free) if self.sizes or self.size_rule else (base.sizes, base.free)
        if not sizes and free is None:
            raise ConfigError(f"{where} needs sizes or size_rule: nothing is built in about that model.")
        return replace(
            base,
            sizes=sizes,
            free=free,
            qualities=self.qualities or base.qualities,
            most=base.most if self.most is None else self.most,
            previews=base.previews if self.previews is None else self.previews,
        )

    @property
    def _free(self) -> FreeSizes | None:
        return FreeSizes(**self.size_rule.model_dump()) if self.size_rule else None


class ModelSettings(AbilitySettings):
    """`[models."name"]`: an image model that speaks OpenAI's protocol."""

    price: PriceSettings | None = None

    def prices(self, known: TokenPrices | None = None) -> TokenPrices | None:
        """Return what its tokens cost, or None when nobody knows."""
        return self.price.tokens if self.price else known
