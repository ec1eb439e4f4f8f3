"""The image providers: `[openai]`, and one section `[providers.NAME]` for each other one, its fields chosen by its `kind`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, model_validator

from bot.config.field_types import (
    NO_SECRET,
    Hosts,
    Secret,
    Section,
    WebUrl,
    like,
    parse_list,
)
from bot.config.provider_section import (
    ProviderSettings,
    ProviderTimeoutSettings,
    RemoteProviderSettings,
    _check_extra_body,
    _WarmUp,
)
from bot.domain.gateways import OmittableParameter
from bot.domain.inputs import MOST_INPUTS

RESERVED_NAMES = {
    "openai": "[openai] is that one already",
    "offline": "the painter that needs no key is called so already",
    "rewriter": "the model that writes prompts is called so",
}
"""Names that no section below [providers] may have, each with the reason."""


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
