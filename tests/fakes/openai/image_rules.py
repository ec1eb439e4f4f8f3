"""What the image endpoints take, by the documentation; stated here once more, so that client and fake can disagree."""

import re
from collections.abc import Collection

from tests.fakes.openai.error_replies import ErrorReply, RefusedError, error_reply
from tests.fakes.openai.form_files import FormFile
from tests.fakes.openai.state import Json

_FREE_SIZES = re.compile(r"gpt-image-2($|[.-])")
_MORE_QUALITIES = re.compile(r"gpt-image-2\.[56]")
_THREE_SIZES = {"1024x1024", "1536x1024", "1024x1536"}

_BOTH = {
    "prompt", "model", "size", "quality", "n", "background", "output_format", "output_compression",
    "safety_identifier", "user", "stream", "partial_images",
}  # fmt: skip
GENERATION_PARAMS = frozenset(_BOTH | {"moderation"})
EDIT_PARAMS = frozenset(_BOTH | {"image", "image[]", "mask", "input_fidelity"})

_LONGEST_PROMPT = 32_000
_MOST_IMAGES = 16
_LARGEST_IMAGE = 50_000_000
_LARGEST_MASK = 4_000_000
_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def check_params(body: Json, *, known: Collection[str], models: Collection[str]) -> None:
    """Refuse what the service refuses, in the order it looks.

    Raises:
        RefusedError: Something is wrong with the request.
    """
    for name in body:
        if name not in known:
            raise RefusedError(error_reply(400, f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name))
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not prompt:
        raise RefusedError(_missing("prompt"))
    if len(prompt) > _LONGEST_PROMPT:
        raise RefusedError(_invalid("prompt", f"'{prompt[:40]}' is too long"))
    model = str(body.get("model") or "")
    if model not in models:
        raise RefusedError(error_reply(404, f"The model '{model}' does not exist.", code="model_not_found"))
    _check_size(model, str(body.get("size", "auto")))
    qualities = {"low", "medium", "high", "auto"} | ({"xhigh", "max"} if _MORE_QUALITIES.match(model) else set())
    if body.get("quality", "auto") not in qualities:
        raise RefusedError(_invalid("quality", f"supported values are {sorted(qualities)}"))
    if body.get("output_format", "png") not in {"png", "jpeg", "webp"}:
        raise RefusedError(_invalid("output_format", "supported values are png, jpeg and webp"))
    if body.get("background") == "transparent" and body.get("output_format") == "jpeg":
        raise RefusedError(_invalid("background", "transparent needs png or webp"))
    _check_numbers(body)


def check_edited(body: Json) -> None:
    """Refuse an edit without pictures, with more than the service takes, or with a mask that does not fit the first.

    Raises:
        RefusedError: Something is wrong with the pictures.
    """
    images, masks = _files(body, "image", "image[]"), _files(body, "mask")
    if not images:
        raise RefusedError(_missing("image"))
    if len(images) > _MOST_IMAGES or max(len(one.content) for one in images) >= _LARGEST_IMAGE:
        raise RefusedError(_invalid("image", "up to 16 images of less than 50 MB each"))
    for one in images:
        if one.form not in _FORMATS or one.media_type != _FORMATS[one.form]:
            raise RefusedError(_invalid("image", f"unsupported mimetype ('{one.media_type}'): PNG, WebP and JPEG are supported"))
    for mask in masks:
        if len(masks) > 1 or mask.form != "PNG" or not mask.has_alpha or len(mask.content) >= _LARGEST_MASK:
            raise RefusedError(_invalid("mask", "one PNG of less than 4 MB with an alpha channel"))
        if mask.size != images[0].size:
            raise RefusedError(_invalid("mask", "it has to have the same dimensions as image"))


def _files(body: Json, *names: str) -> list[FormFile]:
    return [file for name in names if isinstance(listed := body.get(name), list) for file in listed]


def _check_numbers(body: Json) -> None:
    number = body.get("n", 1)
    if not isinstance(number, int) or not 1 <= number <= 10:
        raise RefusedError(_invalid("n", "expected an integer from 1 to 10"))
    partial = body.get("partial_images", 0)
    if not isinstance(partial, int) or not 0 <= partial <= 3:
        raise RefusedError(_invalid("partial_images", "expected an integer from 0 to 3"))
    if partial and not body.get("stream"):
        raise RefusedError(_invalid("partial_images", "only with stream"))
    if body.get("stream") and number > 1:
        raise RefusedError(error_reply(400, "Streaming is only supported with n=1.", code=None))


def _check_size(model: str, size: str) -> None:
    if size == "auto" or (not _FREE_SIZES.match(model) and size in _THREE_SIZES):
        return
    edges = re.fullmatch(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})", size)
    if edges is None or not _FREE_SIZES.match(model):
        raise RefusedError(_invalid("size", f"'{size}' is not supported"))
    width, height = int(edges[1]), int(edges[2])
    if width % 16 or height % 16:
        raise RefusedError(_invalid("size", "width and height must be divisible by 16"))
    if max(width, height) > 3 * min(width, height):
        raise RefusedError(_invalid("size", "the aspect ratio must be between 1:3 and 3:1"))
    if not 655_360 <= width * height <= 8_294_400 or max(width, height) > 3840:
        raise RefusedError(_invalid("size", "outside the pixel or edge limits"))


def _invalid(param: str, why: str) -> ErrorReply:
    return error_reply(400, f"Invalid value for '{param}': {why}.", code="invalid_value", param=param)


def _missing(param: str) -> ErrorReply:
    return error_reply(400, f"Missing required parameter: '{param}'.", code="missing_required_parameter", param=param)
