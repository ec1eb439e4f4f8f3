"""What every section of an image provider has: what its pictures cost, how long they may take, and who may ask for them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from bot.config.field_types import (
    NO_SECRET,
    Duration,
    Hosts,
    Secret,
    Secrets,
    Section,
    TextList,
    WebUrl,
    between,
)
from bot.config.model_settings import AbilitySettings, Dollars
from bot.domain.images import Quality
from bot.domain.money import MILLION, TokenPrices, UnitPrices
from bot.domain.people import Tier
from bot.domain.provider_accounts import account_name

_Timeout = Annotated[Duration, between("5s", "6h")]
_WarmUp = Annotated[Duration, between("1s", "1h")]


def _check_extra_body(fields: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    for name in ("model", "prompt", "n", "size", "stream"):
        if name in fields:
            raise ValueError(f"may not hold {name}, which easel sends itself")
    return fields


class ProviderTimeoutSettings(Section):
    """`[providers.NAME.timeouts]`: how long one call may take; what is left out is as in `[drawing.timeouts]`."""

    low: _Timeout | None = None
    medium: _Timeout | None = None
    high: _Timeout | None = None

    @property
    def by_quality(self) -> dict[Quality, timedelta]:
        """Return the timeouts that are set."""
        found = {Quality.LOW: self.low, Quality.MEDIUM: self.medium, Quality.HIGH: self.high}
        return {quality: limit for quality, limit in found.items() if limit is not None}


class ProviderPriceSettings(Section):
    """Dollars: for a million tokens of each kind, or for a picture, a million of its pixels and a second of work."""

    text_in: Dollars | None = None
    image_in: Dollars | None = None
    out: Dollars | None = None
    picture: Dollars | None = None
    megapixel: Dollars | None = None
    second: Dollars | None = None

    @model_validator(mode="after")
    def _check_tokens(self) -> Self:
        named = [price is not None for price in (self.text_in, self.image_in, self.out)]
        if any(named) and not all(named):
            raise ValueError("needs text_in, image_in and out together")
        if all(named) and self.units is not None:
            raise ValueError("is by tokens (text_in, image_in, out) or by picture, megapixel and second, not both")
        return self

    @property
    def tokens(self) -> TokenPrices | None:
        """Return the prices of tokens; None where the service does not count them."""
        if self.text_in is None or self.image_in is None or self.out is None:
            return None
        return TokenPrices(*(int(price * MILLION) for price in (self.text_in, self.image_in, self.out)))

    @property
    def units(self) -> UnitPrices | None:
        """Return the prices of pictures, pixels and seconds; None where none is set."""
        prices = {"picture": self.picture, "megapixel": self.megapixel, "second": self.second}
        if all(price is None for price in prices.values()):
            return None
        return UnitPrices(**{unit: int((price or 0) * MILLION) for unit, price in prices.items()})


class ProviderSettings(Section):
    """What can be set of every provider. Each kind has a class of its own below, with a `kind` that no other one has."""

    kind: str
    about: Annotated[str, Field(max_length=100)] = ""
    tiers: TextList = ()
    weight: Annotated[int, Field(ge=1, le=100)] = 1
    calls_at_once: Annotated[int, Field(ge=0, le=10_000)] = 0
    calls_per_minute: Annotated[int, Field(ge=0, le=100_000)] = 0
    timeouts: ProviderTimeoutSettings = ProviderTimeoutSettings()
    warm_up: _WarmUp = timedelta(seconds=40)

    @property
    def is_relaxed(self) -> bool:
        """Whether it draws for the relaxed lane, and for nobody else."""
        return False

    @property
    def allowed_tiers(self) -> frozenset[Tier] | None:
        """Return the tiers that may use it; None for all of them."""
        return frozenset(Tier(name) for name in self.tiers) or None

    def by_account(self, name: str) -> dict[str, Self]:
        """Return the section of each account of the provider of this name, with one key each."""
        return {name: self}


class RemoteProviderSettings(ProviderSettings, AbilitySettings):
    """What can be set of every provider that is a service: its address, a key, a model, and what that costs."""

    model: str = ""
    api_key: Secret = NO_SECRET
    api_keys: Secrets | None = None
    base_url: WebUrl = ""
    price: ProviderPriceSettings | None = None
    picture_hosts: Hosts = ()

    def by_account(self, name: str) -> dict[str, Self]:
        """Return the section once for each key. A single one is the provider's own, whatever it is, so that it can be renewed."""
        if not self.api_keys:
            return {name: self}
        found = {
            account_name(name, key.get_secret_value()): self.model_copy(update={"api_key": key, "api_keys": None})
            for key in self.api_keys
        }
        return found if len(found) > 1 else dict(zip((name,), found.values(), strict=True))
