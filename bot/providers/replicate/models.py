"""Models on Replicate, as data: what they can do, what they take, and what a picture costs.

Their parameters are those of the input schemas at
replicate.com/black-forest-labs/NAME/versions/…/api; the sizes that FLUX.1
draws for an aspect are those of replicate/cog-flux (predict.py). Both were
looked up on 2026-11-28. Prices are BFL's own for pro and max, and not looked
up for the others; an answer never says what it cost, so all are estimates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from bot.domain.images import Abilities, FreeSizes, ImageRequest, Quality, Size
from bot.providers.shared.hosted_model import FLUX_2_ABILITIES, HostedModel, MegapixelPrice, PicturePrice
from bot.providers.shared.templates import fill

_PIXELS = {"prompt": "{{prompt}}", "aspect_ratio": "custom", "width": "{{width}}", "height": "{{height}}", "output_format": "png"}
_OBLONG = {"16:9": (1344, 768), "21:9": (1536, 640), "3:2": (1216, 832), "5:4": (1088, 896), "4:3": (1152, 896)}
_ASPECTS = {
    Size(1024, 1024): "1:1",
    **{Size(*edges): aspect for aspect, edges in _OBLONG.items()},
    **{Size(*edges[::-1]): ":".join(aspect.split(":")[::-1]) for aspect, edges in _OBLONG.items()},
}
_ASPECT = {"prompt": "{{prompt}}", "aspect_ratio": "{{aspect}}", "output_format": "png"}
_MEDIUM = (Quality.MEDIUM,)
_BY_32 = FreeSizes(multiple_of=32, min_pixels=3 * 256 * 256, max_pixels=2048 * 2048, max_edge=2048, max_aspect=3.0)
_UP_TO_1440 = FreeSizes(multiple_of=32, min_pixels=3 * 256 * 256, max_pixels=1440 * 1440, max_edge=1440, max_aspect=3.0)


@dataclass(frozen=True, slots=True)
class ReplicateModel(HostedModel):
    """A model of that service; `parameters` is its input, with placeholders."""

    parameters: Mapping[str, Any] = field(default_factory=lambda: _PIXELS)


def _flux(name: str, abilities: Abilities, price: PicturePrice, parameters: Mapping[str, Any] = _PIXELS) -> ReplicateModel:
    return ReplicateModel(f"black-forest-labs/{name}", abilities, price, parameters)


_MODELS = (
    _flux("flux-2-pro", Abilities(free=_BY_32, qualities=_MEDIUM, takes_seed=True), MegapixelPrice(first=30_000, further=15_000)),
    _flux("flux-2-max", FLUX_2_ABILITIES, MegapixelPrice(first=70_000, further=30_000)),
    _flux("flux-2-flex", FLUX_2_ABILITIES, MegapixelPrice(first=60_000, further=60_000)),
    _flux(
        "flux-2-dev",
        Abilities(free=_UP_TO_1440, qualities=_MEDIUM, takes_seed=True),
        MegapixelPrice(first=12_000, further=12_000),
    ),
    _flux(
        "flux-schnell",
        Abilities(sizes=tuple(_ASPECTS), qualities=_MEDIUM, most=4, takes_seed=True),
        MegapixelPrice(first=3_000, further=0),
        {**_ASPECT, "num_outputs": "{{count}}"},
    ),
)


def known_models() -> Mapping[str, ReplicateModel]:
    """Return every model in the table by its name."""
    return MappingProxyType({model.name: model for model in _MODELS})


def build_input(model: ReplicateModel, request: ImageRequest) -> Any:
    """Return what the model is given; a model that is not in the table gets what FLUX.2 does."""
    size = request.size
    values: dict[str, str | int] = {
        "prompt": request.prompt,
        "width": size.width,
        "height": size.height,
        "count": request.count,
        "aspect": _ASPECTS.get(size, "1:1"),
    }
    filled = fill(model.parameters, values)
    return filled if request.seed is None else {**filled, "seed": request.seed}
