"""The image providers: `[openai]`, and one section `[providers.NAME]` for each other one, its fields chosen by its `kind`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, model_validator

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
    like,
    parse_list,
)
from bot.config.model_settings import AbilitySettings, Dollars
from bot.domain.gateways import OmittableParameter
from bot.domain.images import Quality
from bot.domain.inputs import MOST_INPUTS
from bot.domain.money import MILLION, TokenPrices, UnitPrices
from bot.domain.people import Tier
from bot.domain.provider_accounts import account_name

RESERVED_NAMES = {
    "openai": "[openai] is that one already",
    "offline": "the painter that needs no key is called so already",
    "rewriter": "the model that writes prompts is called so",
}
"""Names that no section below [providers] may have, each with the reason."""

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


class OfflineProviderSettings(ProviderSettings):
    """The painter that needs neither a key nor a network."""

    kind: Literal["offline"] = "offline"


class OpenAiAccountSettings(RemoteProviderSettings):
    """What all ways to draw at OpenAI have: without a key they ask with the account of `[openai]`."""

    model: Annotated[str, Field(min_length=1)] = "gpt-image-2"

    @model_validator(mode="after")
    def _check_price(self) -> Self:
        if self.price and self.price.units:
            raise ValueError("needs a price by tokens: text_in, image_in and out")
        return self


class OpenAiProviderSettings(OpenAiAccountSettings):
    """OpenAI's images endpoint: another account, or another model of the account of `[openai]`."""

    kind: Literal["openai"] = "openai"
    response_format: Literal["", "b64_json", "url"] = ""
    leave_out: Annotated[tuple[OmittableParameter, ...], BeforeValidator(parse_list)] = ()


class CompatibleProviderSettings(RemoteProviderSettings):
    """A server that speaks like OpenAI's images endpoint, with whatever it wants otherwise."""

    kind: Literal["compatible"] = "compatible"
    model: Annotated[str, Field(min_length=1)]
    base_url: Annotated[WebUrl, Field(min_length=1)]
    response_format: Literal["", "b64_json", "url"] = ""
    leave_out: Annotated[tuple[OmittableParameter, ...], BeforeValidator(parse_list)] = ()
    extra_body: Annotated[Mapping[str, JsonValue], AfterValidator(_check_extra_body)] = Field(default_factory=dict)
    api_version: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]*$")] = ""
    most_inputs: Annotated[int, Field(ge=0, le=MOST_INPUTS)] = 0
    takes_mask: bool = False

    @model_validator(mode="after")
    def _check_inputs(self) -> Self:
        if self.takes_mask and not self.most_inputs:
            raise ValueError("has takes_mask without most_inputs: say how many pictures the model takes to begin with")
        return self

    @model_validator(mode="after")
    def _check_price(self) -> Self:
        if self.price and self.price.second is not None:
            raise ValueError("needs a price by tokens, or by picture and megapixel")
        return self


class OpenAiBackgroundProviderSettings(OpenAiAccountSettings):
    """OpenAI's Responses API in background mode, where `text_model` calls the image model."""

    kind: Literal["openai-background"] = "openai-background"
    text_model: Annotated[str, Field(min_length=1)] = "gpt-6-luna"


class OpenAiBatchProviderSettings(OpenAiAccountSettings):
    """OpenAI's batch API, which draws within a day, for half the price; a `price` is that of batches."""

    kind: Literal["openai-batch"] = "openai-batch"

    @property
    def is_relaxed(self) -> bool:
        """Return True: batches have no other lane."""
        return True


class ComfyUiProviderSettings(RemoteProviderSettings):
    """ComfyUI on a machine of one's own: `workflow` is a file; without one, `model` names a workflow that ships with easel.

    `edit_workflow` is one that changes a picture.
    """

    kind: Literal["comfyui"] = "comfyui"
    warm_up: _WarmUp = timedelta(minutes=1)
    model: Annotated[str, Field(min_length=1)] = "flux2-klein"
    base_url: WebUrl = "http://127.0.0.1:8188"
    calls_at_once: Annotated[int, Field(ge=0, le=10_000)] = 2
    timeouts: ProviderTimeoutSettings = ProviderTimeoutSettings(**dict.fromkeys(("low", "medium", "high"), timedelta(minutes=10)))
    workflow: str = ""
    edit_workflow: str = ""

    @model_validator(mode="after")
    def _check_price(self) -> Self:
        if self.price and (self.price.tokens or self.price.picture or self.price.megapixel):
            raise ValueError("needs a price by second, or none")
        return self


