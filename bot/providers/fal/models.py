"""Models that fal runs, as data: what they can do, and what they cost.

Sizes and the prices of flex and klein are those of the model's page
(fal.ai/models/MODEL/llms.txt), that of turbo is the developer guide's, those of
pro and max are other people's; looked up on 2026-11-28. They only go into
estimates, where a begun megapixel counts whole. At its address with `/edit`
each draws from pictures: turbo and klein from four, which are made into one
megapixel each, the others from as many as their maker says, of up to four
megapixels. fal runs hundreds of other models: the settings describe those that
are wanted.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bot.providers.shared.hosted_model import HostedModel, MegapixelPrice, draws_from

_MODELS = (
    HostedModel("fal-ai/flux-2-pro", draws_from(8, 60_000), MegapixelPrice(first=30_000, further=15_000)),
    HostedModel("fal-ai/flux-2-max", draws_from(8, 120_000), MegapixelPrice(first=70_000, further=30_000)),
    HostedModel("fal-ai/flux-2-flex", draws_from(8, 200_000), MegapixelPrice(first=50_000, further=50_000)),
    HostedModel("fal-ai/flux-2/turbo", draws_from(4, 8_000), MegapixelPrice(first=8_000, further=8_000)),
    HostedModel("fal-ai/flux-2/klein/9b", draws_from(4, 6_000), MegapixelPrice(first=6_000, further=6_000)),
)


def known_models() -> Mapping[str, HostedModel]:
    """Return every model in the table by its name."""
    return MappingProxyType({model.name: model for model in _MODELS})
