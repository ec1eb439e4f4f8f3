"""The models of Black Forest Labs, as data: what they can do, what they take, and what they cost.

Prices of FLUX.2 (first and further megapixels) are those of BFL's own skill
"bfl-api" (smithery.ai/skills/black-forest-labs/bfl-api), which agree with
docs.bfl.ai/quick_start/pricing; looked up on 2026-11-28. FLUX 3's aspects and
classes of resolution are those of its schema (docs.comfy.org, bfl/flux-3-image),
its prices those of runware.ai and apimart, looked up on 2026-11-28. They only
go into estimates: what is billed is what the answer to a call says.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bot.domain.images import Abilities, FileFormat, ImageRequest, Quality, Size
from bot.providers.shared.hosted_model import HostedModel, MegapixelPrice, draws_from

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
_FLUX_3_ABILITIES = Abilities(sizes=tuple(_CLASSES), qualities=(Quality.MEDIUM,), most_inputs=10)
_CLASS_PRICES = {"768sq": 41_000, "1k": 48_000, "1.5k": 70_000, "2k": 100_000, "4k": 607_000}


def _class_of(size: Size) -> tuple[str, str]:
    """Return the aspect and the class of resolution that are nearest to a size."""
    return _CLASSES[_FLUX_3_ABILITIES.fit(size)]


@dataclass(frozen=True, slots=True)
class _ClassPrice:
    """FLUX 3's price goes by the class of resolution."""

    def of(self, size: Size) -> int:
        """Return what a picture of that size costs."""
        return _CLASS_PRICES[_class_of(size)[1]]


def _flux_2(name: str, first: int, further: int, *, most_inputs: int = 8) -> HostedModel:
    """Return a model by its prices: each megapixel of what it draws from costs a further one, of which there are four at most."""
    return HostedModel(name, draws_from(most_inputs, 4 * further), MegapixelPrice(first=first, further=further))


_MODELS = (
    _flux_2("flux-2-pro", 30_000, 15_000),
    _flux_2("flux-2-pro-preview", 30_000, 15_000),
    _flux_2("flux-2-max", 70_000, 30_000),
    _flux_2("flux-2-flex", 50_000, 50_000),
    _flux_2("flux-2-klein-4b", 14_000, 1_000, most_inputs=4),
    _flux_2("flux-2-klein-9b", 15_000, 2_000, most_inputs=4),
    HostedModel("flux-3-image", _FLUX_3_ABILITIES, _ClassPrice()),
)


def known_models() -> Mapping[str, HostedModel]:
    """Return every model in the table by its name."""
    return MappingProxyType({model.name: model for model in _MODELS})


def build_parameters(model: str, request: ImageRequest, inputs: Sequence[str] = ()) -> Mapping[str, object]:
    """Return the body of a call that begins with these pictures, in base64.

    FLUX.2 takes pixels, FLUX 3 an aspect and a class of resolution; that one
    would look the prompt up in the web if it were not told to leave that.
    """
    if model.startswith(_FLUX_3):
        aspect, resolution = _class_of(request.size)
        asked = {"prompt": request.prompt, "aspect_ratio": aspect, "resolution": resolution, "grounding": False}
        return {**asked, "images": list(inputs)} if inputs else asked
    size, form = request.size, request.format or FileFormat.PNG
    pixels = {"prompt": request.prompt, "width": size.width, "height": size.height, "output_format": form.value}
    seed = {} if request.seed is None else {"seed": request.seed}
    named = {f"input_image_{number}" if number > 1 else "input_image": one for number, one in enumerate(inputs, start=1)}
    return {**pixels, **seed, **named}
