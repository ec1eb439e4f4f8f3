"""Looks at a picture's bytes before anything else does: is it one, is it whole, and how large is it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from io import BytesIO

from PIL import Image

from bot.domain.fingerprints import is_alike
from bot.domain.images import Size
from bot.domain.pictures import ImageFile, media_type_of
from bot.errors import PictureBlocked
from bot.moderation.fingerprint import UNREADABLE, compute_image_fingerprints
from bot.moderation.formats import find_extension, verify_picture
from bot.ports.removals import BlockedPictures
from bot.provider_errors import ProviderFailed, ProviderFault

_MOST_COPIES = 32
"""Copies that wait to be taken: a picture is judged soon after it was checked, and each takes some 200 KB."""


class PictureCheck:
    """Proves pictures before they are kept. Their bytes are never changed, and Pillow reads them where they are.

    `blocked` are the pictures that may not come back; without it all may.
    `make_copy` makes a small copy of a picture while its pixels are unpacked,
    which takes most of the time, for whoever judges what it shows.
    """

    def __init__(
        self,
        max_pixels: int = 50_000_000,
        max_bytes: int = 64 * 1024 * 1024,
        *,
        blocked: BlockedPictures | None = None,
        make_copy: Callable[[Image.Image], bytes] | None = None,
    ) -> None:
        self._blocked = blocked
        self._make_copy = make_copy
        self._copies: dict[str, bytes] = {}
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

    def take_copy(self, digest: str) -> bytes | None:
        """Return the small copy of a picture that was checked lately, by the hash of its bytes, once; None without one."""
        return self._copies.pop(digest, None)

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
            with Image.open(BytesIO(content)) as image:
                turned = compute_image_fingerprints(image)
                self._keep_copy(digest, image)
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

    def _keep_copy(self, digest: str, image: Image.Image) -> None:
        # A JPEG was unpacked small and grey; a picture that no copy can be made of is for whoever wants one to report.
        if self._make_copy is None or image.format == "JPEG":
            return
        with suppress(*UNREADABLE):
            self._copies[digest] = self._make_copy(image)
        for oldest in list(self._copies)[:-_MOST_COPIES]:
            self._copies.pop(oldest, None)

    def _verify(self, content: bytes) -> tuple[str, Size]:
        extension = find_extension(content)
        if extension is None:
            raise _Unusable(f"{len(content)} bytes that are no PNG, JPEG or WebP")
        try:
            return extension, verify_picture(content, extension, self._check_size)
        except UNREADABLE as error:
            raise _Unusable(f"broken picture of {len(content)} bytes: {type(error).__name__}: {error}") from error

    def _check_size(self, size: Size) -> None:
        if size.pixels > self._max_pixels:
            raise _Unusable(f"picture of {size}, {self._max_pixels} pixels are the most")


class _Unusable(Exception):
    """Why a picture is not kept; it never leaves this module."""
