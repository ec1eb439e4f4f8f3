"""How the pictures of a post get into Slack's blocks, and what is done where Slack does not take them that way.

By the original's public address, where the settings say so. Else as a file
that is shared nowhere: then one message shows the picture and its buttons,
and nothing else stands in the channel. A workspace that refuses such files
gets them as replies in the message's thread, which its blocks show above.
"""

import asyncio
import hashlib
import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from enum import StrEnum
from weakref import WeakValueDictionary

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.adapters.slack import SLACK
from bot.adapters.slack.rendering import ImageSource
from bot.adapters.slack.uploads import FileUpload, FileUploader, picture_file_stem
from bot.domain.chat import Attachment, MessageRef, Post, PostPicture
from bot.domain.pictures import PictureId
from bot.errors import StorageFailed, SurfaceFailed
from bot.ports.copy_signer import CopySigner
from bot.ports.objects import ObjectStore
from bot.services.provenance import NO_COPY_SIGNER, copy_mark
from bot.services.thumbnails import blur

_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
_NAME = re.compile(r"easel-ai-([A-Za-z0-9_-]{1,64})\.(?:png|jpg|gif)")
_MOST_TITLE = 80
_MOST_ALT = 1000
_MOST_PICTURES = 10
_PREVIEW_ALT = "A picture that is not finished yet"

PreviewLink = Callable[[bytes], Awaitable[str]]
"""Makes a public address, good for a short while, for the bytes of an unfinished picture."""


class PictureMethod(StrEnum):
    """How Slack gets a picture."""

    LINK = "link"
    UNSHARED = "held"
    SHARED = "shared"


class PictureSources:
    """Prepares pictures, and remembers which workspaces want their files shared.

    `shows_links` says whether pictures with an https address are shown by it,
    and not uploaded.
    """

    def __init__(
        self,
        uploads: FileUploader,
        objects: ObjectStore,
        preview_link: PreviewLink | None,
        *,
        shows_links: bool = False,
        signer: CopySigner = NO_COPY_SIGNER,
    ) -> None:
        self._uploads = uploads
        self._objects = objects
        self._signer = signer
        self._preview_link = preview_link
        self._shows_links = shows_links
        self._sharing_teams: set[str] = set()
        self._known_teams: set[str] = set()
        self._learning: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._teams_without_previews: set[str] = set()

    def methods_for(self, team: str, post: Post) -> list[PictureMethod]:
        """Return the ways to try for a post, the best first."""
        files = [PictureMethod.SHARED] if team in self._sharing_teams else [PictureMethod.UNSHARED, PictureMethod.SHARED]
        if not has_pictures(post):
            return [PictureMethod.LINK]
        return [PictureMethod.LINK, *files] if self._is_shown_by_link(post) else files

    @asynccontextmanager
    async def try_methods(self, team: str, post: Post, patience: float) -> AsyncIterator[list[PictureMethod]]:
        """Yield the ways to try for a post.

        The first picture of a workspace finds out which one it takes, and others
        wait for that, for `patience` seconds.
        Each way that is refused costs calls that the workspace's limit counts: if
        all pictures of a burst found out for themselves, the last would wait for a minute.
        """
        async with AsyncExitStack() as learning:
            if has_pictures(post) and team not in self._known_teams:
                with suppress(TimeoutError):
                    async with asyncio.timeout(patience):
                        await learning.enter_async_context(self._learning.setdefault(team, asyncio.Lock()))
                if team in self._known_teams:
                    await learning.aclose()
            yield self.methods_for(team, post)

    def note_accepted(self, team: str, method: PictureMethod) -> None:
        """Note which way a workspace took."""
        if method is not PictureMethod.LINK:
            self._known_teams.add(team)
        if method is PictureMethod.SHARED:
            self._sharing_teams.add(team)

    def disable_previews(self, team: str) -> None:
        """Note that Slack cannot fetch previews for a workspace: from now on its progress is words."""
        self._teams_without_previews.add(team)

    async def prepare(self, method: PictureMethod, team: str, message: MessageRef | None, post: Post) -> tuple[ImageSource, ...]:
        """Return the pictures of a post, or its preview. `message` is where files are shared, for that way.

        Raises:
            MessageGone: The message's channel takes no files of ours.
            SurfaceFailed: The store or Slack do not go along now.
        """
        if not has_pictures(post):
            return () if team in self._teams_without_previews else await self._preview(post)
        if method is PictureMethod.LINK:
            return tuple(ImageSource(one.alt, url=one.original) for one in post.pictures)
        uploads = [upload async for upload in self._gather_uploads(post)]
        is_unshared = method is PictureMethod.UNSHARED or message is None
        ids = await (
            self._uploads.upload_unshared(team, uploads)
            if is_unshared or message is None
            else self._uploads.upload_to_thread(message, uploads)
        )
        return tuple(ImageSource(upload.alt, file=id_) for id_, upload in zip(ids, uploads, strict=True))

    async def share_files(self, message: MessageRef, post: Post) -> None:
        """Share the files of a post that are no pictures, in the thread of its message; raises as `prepare` does."""
        uploads = [_to_upload(one) for one in post.attachments if not _is_picture(one)]
        if uploads:
            await self._uploads.upload_to_thread(message, uploads)

    def _is_shown_by_link(self, post: Post) -> bool:
        may_be = self._shows_links and not post.is_sensitive and not any(map(_is_picture, post.attachments))
        return may_be and all(one.original.startswith("https://") and one.media_type in _EXTENSIONS for one in post.pictures)

    async def _preview(self, post: Post) -> tuple[ImageSource, ...]:
        if post.preview is None or self._preview_link is None:
            return ()
        return (ImageSource(_PREVIEW_ALT, url=await self._preview_link(post.preview)),)

    async def _gather_uploads(self, post: Post) -> AsyncIterator[FileUpload]:
        for post_picture in post.pictures[:_MOST_PICTURES]:
            upload = await self._load_upload(post_picture)
            yield await _blur(upload) if post.is_sensitive else upload
        for one in post.attachments:
            if _is_picture(one):
                yield await _blur(_to_upload(one)) if post.is_sensitive else _to_upload(one)

    async def _load_upload(self, post_picture: PostPicture) -> FileUpload:
        try:
            content = await self._objects.get(post_picture.key)
        except StorageFailed as error:
            raise SurfaceFailed(SLACK, "the picture's bytes could not be read") from error
        extension = _EXTENSIONS.get(post_picture.media_type)
        if extension is None:
            copy = await asyncio.to_thread(convert_to_png, content)
            content, extension = await self._signer.sign(copy, content), "png"
        name = f"{picture_file_stem(post_picture.picture)}.{extension}"
        return FileUpload(name, content, post_picture.alt[:_MOST_TITLE] or name, post_picture.alt[:_MOST_ALT])


