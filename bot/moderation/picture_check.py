"""Looks at a picture's bytes before anything else does: is it one, is it whole, and how large is it."""

import asyncio
import struct
from hashlib import sha256
from io import BytesIO

from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from bot.domain.fingerprints import is_alike
from bot.domain.images import ImageFile, Size, media_type_of
from bot.errors import PictureBlocked
from bot.moderation.fingerprint import UNREADABLE, compute_fingerprints
from bot.moderation.png import verify_png
from bot.ports.removals import BlockedPictures
from bot.provider_errors import ProviderFailed, ProviderFault

_JPEG_SCAN = b"\xff\xda"
_MOST_SCANS = 50
"""Each is a pass over all pixels. Encoders make about ten, and a thumbnail has some of its own."""

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


class PictureCheck:
    """Proves pictures before they are kept. Their bytes are never changed, and Pillow reads them where they are.

    `blocked` are the pictures that may not come back; without it all may.
    """

    def __init__(
        self,
        max_pixels: int = 50_000_000,
        max_bytes: int = 64 * 1024 * 1024,
        *,
        blocked: BlockedPictures | None = None,
    ) -> None:
        self._blocked = blocked
        self._max_pixels = max_pixels
        self._max_bytes = max_bytes

    async def examine(self, provider: str, content: bytes, *, request_id: str | None = None) -> ImageFile:
        """Return a picture's facts and the key it belongs under; `provider` is who sent it, with that id of its own.

        Raises:
            ProviderFailed: It is no PNG, JPEG or WebP, is cut short, or is too large.
            PictureBlocked: It was taken down before, or looks like one that was.
            StorageFailed: Nobody knows what was taken down before.
        """
        try:
            file, turned = await asyncio.to_thread(self._examine, content)
        except _Unusable as problem:
            fault = ProviderFault.BAD_ANSWER
            raise ProviderFailed(provider, str(problem), fault=fault, request_id=request_id) from problem
        if self._blocked is not None and await self._is_blocked(self._blocked, file, turned):
            raise PictureBlocked
        return file

    async def _is_blocked(self, blocked: BlockedPictures, file: ImageFile, turned: tuple[str, ...]) -> bool:
        if await blocked.is_blocked(file.sha256):
            return True
        known = await blocked.fingerprints() if turned else ()
        return bool(known) and await asyncio.to_thread(is_alike, turned, known)

    def _examine(self, content: bytes) -> tuple[ImageFile, tuple[str, ...]]:
        """Return the facts, and the fingerprints of the picture in all ways to lay it."""
        if len(content) > self._max_bytes:
            raise _Unusable(f"picture of {len(content)} bytes, {self._max_bytes} is the most")
        extension, size = self._verify(content)
        digest = sha256(content).hexdigest()
        key = f"pictures/{digest[:2]}/{digest}.{extension}"
        try:
            turned = compute_fingerprints(content)
        except UNREADABLE as error:
            raise _Unusable(f"a picture whose pixels cannot be read: {type(error).__name__}") from error
        file = ImageFile(
            key=key,
            sha256=digest,
            media_type=media_type_of(key),
            width=size.width,
            height=size.height,
            size_bytes=len(content),
            fingerprint=turned[0] if turned else None,
        )
        return file, turned

    def _verify(self, content: bytes) -> tuple[str, Size]:
        """Tell the format by its first bytes; `Image.open` would try others too, and warn of large ones in its own way."""
        try:
            if content.startswith(_PNG):
                return "png", self._verify_png(content)
            if content.startswith(_JPEG):
                return "jpg", self._verify_jpeg(content)
            if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
                return "webp", self._verify_webp(content)
        except UNREADABLE as error:
            raise _Unusable(f"broken picture of {len(content)} bytes: {type(error).__name__}") from error
        raise _Unusable(f"{len(content)} bytes that are no PNG, JPEG or WebP")

    def _verify_png(self, content: bytes) -> Size:
        """Check every sum, and that the pixels are there; the size first, as a bomb need not be inflated for that."""
        self._check_size(*struct.unpack_from(">II", content, 16))
        verify_png(content)
        with PngImageFile(BytesIO(content)) as image:
            return self._check_size(*image.size)

    def _verify_jpeg(self, content: bytes) -> Size:
        """Decode it at an eighth of its size: all of its bytes are read, few of its pixels are made."""
        if content.count(_JPEG_SCAN) > _MOST_SCANS:
            raise _Unusable(f"a JPEG of more than {_MOST_SCANS} scans")
        with JpegImageFile(BytesIO(content)) as image:
            size = self._check_size(*image.size)
            image.draft("L", (1, 1))
            image.load()
        return size

    def _verify_webp(self, content: bytes) -> Size:
        """Decode it; the size is read by hand first, as Pillow makes room for the pixels when it opens one."""
        self._check_size(*_webp_size(content))
        with WebPImageFile(BytesIO(content)) as image:
            size = self._check_size(*image.size)
            image.load()
        return size

    def _check_size(self, width: int, height: int) -> Size:
        if width * height > self._max_pixels:
            raise _Unusable(f"picture of {width}x{height}, {self._max_pixels} pixels are the most")
        return Size(width, height)


class _Unusable(Exception):
    """Why a picture is not kept; it never leaves this module."""


def _webp_size(content: bytes) -> tuple[int, int]:
    """Read the size from the first chunk, by the WebP container specification and RFC 6386 and 9649."""
    kind = content[12:16]
    if kind == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        return int.from_bytes(content[26:28], "little") & 0x3FFF, int.from_bytes(content[28:30], "little") & 0x3FFF
    raise ValueError("a WebP of no known kind")
