"""The models of Black Forest Labs, as data: what they can do, what they take, and what they cost.

Prices of FLUX.2 (first and further megapixels) are those of BFL's own skill
"bfl-api" (smithery.ai/skills/black-forest-labs/bfl-api), which agree with
docs.bfl.ai/quick_start/pricing; looked up on 2026-11-28. FLUX 3's aspects and
classes of resolution are those of its schema (docs.comfy.org, bfl/flux-3-image),
its prices those of runware.ai and apimart, looked up on 2026-11-28. They only
go into estimates: what is billed is what the answer to a call says.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.domain.images import Abilities, FileFormat, ImageRequest, Quality, Size
from bot.providers.shared.hosted_model import FLUX_2_ABILITIES, HostedModel, MegapixelPrice

_FLUX_3 = "flux-3-"
_ASPECTS = ("21:9", "2:1", "16:9", "3:2", "7:5", "4:3", "5:4", "1:1", "4:5", "3:4", "5:7", "2:3", "9:16", "1:2", "9:21")
_EDGES = {"1k": 1024, "1.5k": 1536, "2k": 2048, "4k": 4096}
"""Pixels along a square of each class of resolution; there is a class for squares of 768 besides."""


def _size(aspect: str, edge: int) -> Size:
    """Return the size of that very aspect whose area is nearest to the square's; the service may round its edges."""
    width, height = map(int, aspect.split(":"))
    scale = round(edge / math.sqrt(width * height))
    return Size(width * scale, height * scale)


_CLASSES: Mapping[Size, tuple[str, str]] = MappingProxyType(
    {Size(768, 768): ("1:1", "768sq")}
    | {_size(aspect, edge): (aspect, resolution) for resolution, edge in _EDGES.items() for aspect in _ASPECTS}
)
_FLUX_3_ABILITIES = Abilities(sizes=tuple(_CLASSES), qualities=(Quality.MEDIUM,))
_CLASS_PRICES = {"768sq": 41_000, "1k": 48_000, "1.5k": 70_000, "2k": 100_000, "4k": 607_000}


def _class_of(size: Size) -> tuple[str, str]:
    """Return the aspect and the class of resolution that are nearest to a size."""
    return _CLASSES[_FLUX_3_ABILITIES.fit(size)]


@dataclass(frozen=True, slots=True)
class _ClassPrice:
    """FLUX 3's price goes by the class of resolution."""

    def of(self, size: Size) -> int:
        """Return what a picture of that size costs."""
        _, resolution = _class_of(size)
        return _CLASS_PRICES[resolution]


_FLUX_2 = replace(FLUX_2_ABILITIES, formats=(FileFormat.PNG, FileFormat.JPEG))
_MODELS = (
    HostedModel("flux-2-pro", _FLUX_2, MegapixelPrice(first=30_000, further=15_000)),
    HostedModel("flux-2-pro-preview", _FLUX_2, MegapixelPrice(first=30_000, further=15_000)),
    HostedModel("flux-2-max", _FLUX_2, MegapixelPrice(first=70_000, further=30_000)),
    HostedModel("flux-2-flex", _FLUX_2, MegapixelPrice(first=50_000, further=50_000)),
    HostedModel("flux-2-klein-4b", _FLUX_2, MegapixelPrice(first=14_000, further=1_000)),
    HostedModel("flux-2-klein-9b", _FLUX_2, MegapixelPrice(first=15_000, further=2_000)),
    HostedModel("flux-3-image", _FLUX_3_ABILITIES, _ClassPrice()),
)


def known_models() -> Mapping[str, HostedModel]:
    """Return every model in the table by its name."""
    return MappingProxyType({model.name: model for model in _MODELS})


def build_parameters(model: str, request: ImageRequest) -> Mapping[str, object]:
    """Return the body of a call.

    FLUX.2 takes pixels, FLUX 3 an aspect and a class of resolution; that one
    would look the prompt up in the web if it were not told to leave that.
    """
    if not model.startswith(_FLUX_3):
        size, form = request.size, request.format or FileFormat.PNG
        pixels = {"prompt": request.prompt, "width": size.width, "height": size.height, "output_format": form.value}
        return pixels if request.seed is None else {**pixels, "seed": request.seed}
    aspect, resolution = _class_of(request.size)
    return {"prompt": request.prompt, "aspect_ratio": aspect, "resolution": resolution, "grounding": False}
