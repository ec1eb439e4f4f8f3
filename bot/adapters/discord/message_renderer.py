"""A post's pictures as files that Discord takes: the untouched bytes where they fit, else a smaller copy."""

import asyncio
import io
from dataclasses import dataclass, replace

from PIL import Image

from bot.adapters.discord import DISCORD
from bot.adapters.discord.rendering import AttachedFile, LinkedPicture, MessageMedia, RenderedMessage, render_message
from bot.domain.chat import Attachment, Post, PostPicture
from bot.errors import StorageFailed, SurfaceFailed
from bot.ports.copy_signer import CopySigner
from bot.ports.objects import ObjectStore
from bot.services.provenance import NO_COPY_SIGNER, copy_mark
from bot.services.thumbnails import flatten_on_white

USUAL_UPLOAD_BYTES = 10 * 1024 * 1024
"""What every place takes; boosted servers and paying members may bring more.

See https://discord.com/developers/docs/reference#uploading-files.
"""

_REQUEST_BYTES = 24 * 1024 * 1024
"""All files of one message together: 25 MiB, less what surrounds them."""

_MOST_PICTURES = 10
_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_SIGNATURE_VARIES = 1024
"""Bytes by which signatures of two copies of one picture may differ, at the very most."""

_SCALES = (1.0, 0.75, 0.5, 0.35, 0.2)
_QUALITIES = (90, 75, 60)


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How large one file may be where a message goes, and whether pictures hide behind a click there."""

    upload_bytes: int = USUAL_UPLOAD_BYTES
    is_spoiler: bool = False


class MessageRenderer:
    """Makes sheets of posts. `shows_links` says whether pictures with an https address are shown by it, and not sent."""

    def __init__(self, objects: ObjectStore, *, shows_links: bool = False, signer: CopySigner = NO_COPY_SIGNER) -> None:
        self._objects = objects
        self._signer = signer
        self._shows_links = shows_links

    async def render(self, post: Post, limits: UploadLimits) -> RenderedMessage:
        """Return the whole message.

        Raises:
            SurfaceFailed: The store does not give the pictures now.
        """
        post = post.with_few_pictures()
        limits = replace(limits, is_spoiler=limits.is_spoiler or post.is_sensitive)
        fitting = [one for one in post.attachments if len(one.content) <= limits.upload_bytes]
        missing = tuple(f"{one.name} is too large to be sent here" for one in post.attachments if one not in fitting)
        attached = (_attach(one, is_spoiler=post.is_sensitive) for one in fitting)
        shown = (*await self._pictures(post, limits), *attached)
        return render_message(replace(post, footer=(*post.footer, *missing)), shown)

    async def _pictures(self, post: Post, limits: UploadLimits) -> tuple[MessageMedia, ...]:
        if not post.pictures:
            return _preview(post, limits)
        post_pictures = post.pictures[:_MOST_PICTURES]
        if self._shows_links and all(one.original.startswith("https://") for one in post_pictures):
            return tuple(LinkedPicture(one.original, one.alt, limits.is_spoiler) for one in post_pictures)
        most = min(limits.upload_bytes, _REQUEST_BYTES // len(post_pictures))
        return tuple([await self._upload(post_picture, most, is_spoiler=limits.is_spoiler) for post_picture in post_pictures])

    async def _upload(self, post_picture: PostPicture, most: int, *, is_spoiler: bool) -> AttachedFile:
        try:
            content = await self._objects.get(post_picture.key)
        except StorageFailed as error:
            raise SurfaceFailed(DISCORD, "the picture's bytes could not be read") from error
        name = f"easel-ai-{post_picture.picture}"
        if len(content) <= most:
            extension = _EXTENSIONS.get(post_picture.media_type, "bin")
            return AttachedFile(f"{name}.{extension}", content, post_picture.alt, is_spoiler)
        copy = await self._copy(content, most)
        return AttachedFile(f"{name}.jpg", copy, post_picture.alt, is_spoiler, is_smaller=True)

    async def _copy(self, content: bytes, most: int) -> bytes:
        """Return a signed copy of at most so many bytes; an unsigned one where a signature leaves no room for the picture."""
        copy = await asyncio.to_thread(shrink_to_jpeg, content, most)
        signed = await self._signer.sign(copy, content)
        if len(signed) <= most:
            return signed
        smaller = await asyncio.to_thread(shrink_to_jpeg, content, most - (len(signed) - len(copy)) - _SIGNATURE_VARIES)
        signed = await self._signer.sign(smaller, content)
        return signed if len(signed) <= most else copy


def _preview(post: Post, limits: UploadLimits) -> tuple[AttachedFile, ...]:
    if post.preview is None or len(post.preview) > limits.upload_bytes:
        return ()
    return (AttachedFile("preview.png", post.preview, "A picture that is not finished yet", limits.is_spoiler),)


def _attach(attachment: Attachment, *, is_spoiler: bool) -> AttachedFile:
    is_shown = attachment.media_type in _EXTENSIONS
    return AttachedFile(attachment.name, attachment.content, attachment.alt, is_spoiler and is_shown, is_shown=is_shown)


def shrink_to_jpeg(content: bytes, most: int) -> bytes:
    """Return the best JPEG copy of a picture that has at most so many bytes."""
    with Image.open(io.BytesIO(content)) as opened:
        opened.load()
        picture, mark = flatten_on_white(opened), copy_mark(opened)
    copy = b""
    for scale in _SCALES:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        scaled = picture if scale == 1.0 else picture.resize(size, Image.Resampling.LANCZOS)
        for quality in _QUALITIES:
            copy = _encode_jpeg(scaled, quality, mark)
            if len(copy) <= most:
                return copy
    return copy


def _encode_jpeg(picture: Image.Image, quality: int, mark: bytes) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, optimize=True, xmp=mark)
    return file.getvalue()
