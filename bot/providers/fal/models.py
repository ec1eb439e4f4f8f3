"""Models that fal runs, as data: what they can do, and what they cost.

Sizes and the prices of flex and klein are those of the model's page
(fal.ai/models/MODEL/llms.txt), that of turbo is the developer guide's, those of
pro and max are other people's; looked up on 2026-11-28. They only go into
estimates, where a begun megapixel counts whole. fal runs hundreds of other
models: the settings describe those that are wanted.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.domain.images import FileFormat
from bot.providers.shared.hosted_model import FLUX_2_ABILITIES, HostedModel, MegapixelPrice

_FLUX_2 = replace(FLUX_2_ABILITIES, formats=(FileFormat.PNG, FileFormat.JPEG))
_MODELS = (
    HostedModel("fal-ai/flux-2-pro", _FLUX_2, MegapixelPrice(first=30_000, further=15_000)),
    HostedModel("fal-ai/flux-2-max", _FLUX_2, MegapixelPrice(first=70_000, further=30_000)),
    HostedModel("fal-ai/flux-2-flex", _FLUX_2, MegapixelPrice(first=50_000, further=50_000)),
    HostedModel("fal-ai/flux-2/turbo", _FLUX_2, MegapixelPrice(first=8_000, further=8_000)),
    HostedModel("fal-ai/flux-2/klein/9b", _FLUX_2, MegapixelPrice(first=6_000, further=6_000)),
)


def known_models() -> Mapping[str, HostedModel]:
    """Return every model in the table by its name."""
    return MappingProxyType({model.name: model for model in _MODELS})
