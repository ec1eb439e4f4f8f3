"""Pictures to begin with, as services take them inside a JSON body: as text, and no larger than FLUX.2 looks at."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO

from PIL import Image

from bot.domain.inputs import InputContent
from bot.pixels import convert_mode

_LONGEST = 2048
"""Pixels of the long edge: more is billed, and not drawn from (4 megapixels, help.bfl.ai)."""

_MOST_BYTES = 10 * 1024 * 1024
_QUALITY = 95


async def write_as_base64(inputs: Sequence[InputContent]) -> list[str]:
    """Return the pictures in base64, in their order."""
    return [text for _, text in await asyncio.to_thread(_write_all, inputs)]


async def write_as_data_urls(inputs: Sequence[InputContent]) -> list[str]:
    """Return the pictures as data URLs, in their order."""
    return [f"data:{media_type};base64,{text}" for media_type, text in await asyncio.to_thread(_write_all, inputs)]


def _write_all(inputs: Sequence[InputContent]) -> list[tuple[str, str]]:
    return [_write(one) for one in inputs]


def _write(one: InputContent) -> tuple[str, str]:
    """Return the media type and the bytes as text."""
    content, media_type = one.content, one.media_type
    with Image.open(BytesIO(content)) as image:
        if max(image.size) > _LONGEST or len(content) > _MOST_BYTES:
            content, media_type = _shrink(image)
    return media_type, b64encode(content).decode()


def _shrink(image: Image.Image) -> tuple[bytes, str]:
    """Return a copy as JPEG; as PNG where it is clear in parts."""
    is_clear = "A" in image.getbands() or "transparency" in image.info
    small = convert_mode(image, "RGBA" if is_clear else "RGB")
    small.thumbnail((_LONGEST, _LONGEST), Image.Resampling.LANCZOS, reducing_gap=2.0)
    packed = BytesIO()
    if is_clear:
        small.save(packed, "PNG")
        return packed.getvalue(), "image/png"
    small.save(packed, "JPEG", quality=_QUALITY)
    return packed.getvalue(), "image/jpeg"
