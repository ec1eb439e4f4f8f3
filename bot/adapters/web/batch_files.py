"""All pictures of a batch as one file, which is written while it is sent: no more than one picture is in memory at a time."""

import re
import zipfile
from collections.abc import AsyncIterator
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from bot.adapters.web.problems import problem_for
from bot.domain.batches import number_in_batch
from bot.domain.images import Picture
from bot.domain.jobs import BatchId, Job
from bot.errors import StorageFailed
from bot.ports.batches import Batches
from bot.ports.objects import ObjectStore
from bot.services.gallery import Gallery
from bot.services.picture_links import EXTENSIONS

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def batch_file_routes(batches: Batches, gallery: Gallery, objects: ObjectStore) -> APIRouter:
    """Build `/b/<batch>.zip`. As with a picture's link, whoever has it may follow it, and what was removed is not in it."""
    routes = APIRouter()

    @routes.get("/b/{id_}.zip")
    async def send(request: Request, id_: str) -> Response:
        jobs = await batches.jobs(BatchId(id_)) if _ID.fullmatch(id_) else ()
        shown = [(job, picture) for job in jobs for picture in await gallery.visible(job.id)]
        if not shown:
            return problem_for(request, HTTPStatus.NOT_FOUND, "There is no picture at this address that can be seen.")
        headers = {"Content-Disposition": 'attachment; filename="easel-ai-batch.zip"', "Cache-Control": "private, no-store"}
        return StreamingResponse(write_zip(shown, objects), media_type="application/zip", headers=headers)

    return routes


async def write_zip(shown: list[tuple[Job, Picture]], objects: ObjectStore) -> AsyncIterator[bytes]:
    """Yield the file piece by piece. A picture that the store does not give now is named in the list of prompts, and left out."""
    pipe = _Pipe()
    lines = []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for job, picture in shown:
            name = f"easel-ai-{number_in_batch(job.key):03}.{EXTENSIONS[picture.file.media_type]}"
            words = job.wish.prompt if job.erased_at is None else "words that are not kept any more"
            try:
                archive.writestr(_entry(job, name), await objects.get(picture.file.key))
            except StorageFailed:
                lines.append(f"{name} (could not be read now): {words}")
            else:
                lines.append(f"{name}: {words}")
            yield pipe.take()
        archive.writestr("prompts.txt", "\n".join([*lines, ""]))
    yield pipe.take()


def _entry(job: Job, name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (job.kept_at or job.created_at).timetuple()[:6])


class _Pipe:
    """What an archive is written to that is sent away at once, so that nothing of it can be changed later."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        """Take a part."""
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Do nothing: it is taken soon."""

    def close(self) -> None:
        """Do nothing: whoever takes it is done by then."""

    def take(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
