"""All pictures of a batch as one file."""

import re
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from bot.adapters.web.problems import problem_for
from bot.adapters.web.zip_stream import ZipEntry, write_zip
from bot.domain.batches import number_in_batch
from bot.domain.jobs import BatchId, Job
from bot.domain.pictures import Picture
from bot.ports.batches import Batches
from bot.ports.objects import ObjectStore
from bot.ports.pictures import Pictures
from bot.services.gallery import Gallery
from bot.services.picture_links import EXTENSIONS

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def batch_file_routes(batches: Batches, gallery: Gallery, pictures: Pictures, objects: ObjectStore) -> APIRouter:
    """Return the route `/b/<batch>.zip`. Like a picture's link it works for anybody who has it; removed pictures are left out."""
    routes = APIRouter()

    @routes.get("/b/{id_}.zip")
    async def send(request: Request, id_: str) -> Response:
        jobs = await batches.jobs(BatchId(id_)) if _ID.fullmatch(id_) else ()
        shown = [_entry(job, picture) for job in jobs for picture in await gallery.visible(job.id)]
        if not shown:
            return problem_for(request, HTTPStatus.NOT_FOUND, "There is no picture at this address that can be seen.")
        headers = {"Content-Disposition": 'attachment; filename="easel-ai-batch.zip"', "Cache-Control": "private, no-store"}
        return StreamingResponse(write_zip(shown, pictures.get, objects), media_type="application/zip", headers=headers)

    return routes


def _entry(job: Job, picture: Picture) -> ZipEntry:
    which = f"-{picture.position + 1}" if picture.position else ""
    return ZipEntry(f"easel-ai-{number_in_batch(job.key):03}{which}.{EXTENSIONS[picture.file.media_type]}", job, picture)
