"""What models take: the input schemas at replicate.com/black-forest-labs/NAME/versions/…/api, looked up on 2026-11-28."""

from typing import Any

from tests.fakes.queued_call import Json

_FORMATS = ("webp", "jpg", "png")
_FLUX_2_ASPECTS = ("match_input_image", "custom", "1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3")
_ASPECTS = ("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21")
_SHARED: Json = {"prompt": str, "seed": int, "output_format": _FORMATS, "output_quality": range(101)}


def _flux_2(largest: int, **more: Any) -> Json:
    edge = range(256, largest + 1)
    return {**_SHARED, "input_images": list, "aspect_ratio": _FLUX_2_ASPECTS, "width": edge, "height": edge, **more}


_HOSTED: Json = {"safety_tolerance": range(1, 6), "resolution": ("match_input_image", "0.5 MP", "1 MP", "2 MP", "4 MP")}
SCHEMAS: dict[str, Json] = {
    "black-forest-labs/flux-2-pro": _flux_2(2048, **_HOSTED),
    "black-forest-labs/flux-2-max": _flux_2(2048, **_HOSTED),
    "black-forest-labs/flux-2-flex": _flux_2(2048, **_HOSTED, steps=range(1, 51), guidance=float, prompt_upsampling=bool),
    "black-forest-labs/flux-2-dev": _flux_2(1440, go_fast=bool, disable_safety_checker=bool),
    "black-forest-labs/flux-schnell": {
        **_SHARED,
        "aspect_ratio": _ASPECTS,
        "num_outputs": range(1, 5),
        "num_inference_steps": range(1, 5),
        "megapixels": ("1", "0.25"),
        "go_fast": bool,
        "disable_safety_checker": bool,
    },
}
LISTS = {"black-forest-labs/flux-schnell"}
"""Models whose output is a list."""

SIZES = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "3:2": (1216, 832),
    "4:5": (896, 1088),
    "3:4": (896, 1152),
}
"""What FLUX.1 draws for an aspect (replicate/cog-flux, predict.py); the others are these turned."""


def problems_of(model: str, input_: Json) -> list[Json]:
    """Return the invalid fields of an input, as an answer lists them."""
    schema = SCHEMAS[model]
    found = {name: "is required" for name in ("prompt",) if name not in input_}
    for name, value in input_.items():
        if name not in schema:
            found[name] = "is not allowed"
        elif not _is_valid(schema[name], value):
            found[name] = "is not valid"
    return [{"type": "invalid", "field": f"input.{name}", "description": f"{name} {what}"} for name, what in found.items()]


def size_of(input_: Json) -> tuple[int, int]:
    """Return the size that is drawn."""
    aspect = input_.get("aspect_ratio", "1:1")
    if aspect == "custom":
        return input_["width"], input_["height"]
    turned = ":".join(reversed(aspect.split(":")))
    width, height = SIZES.get(aspect) or tuple(reversed(SIZES[turned]))
    return width, height


def _is_valid(rule: Any, value: Any) -> bool:
    if isinstance(rule, type):
        return isinstance(value, rule)
    return value in rule