def picture_in_name(name: str) -> PictureId | None:
    """Return the picture that a file of ours shows, by the file's name."""
    found = _NAME.fullmatch(name)
    return None if found is None else PictureId(found[1])


async def _blur(upload: FileUpload) -> FileUpload:
    """Return a blurred picture, on which nothing can be recognised: Slack cannot hide one until it is opened."""
    content = await asyncio.to_thread(blur, upload.content)
    return replace(upload, name=f"blurred-{upload.name.rpartition('.')[0]}.jpg", content=content)


def has_pictures(post: Post) -> bool:
    """Whether a post shows pictures that are finished."""
    return bool(post.pictures) or any(map(_is_picture, post.attachments))


def has_files(post: Post) -> bool:
    """Whether a post has files that are no pictures: they can only stand in the thread of a message."""
    return not all(map(_is_picture, post.attachments))


def _is_picture(attachment: Attachment) -> bool:
    return attachment.media_type in _EXTENSIONS


def _to_upload(attachment: Attachment) -> FileUpload:
    """Return an attachment as a file; its name says what is in it, so that the same one is not sent twice."""
    digest = hashlib.sha256(attachment.content).hexdigest()[:8]
    stem, dot, extension = attachment.name.rpartition(".")
    name = f"{stem}-{digest}.{extension}" if dot else f"{attachment.name}-{digest}"
    return FileUpload(name, attachment.content, attachment.name, attachment.alt[:_MOST_ALT])


def convert_to_png(content: bytes) -> bytes:
    """Return a picture of a kind that Slack does not show as one that it does."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(content)) as picture:
        metadata = PngInfo()
        metadata.add_itxt("XML:com.adobe.xmp", copy_mark(picture).decode())
        picture.save(file, "PNG", pnginfo=metadata)
    return file.getvalue()
