"""Files that only one visitor may fetch: in memory, under random addresses, and for the other web processes where they share."""

import io
import json
import re
from dataclasses import asdict, dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from PIL import Image

from bot.adapters.shared.media_types import media_type_of
from bot.adapters.shared.newest_entries import NewestEntries
from bot.adapters.web.problems import problem_for
from bot.adapters.web.rendering import render_body
from bot.adapters.web.visitors import Visitors
from bot.domain.chat import Attachment, Post
from bot.ports.clock import Ids
from bot.ports.shared_files import SharedFiles

_MOST_ENTRIES = 64
_MOST_BYTES = 64 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True, slots=True)
class _OwnedAttachment:
    user: str
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class PrivateFile:
    """A file as a note shows it: a picture has a size, anything else is a link. `link` is its address."""

    name: str
    link: str
    alt: str
    size_bytes: int
    width: int = 0
    height: int = 0


class PrivateFiles:
    """Holds files for those they were whispered to; the oldest go when there are too many, or too much of them."""

    def __init__(
        self, ids: Ids, shared: SharedFiles, *, most_entries: int = _MOST_ENTRIES, most_bytes: int = _MOST_BYTES
    ) -> None:
        self._ids = ids
        self._shared = shared
        self._files = NewestEntries[str, _OwnedAttachment](
            most_entries, most_bytes=most_bytes, size_of=lambda one: len(one.attachment.content)
        )

    async def render_note(self, user: str, post: Post) -> str:
        """Return a post as the JSON of a note for one visitor, and keep what is attached to it."""
        files = [asdict(await self._keep(user, attachment)) for attachment in post.attachments]
        # A picture's own address is in the picture; any other link is there to be followed.
        links = [] if post.pictures else [asdict(link) for link in post.links]
        more = {"files": files, "links": links}
        return f"{render_body(post)[:-1]},{json.dumps(more, ensure_ascii=False)[1:]}"

    async def get(self, user: str, id_: str) -> Attachment | None:
        """Return a file, if it is still there and this visitor's; one that another process made has no name."""
        owned = self._files.get(id_)
        if owned is not None:
            return owned.attachment if owned.user == user else None
        shared = await self._shared.get(_shared_name(user, id_))
        if shared is None:
            return None
        media_type, _, content = shared.partition(b"\n")
        return Attachment("", media_type.decode(), content)

    async def _keep(self, user: str, attachment: Attachment) -> PrivateFile:
        id_ = self._ids.new()
        self._files[id_] = _OwnedAttachment(user, attachment)
        await self._shared.keep(_shared_name(user, id_), attachment.media_type.encode() + b"\n" + attachment.content)
        name = attachment.name if _NAME.fullmatch(attachment.name) else "file"
        width, height = _size_of(attachment)
        return PrivateFile(name, f"handouts/{id_}/{name}", attachment.alt, len(attachment.content), width, height)


def private_file_routes(private_files: PrivateFiles, visitors: Visitors) -> APIRouter:
    """Build `/handouts/<id>/<name>`: a picture to look at, anything else to save."""
    routes = APIRouter()

    @routes.api_route("/handouts/{id_}/{name}", methods=["GET", "HEAD"])
    async def send_file(request: Request, id_: str, name: str) -> Response:
        found = await private_files.get(visitors.identify(request).person.identity.user, id_)
        if found is None or not _NAME.fullmatch(name):
            return problem_for(request, HTTPStatus.NOT_FOUND, "That file is not kept any more; please ask for it again.")
        shown = media_type_of(found.content)
        headers = {
            "Content-Type": shown or f"{found.media_type}; charset=utf-8",
            "Content-Disposition": f'{"inline" if shown else "attachment"}; filename="{name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        }
        return Response(found.content, headers=headers)

    return routes


def _shared_name(user: str, id_: str) -> str:
    return f"handout:{user}:{id_}"


def _size_of(attachment: Attachment) -> tuple[int, int]:
    """Return width and height of a picture that browsers show; nothing for anything else."""
    if media_type_of(attachment.content) is None:
        return 0, 0
    with Image.open(io.BytesIO(attachment.content)) as picture:
        return picture.size
