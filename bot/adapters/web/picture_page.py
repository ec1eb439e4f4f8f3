"""The page of one picture, for its owner: what is known of it, and the link that shares it."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response

from bot.adapters.web.gallery import OwnPictures, answer, describe_tile
from bot.adapters.web.page_context import PageContext
from bot.adapters.web.visitors import Visitor
from bot.domain.chat import Place
from bot.domain.jobs import DrawingState, Job, JobId
from bot.domain.people import AccountId
from bot.domain.pictures import Picture, PictureId, PictureState
from bot.domain.shares import Share
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from bot.services.lineage import Lineage, LineageStep
from bot.services.picture_bases import may_see
from bot.services.picture_links import PictureLinks
from bot.services.sharing import Sharing

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is no picture at this address.",
    HTTPStatus.FORBIDDEN: "This picture is somebody else's; they can share a link that shows it.",
    HTTPStatus.GONE: "This picture is not to be seen any more.",
}


@dataclass(frozen=True, slots=True)
class PictureDependencies:
    """What the page needs: what is known of pictures, which came of which, and which are shared."""

    pictures: Pictures
    jobs: Jobs
    lineage: Lineage
    sharing: Sharing
    links: PictureLinks


@dataclass(frozen=True, slots=True)
class OwnPicture:
    """A picture that its owner looks at."""

    picture: Picture
    job: Job
    account: AccountId


class PicturePages:
    """Describes pictures to their owners. `place` is the page, where others see what was asked for there."""

    def __init__(self, dependencies: PictureDependencies, own: OwnPictures, place: Place) -> None:
        self._pictures = dependencies.pictures
        self._jobs = dependencies.jobs
        self._lineage = dependencies.lineage
        self._sharing = dependencies.sharing
        self._links = dependencies.links
        self._own = own
        self._place = place

    async def find(self, visitor: Visitor, id_: str) -> OwnPicture:
        """Return a picture that is the visitor's own.

        Raises:
            HTTPException: There is none, it is somebody else's, or it is not to be seen any more.
        """
        picture = await self._pictures.get(PictureId(id_)) if _ID.fullmatch(id_) else None
        job = None if picture is None else await self._jobs.get(JobId(picture.job))
        if picture is None or job is None:
            raise _refusal(HTTPStatus.NOT_FOUND)
        account = await self._own.account(visitor)
        if account is None or job.account != account:
            raise _refusal(HTTPStatus.FORBIDDEN)
        if picture.state is not PictureState.VISIBLE:
            raise _refusal(HTTPStatus.GONE)
        return OwnPicture(picture, job, account)

    async def describe(self, found: OwnPicture) -> dict[str, object]:
        """Return all that its owner may know of a picture."""
        picture, job = found.picture, found.job
        cost, shared = await self._jobs.cost(job.id), await self._sharing.find_share(picture)
        known = {"prompt": "", "drawn_prompt": ""}
        if job.erased_at is None:
            drawn = job.prepared_prompt.text if job.prepared_prompt else job.wish.prompt
            known = {"prompt": job.wish.prompt, "drawn_prompt": "" if drawn == job.wish.prompt else drawn}
        return {
            **describe_tile(picture, job),
            **known,
            "job": job.id,
            "size_bytes": picture.file.size_bytes,
            "settings": await self._settings(picture, job),
            "cost": str(cost) if cost.microusd else "",
            "drawn_for_that": len(await self._pictures.of_job(job.id)),
            "row": await self._row(found),
            "share": self.address(shared) if shared else "",
        }

    async def share(self, found: OwnPicture) -> str:
        """Share a picture, if it is not yet, and return the address of its page."""
        return self.address(await self._sharing.share_as_before(found.picture))

    async def unshare(self, found: OwnPicture) -> None:
        """Stop sharing a picture."""
        await self._sharing.revoke([found.picture])

    def address(self, share: Share) -> str:
        """Return the address of a share's page."""
        return self._links.share(share.id)

    async def _settings(self, picture: Picture, job: Job) -> list[list[str]]:
        """Return the names of what was asked for, as commands call it, with the values."""
        drawn = [one for one in await self._jobs.drawings(job.id) if one.state is DrawingState.DRAWN]
        options = job.wish.to_options()
        fixed = {
            "model": drawn[-1].model if drawn else options.get("model", ""),
            "size": f"{picture.file.width} × {picture.file.height}",
            "quality": str(job.wish.quality),
        }
        rest = {name: value for name, value in options.items() if name not in {"prompt", "shape", *fixed}}
        return [[name, value] for name, value in (fixed | rest).items() if value]

    async def _row(self, found: OwnPicture) -> list[dict[str, object]]:
        """Return the row of changes that a picture stands in, as far as it may be seen; nothing where it is alone in it."""
        row = await self._lineage.row(found.picture, found.job, found.account, self._place)
        seen = [one for one in row if one.is_visible and may_see(one.job, found.account, self._place)]
        steps = [_describe_step(one, is_own=one.job.account == found.account) for one in seen]
        return steps if len(steps) > 1 else []


def _describe_step(step: LineageStep, *, is_own: bool) -> dict[str, object]:
    """Return what is said of a picture of the row: whether it is a favourite only to the person whose favourite it is."""
    tile = describe_tile(step.picture, step.job)
    return {**tile, "is_favourite": is_own and tile["is_favourite"], "is_own": is_own}


def picture_page_routes(dependencies: PictureDependencies, own: OwnPictures, web: PageContext) -> APIRouter:
    """Build `/i/<picture>`, and what its script asks for below `/api/pictures`."""
    routes, pages, visitors = APIRouter(), PicturePages(dependencies, own, web.place), web.visitors

    @routes.api_route("/i/{id_}", methods=["GET", "HEAD"])
    async def show_page(request: Request, id_: str) -> Response:
        visitor = visitors.identify(request)
        await pages.find(visitor, id_)
        response = web.assets.send("gallery.html", request, is_deeper=True) or Response(status_code=HTTPStatus.NOT_FOUND)
        visitors.remember(visitor, response)
        return response

    @routes.get("/api/pictures/{id_}")
    async def describe(request: Request, id_: str) -> Response:
        return answer(request, await pages.describe(await pages.find(visitors.identify(request), id_)))

    @routes.post("/api/pictures/{id_}/share")
    async def share(request: Request, id_: str) -> Response:
        return answer(request, {"share": await pages.share(await pages.find(visitors.identify(request), id_))})

    @routes.delete("/api/pictures/{id_}/share")
    async def unshare(request: Request, id_: str) -> Response:
        await pages.unshare(await pages.find(visitors.identify(request), id_))
        return answer(request, {"share": ""})

    return routes


def _refusal(status: HTTPStatus) -> HTTPException:
    return HTTPException(status, _SENTENCES[status])
