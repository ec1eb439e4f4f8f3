"""How the pictures of a post get into Slack's blocks, and what is done where Slack does not take them that way.

By the original's public address, where the settings say so. Else as a file
that is shared nowhere: then one message shows the picture and its buttons,
and nothing else stands in the channel. A workspace that refuses such files
gets them as replies in the message's thread, which its blocks show above.
"""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator, Callable
from enum import StrEnum

from PIL import Image

from bot.adapters.slack import SLACK
from bot.adapters.slack.blocks import Shown
from bot.adapters.slack.uploads import Draft, Uploads
from bot.domain.chat import Attachment, MessageRef, Post, PostPicture
from bot.errors import StorageFailed, SurfaceFailed
from bot.ports.objects import ObjectStore

_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
_MOST_TITLE = 80
_MOST_ALT = 1000
_MOST_PICTURES = 10
_UNFINISHED = "A picture that is not finished yet"

PreviewLink = Callable[[bytes], str]
"""Makes a public address, good for a short while, for the bytes of an unfinished picture."""


class Way(StrEnum):
    """How Slack gets a picture."""

    LINK = "link"
    HELD = "held"
    SHARED = "shared"


class Showing:
    """Prepares pictures, and remembers which workspaces want their files shared.

    `shows_links` says whether pictures with an https address are shown by it,
    and not uploaded.
    """

    def __init__(
        self, uploads: Uploads, objects: ObjectStore, preview_link: PreviewLink | None, *, shows_links: bool = False
    ) -> None:
        self._uploads = uploads
        self._objects = objects
        self._preview_link = preview_link
        self._shows_links = shows_links
        self._sharing: set[str] = set()
        self._blind: set[str] = set()

    def ways(self, team: str, post: Post) -> list[Way]:
        """Give the ways to try for a post, the best first."""
        files = [Way.SHARED] if team in self._sharing else [Way.HELD, Way.SHARED]
        if not has_pictures(post):
            return [Way.LINK]
        return [Way.LINK, *files] if self._is_by_link(post) else files

    def worked(self, team: str, way: Way) -> None:
        """Note which way a workspace took."""
        if way is Way.SHARED:
            self._sharing.add(team)

    def preview_refused(self, team: str) -> None:
        """Note that Slack cannot fetch previews for a workspace: from now on its progress is words."""
        self._blind.add(team)

    async def shown(self, way: Way, team: str, message: MessageRef | None, post: Post) -> tuple[Shown, ...]:
        """Give the pictures of a post, or its preview. `message` is where files are shared, for that way.

        Raises:
            MessageGone: The message's channel takes no files of ours.
            SurfaceFailed: The store or Slack do not go along now.
        """
        if not has_pictures(post):
            return () if team in self._blind else self._preview(post)
        if way is Way.LINK:
            return tuple(Shown(one.alt, url=one.original) for one in post.pictures)
        drafts = [draft async for draft in self._drafts(post)]
        held = way is Way.HELD or message is None
        ids = await (self._uploads.held(team, drafts) if held or message is None else self._uploads.shared(message, drafts))
        return tuple(Shown(draft.alt, file=id_) for id_, draft in zip(ids, drafts, strict=True))

    async def hand_out(self, message: MessageRef, post: Post) -> None:
        """Share the files of a post that are no pictures, in the thread of its message; raises as `shown` does."""
        drafts = [_enclosed(one) for one in post.attachments if not _is_picture(one)]
        if drafts:
            await self._uploads.shared(message, drafts)

    def _is_by_link(self, post: Post) -> bool:
        may_be = self._shows_links and not any(map(_is_picture, post.attachments))
        return may_be and all(one.original.startswith("https://") and one.media_type in _EXTENSIONS for one in post.pictures)

    def _preview(self, post: Post) -> tuple[Shown, ...]:
        if post.preview is None or self._preview_link is None:
            return ()
        return (Shown(_UNFINISHED, url=self._preview_link(post.preview)),)

    async def _drafts(self, post: Post) -> AsyncIterator[Draft]:
        for post_picture in post.pictures[:_MOST_PICTURES]:
            yield await self._draft(post_picture)
        for one in post.attachments:
            if _is_picture(one):
                yield _enclosed(one)

    async def _draft(self, post_picture: PostPicture) -> Draft:
        try:
            content = await self._objects.get(post_picture.key)
        except StorageFailed as error:
            raise SurfaceFailed(SLACK, "the picture's bytes could not be read") from error
        extension = _EXTENSIONS.get(post_picture.media_type)
        if extension is None:
            content, extension = await asyncio.to_thread(_as_png, content), "png"
        name = f"easel-{post_picture.picture}.{extension}"
        return Draft(name, content, post_picture.alt[:_MOST_TITLE] or name, post_picture.alt[:_MOST_ALT])


def has_pictures(post: Post) -> bool:
    """Whether a post shows pictures that are finished."""
    return bool(post.pictures) or any(map(_is_picture, post.attachments))


def _is_picture(attachment: Attachment) -> bool:
    return attachment.media_type in _EXTENSIONS


def _enclosed(attachment: Attachment) -> Draft:
    """Give an attachment as a file; its name says what is in it, so that the same one is not sent twice."""
    print_ = hashlib.sha256(attachment.content).hexdigest()[:8]
    stem, dot, extension = attachment.name.rpartition(".")
    name = f"{stem}-{print_}.{extension}" if dot else f"{attachment.name}-{print_}"
    return Draft(name, attachment.content, attachment.name, attachment.alt[:_MOST_ALT])


def _as_png(content: bytes) -> bytes:
    """Give a picture of a kind that Slack does not show as one that it does."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(content)) as picture:
        picture.save(file, "PNG")
    return file.getvalue()
