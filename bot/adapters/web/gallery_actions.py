"""What is done with several pictures of the gallery at once: deleting them, bringing them back, and saving them as one file."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from bot.adapters.web.call_request import read_json_body
from bot.adapters.web.gallery import OwnPictures, answer, read_chosen
from bot.adapters.web.problems import problem_for
from bot.adapters.web.visitors import Visitors
from bot.adapters.web.zip_stream import ZipEntry, write_zip
from bot.domain.jobs import JobId
from bot.domain.pictures import Picture, PictureId, PictureState
from bot.pipeline.deletion import SeveralDeletion
from bot.ports.jobs import Jobs
from bot.ports.objects import ObjectStore
from bot.ports.pictures import Pictures
from bot.services.picture_links import EXTENSIONS

_EXPECTED = 'Send {"pictures": ["..."]}.'
_EXPECTED_IDS = "Name the pictures as ?pictures=ID,ID."
_MAY_COME_BACK = {PictureState.VISIBLE, PictureState.HIDDEN}


@dataclass(frozen=True, slots=True)
class ActionDependencies:
    """What the actions need: what deletes pictures, and their bytes."""

    deletion: SeveralDeletion
    jobs: Jobs
    pictures: Pictures
    objects: ObjectStore


def gallery_action_routes(dependencies: ActionDependencies, own: OwnPictures, visitors: Visitors) -> APIRouter:
    """Build `/api/gallery/delete`, `/api/gallery/restore` and `/api/gallery/zip`.

    The first two may be sent again: what is done is done, and messages that could not be changed are changed then.
    """
    routes = APIRouter()
    deletion = dependencies.deletion

    async def read_pictures(request: Request) -> list[Picture]:
        ids = read_chosen((await read_json_body(request, _EXPECTED)).get("pictures"), _EXPECTED)
        chosen = await own.find_chosen(visitors.identify(request), ids)
        return [one for one in chosen if one.state in _MAY_COME_BACK]

    @routes.post("/api/gallery/delete")
    async def delete(request: Request) -> Response:
        pictures = await read_pictures(request)
        ids = [one.id for one in pictures]
        unshown = await deletion.delete(ids, _jobs_of(pictures))
        seconds = round(deletion.undo.total_seconds())
        return answer(request, {"pictures": ids, "undo_seconds": seconds, "unshown": unshown})

    @routes.post("/api/gallery/restore")
    async def restore(request: Request) -> Response:
        pictures = await read_pictures(request)
        ids = tuple(one.id for one in pictures)
        unshown = await deletion.restore(ids, _jobs_of(pictures))
        seen = await own.find_chosen(visitors.identify(request), ids)
        back = [one.id for one in seen if one.state is PictureState.VISIBLE]
        return answer(request, {"pictures": back, "unshown": unshown})

    @routes.get("/api/gallery/zip")
    async def save(request: Request) -> Response:
        ids: tuple[PictureId, ...] = read_chosen(request.query_params.get("pictures", "").split(","), _EXPECTED_IDS)
        chosen = await own.find_chosen(visitors.identify(request), ids)
        shown = [one for one in chosen if one.state is PictureState.VISIBLE]
        if not shown:
            return problem_for(request, HTTPStatus.NOT_FOUND, "None of these pictures is there to be saved.")
        jobs = {job.id: job for job in await dependencies.jobs.get_several(_jobs_of(shown))}
        entries = [
            ZipEntry(f"easel-ai-{number:03}-{one.id}.{EXTENSIONS[one.file.media_type]}", jobs[JobId(one.job)], one)
            for number, one in enumerate(shown, start=1)
        ]
        headers = {"Content-Disposition": 'attachment; filename="easel-ai-pictures.zip"', "Cache-Control": "private, no-store"}
        return StreamingResponse(
            write_zip(entries, dependencies.pictures.get, dependencies.objects), media_type="application/zip", headers=headers
        )

    return routes


def _jobs_of(pictures: list[Picture]) -> tuple[JobId, ...]:
    return tuple(dict.fromkeys(JobId(one.job) for one in pictures))