class ReplicateProviderSettings(RemoteProviderSettings):
    """Replicate, which runs models of many makers; some are charged by the picture, others by the second."""

    kind: Literal["replicate"] = "replicate"
    warm_up: _WarmUp = timedelta(minutes=1)
    model: Annotated[str, like(r"[\w.-]+/[\w.-]+", "OWNER/NAME, as in black-forest-labs/flux-2-pro")] = (
        "black-forest-labs/flux-2-pro"
    )

    @model_validator(mode="after")
    def _check_price(self) -> Self:
        if self.price and self.price.tokens:
            raise ValueError("needs a price by picture and megapixel, or by second")
        return self


class RunPodProviderSettings(RemoteProviderSettings):
    """A serverless endpoint on RunPod: `input` is JSON with placeholders, or a file of it, `output` the path to its pictures."""

    kind: Literal["runpod"] = "runpod"
    warm_up: _WarmUp = timedelta(minutes=1)
    model: Annotated[str, Field(min_length=1)] = "flux2"
    endpoint: Annotated[str, like(r"[\w-]+", "the id alone, as in the address of its page")]
    input: Annotated[str, Field(min_length=1)]
    output: str = "images.*.data"

    @model_validator(mode="after")
    def _check_price(self) -> Self:
        if self.price and (self.price.tokens or self.price.picture or self.price.megapixel):
            raise ValueError("needs a price by second, or none")
        return self


class HostedProviderSettings(RemoteProviderSettings):
    """A service that charges by the picture."""

    @model_validator(mode="after")
    def _check_price(self) -> Self:
        if self.price and (self.price.tokens or self.price.second is not None):
            raise ValueError("needs a price by picture and megapixel")
        return self


class BflProviderSettings(HostedProviderSettings):
    """Black Forest Labs, the makers of FLUX."""

    kind: Literal["bfl"] = "bfl"
    model: Annotated[str, Field(min_length=1)] = "flux-2-pro"


class FalProviderSettings(HostedProviderSettings):
    """The service fal, which runs models of many makers."""

    kind: Literal["fal"] = "fal"
    model: Annotated[str, Field(min_length=1)] = "fal-ai/flux-2-pro"


_AnyKind = (
    OpenAiProviderSettings
    | OfflineProviderSettings
    | CompatibleProviderSettings
    | OpenAiBackgroundProviderSettings
    | OpenAiBatchProviderSettings
    | ComfyUiProviderSettings
    | BflProviderSettings
    | FalProviderSettings
    | ReplicateProviderSettings
    | RunPodProviderSettings
)

AnyProviderSettings = Annotated[_AnyKind, Field(discriminator="kind")]
"""One section below `[providers]`."""

KINDS: dict[str, type[ProviderSettings]] = {section.model_fields["kind"].default: section for section in get_args(_AnyKind)}
"""The class of each kind's settings."""


class OpenAiSettings(Section):
    """`[openai]`: OpenAI, or a gateway that speaks like it."""

    api_key: Secret = NO_SECRET
    base_url: WebUrl = ""
    image_model: Annotated[str, Field(min_length=1)] = "gpt-image-2"
    response_format: Literal["", "b64_json", "url"] = ""
    leave_out: Annotated[tuple[OmittableParameter, ...], BeforeValidator(parse_list)] = ()
    picture_hosts: Hosts = ()
    calls_at_once: Annotated[int, Field(ge=0, le=10_000)] = 0
    calls_per_minute: Annotated[int, Field(ge=0, le=100_000)] = 0

    @property
    def provider(self) -> OpenAiProviderSettings:
        """Return the same as the provider that is called openai."""
        fields = self.model_dump(exclude={"image_model"})
        return OpenAiProviderSettings(model=self.image_model, **fields)
