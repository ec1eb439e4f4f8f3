"""Detects formats by their first bytes, and proves that pictures are whole; `Image.open` would try other formats too."""

import struct
from collections.abc import Callable
from io import BytesIO

from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from bot.domain.images import Size
from bot.moderation.png import verify_png

CheckSize = Callable[[Size], None]
"""Raises where a picture of that size is not to be unpacked."""

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_JPEG_SCAN = b"\xff\xda"
_MOST_SCANS = 50
"""Each is a pass over all pixels. Encoders make about ten, and a thumbnail has some of its own."""


def find_extension(content: bytes) -> str | None:
    """Return `png`, `jpg` or `webp`, or None where it is none of these."""
    if content.startswith(_PNG):
        return "png"
    if content.startswith(_JPEG):
        return "jpg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    return None


def verify_picture(content: bytes, extension: str, check_size: CheckSize) -> Size:
    """Return the size of a picture that is whole; broken ones raise one of `UNREADABLE`, or what `check_size` raises."""
    verify = {"png": _verify_png, "jpg": _verify_jpeg, "webp": _verify_webp}[extension]
    return verify(content, check_size)


def _verify_png(content: bytes, check_size: CheckSize) -> Size:
    """Return the size, which is checked before the pixels: a decompression bomb need not be inflated for that."""
    check_size(Size(*struct.unpack_from(">II", content, 16)))
    verify_png(content)
    with PngImageFile(BytesIO(content)) as image:
        return _build_checked_size(image.size, check_size)


def _verify_jpeg(content: bytes, check_size: CheckSize) -> Size:
    """Return the size. Decoding at an eighth of it reads all of the bytes and makes few of the pixels."""
    if content.count(_JPEG_SCAN) > _MOST_SCANS:
        raise ValueError(f"a JPEG of more than {_MOST_SCANS} scans")
    with JpegImageFile(BytesIO(content)) as image:
        size = _build_checked_size(image.size, check_size)
        image.draft("L", (1, 1))
        image.load()
    return size


def _verify_webp(content: bytes, check_size: CheckSize) -> Size:
    """Return the size. It is parsed by hand first, since Pillow allocates the pixels when it opens a WebP."""
    check_size(Size(*_webp_size(content)))
    with WebPImageFile(BytesIO(content)) as image:
        size = _build_checked_size(image.size, check_size)
        image.load()
    return size


def _build_checked_size(edges: tuple[int, int], check_size: CheckSize) -> Size:
    size = Size(*edges)
    check_size(size)
    return size


def _webp_size(content: bytes) -> tuple[int, int]:
    """Return the size from the first chunk, by the WebP container specification and RFC 6386 and 9649."""
    kind = content[12:16]
    if kind == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        return int.from_bytes(content[26:28], "little") & 0x3FFF, int.from_bytes(content[28:30], "little") & 0x3FFF
    raise ValueError("a WebP of no known kind")
