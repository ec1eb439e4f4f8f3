"""Smaller copies of pictures: made when somebody first looks, and kept beside the picture."""

import asyncio
from collections.abc import Callable
from io import BytesIO

import structlog
from PIL import Image

from bot.domain.pictures import THUMBNAIL_EDGES, ImageFile, Picture, PictureId, PictureState, derived_keys, thumbnail_key
from bot.errors import ObjectMissing, StorageFailed
from bot.pixels import convert_mode
from bot.ports.copy_signer import CopySigner
from bot.ports.objects import ObjectStore
from bot.ports.pictures import Pictures
from bot.services.provenance import NO_COPY_SIGNER, copy_mark

log = structlog.get_logger(__name__)

MEDIA_TYPE = "image/webp"

_QUALITY = 80
_COPY_EDGE = 1024
_BLURRED_EDGE = 12
_MOST_AT_ONCE = 1
"""Pictures that are made smaller at the same time: each takes a core, and drawing goes on beside it."""


def has_thumbnail(file: ImageFile, edge: int) -> bool:
    """Return whether there is a copy of this edge: one that is no larger than the picture, and so has fewer bytes."""
    return edge in THUMBNAIL_EDGES and edge <= max(file.width, file.height)


class Thumbnails:
    """Reads copies, and makes those that are not there yet."""

    def __init__(self, pictures: Pictures, objects: ObjectStore, signer: CopySigner = NO_COPY_SIGNER) -> None:
        self._pictures = pictures
        self._objects = objects
        self._signer = signer
        self._semaphore = asyncio.Semaphore(_MOST_AT_ONCE)

    async def get(self, picture: Picture, edge: int) -> bytes:
        """Return the copy of a picture with this long edge; `has_thumbnail` says whether there is one.

        Raises:
            StorageFailed: The store is away, or the picture is gone.
        """
        key = thumbnail_key(picture.file.key, edge)
        try:
            return await self._objects.get(key)
        except ObjectMissing:
            pass
        async with self._semaphore:
            try:
                return await self._objects.get(key)  # whoever was first has made it
            except ObjectMissing:
                return await self._make(picture, edge)

    async def _make(self, picture: Picture, edge: int) -> bytes:
        original = await self._objects.get(picture.file.key)
        content = await self._signer.sign(await asyncio.to_thread(shrink, original, edge), original)
        try:
            await self._objects.put(thumbnail_key(picture.file.key, edge), content, MEDIA_TYPE)
            await self._delete_if_removed(picture.id, picture.file.key)
        except StorageFailed as error:
            log.warning("copy.not_kept", picture=picture.id, reason=str(error))
        return content

    async def _delete_if_removed(self, picture: PictureId, key: str) -> None:
        """Delete the copy again if the picture was removed while it was made."""
        now = await self._pictures.get(picture)
        if now is not None and now.state in {PictureState.VISIBLE, PictureState.HIDDEN}:
            return
        if not await self._pictures.is_key_needed(key):
            for derived in derived_keys(key):
                await self._objects.delete(derived)


def shrink(content: bytes, edge: int) -> bytes:
    """Return the picture as WebP, its long edge so many pixels."""
    with Image.open(BytesIO(content)) as image:
        image.draft(None, (edge, edge))
        small = convert_mode(image, "RGBA" if _is_clear(image) else "RGB")
        small.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
        packed = BytesIO()
        small.save(packed, "WEBP", quality=_QUALITY, method=4, xmp=copy_mark(image))
        return packed.getvalue()


def convert_to_jpeg(content: bytes) -> bytes:
    """Return a copy as JPEG, of at most `_COPY_EDGE` pixels: small, and shown everywhere."""
    with Image.open(BytesIO(content)) as image:
        return convert_image_to_jpeg(image)


def convert_image_to_jpeg(image: Image.Image) -> bytes:
    """Return the same copy of a picture that is open, whose pixels are not unpacked once more if they were before."""
    return _encode(image, lambda picture: picture.thumbnail((_COPY_EDGE, _COPY_EDGE), Image.Resampling.LANCZOS))


def blur(content: bytes) -> bytes:
    """Return a JPEG copy on which nothing can be recognised but colours, where a platform has no way to hide a picture."""

    def soften(picture: Image.Image) -> None:
        picture.thumbnail((_BLURRED_EDGE, _BLURRED_EDGE), Image.Resampling.BOX)

    with Image.open(BytesIO(content)) as image:
        return _encode(image, soften, edge=_COPY_EDGE // 2)


def flatten_on_white(image: Image.Image) -> Image.Image:
    """Return a copy without transparency, which JPEG lacks; a picture without any is returned as it is, which is cheaper."""
    if not _is_clear(image):
        return convert_mode(image, "RGB")
    whole = convert_mode(image, "RGBA")
    return Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole).convert("RGB")


def _is_clear(image: Image.Image) -> bool:
    return "A" in image.getbands() or "transparency" in image.info


def _encode(image: Image.Image, change: Callable[[Image.Image], None], edge: int = 0) -> bytes:
    picture = flatten_on_white(image)
    change(picture)
    if edge:
        scale = edge / max(picture.size)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.BICUBIC)
    packed = BytesIO()
    picture.save(packed, "JPEG", quality=_QUALITY, xmp=copy_mark(image))
    return packed.getvalue()
