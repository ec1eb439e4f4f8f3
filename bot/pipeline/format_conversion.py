"""Converts pictures to the file format that was asked for, where the model does not do that itself."""

import asyncio
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from bot.domain.images import FileFormat, Size
from bot.domain.pictures import media_type_of
from bot.moderation.fingerprint import UNREADABLE
from bot.moderation.formats import find_extension, verify_picture
from bot.moderation.input_conversion import in_eight_bits
from bot.ports.copy_signer import CopySigner
from bot.services.provenance import NO_COPY_SIGNER, copy_mark
from bot.services.thumbnails import flatten_on_white

_MOST_PIXELS = 50_000_000
_MOST_AT_ONCE = 1
"""Pictures that are turned at the same time: each takes a core, and its pixels memory."""

_QUALITY = 95


class FormatConversion:
    """Converts pictures off the event loop. They are marked as made by AI, and `signer` signs that where it can."""

    def __init__(self, signer: CopySigner = NO_COPY_SIGNER) -> None:
        self._signer = signer
        self._semaphore = asyncio.Semaphore(_MOST_AT_ONCE)

    async def convert(self, pictures: tuple[bytes, ...], wanted: FileFormat | None) -> tuple[bytes, ...]:
        """Return the pictures in that format; those that have it already, and what is no picture, as they are."""
        return tuple([await self._convert(content, wanted) for content in pictures])

    async def _convert(self, content: bytes, wanted: FileFormat | None) -> bytes:
        if wanted is None or not needs_conversion(content, wanted):
            return content
        async with self._semaphore:
            converted = await asyncio.to_thread(convert_format, content, wanted)
        return content if converted is None else await self._signer.sign(converted, content)


def needs_conversion(content: bytes, wanted: FileFormat) -> bool:
    """Whether these are the bytes of a picture in another format than is wanted."""
    extension = find_extension(content)
    return extension is not None and media_type_of(f".{extension}") != wanted.media_type


def convert_format(content: bytes, wanted: FileFormat) -> bytes | None:
    """Return the picture in that format; None where it cannot be read, which the picture check reports."""
    try:
        verify_picture(content, find_extension(content) or "", _check_size)
        with Image.open(BytesIO(content)) as image:
            return _encode(image, wanted)
    except UNREADABLE:
        return None


def _encode(image: Image.Image, wanted: FileFormat) -> bytes:
    """Return the picture encoded anew, upright and in colours that every format has."""
    mark, options = copy_mark(image), dict[str, Any]()
    if image.mode in {"RGB", "RGBA"} and image.info.get("icc_profile"):
        options["icc_profile"] = image.info["icc_profile"]
    image = in_eight_bits(ImageOps.exif_transpose(image))
    match wanted:
        case FileFormat.JPEG:
            image = flatten_on_white(image)
            options |= {"quality": _QUALITY, "xmp": mark}
        case FileFormat.WEBP:
            options |= {"quality": _QUALITY, "method": 4, "xmp": mark}
        case _:
            metadata = PngInfo()
            metadata.add_itxt("XML:com.adobe.xmp", mark.decode())
            options |= {"compress_level": 6, "pnginfo": metadata}
    packed = BytesIO()
    image.save(packed, wanted.upper(), **options)
    return packed.getvalue()


def _check_size(size: Size) -> None:
    if size.pixels > _MOST_PIXELS:
        raise ValueError(f"{size}")
