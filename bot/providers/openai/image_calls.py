"""The two calls that draw: for a new picture, and for one that begins with others."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.domain.images import ImageRequest
from bot.domain.inputs import InputContent, InputRole

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from openai import AsyncAPIResponse, AsyncOpenAI

_File = tuple[str, bytes, str]

_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def call_of(
    sdk: "AsyncOpenAI", model: str, request: ImageRequest, extra: Mapping[str, object]
) -> "AbstractAsyncContextManager[AsyncAPIResponse[Any]]":
    """Return the call that a request needs; `extra` is sent along. It is made when it is entered."""
    images = sdk.images.with_streaming_response
    if not request.inputs:
        return images.generate(model=model, prompt=request.prompt, extra_body=dict(extra))
    pictures = [_file(one, number) for number, one in enumerate(request.inputs) if one.role is not InputRole.MASK]
    masks = [_file(one, number) for number, one in enumerate(request.inputs) if one.role is InputRole.MASK]
    image: Any = pictures if len(pictures) > 1 else pictures[0]
    mask: dict[str, Any] = {"mask": masks[0]} if masks else {}
    return images.edit(model=model, prompt=request.prompt, image=image, extra_body=dict(extra), **mask)


def _file(one: InputContent, number: int) -> _File:
    """Return a file as the SDK sends it; without a media type the service does not take it."""
    return f"{one.role}-{number}.{_ENDINGS[one.media_type]}", one.content, one.media_type
