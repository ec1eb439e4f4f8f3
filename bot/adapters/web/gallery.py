"""The gallery's page: one's own pictures in a grid, found by words, and what its script asks for."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request, Response

from bot.adapters.web.call_request import bad_request, is_text, read_json_body
from bot.adapters.web.compression import compress_text
from bot.adapters.web.page_context import PageContext
from bot.adapters.web.visitors import Visitor
from bot.domain.collections import CollectionId
from bot.domain.jobs import Job, JobId
from bot.domain.people import HOUSE, AccountId
from bot.domain.picture_search import PictureQuery, search_words
from bot.domain.pictures import Picture, PictureId, PictureState
from bot.pipeline import posts
from bot.ports.clock import Clock
from bot.ports.collections import Collections
from bot.ports.jobs import Jobs
from bot.ports.picture_search import PictureSearch
from bot.ports.pictures import Pictures
from bot.services.gallery import Gallery
from bot.services.picture_links import picture_path
from bot.services.quotas import Quotas

A_PAGE = 200
"""Pictures that are asked for at once."""

MOST_CHOSEN = 200
"""Pictures that are changed at once; their ids fit into an address, too."""

_LONGEST_WORDS = 100
_MOST_DAYS = 3650
_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_FAVOURITES = "favourites"

_EXPECTED_STARS = 'Send {"pictures": ["..."], "is_favourite": true}.'


@dataclass(frozen=True, slots=True)
class GalleryDependencies:
    """What the page needs: whose pictures there are, and what finds them."""

    quotas: Quotas
    gallery: Gallery
    search: PictureSearch
    pictures: Pictures
    jobs: Jobs
    collections: Collections
    clock: Clock


class OwnPictures:
    """Finds the pictures of a visitor. A browser that comes for the first time has none, and no account either."""

    def __init__(self, dependencies: GalleryDependencies) -> None:
        self._dependencies = dependencies
        self.clock = dependencies.clock

    async def account(self, visitor: Visitor) -> AccountId | None:
        """Return whose pictures a visitor sees."""
        account = None if visitor.is_new else await self._dependencies.quotas.find_account(visitor.person)
        return None if account is None else account.id

    async def page(self, visitor: Visitor, query: PictureQuery, before: PictureId | None) -> dict[str, object]:
        """Return a page of the visitor's pictures, and with the first one all collections."""
        account = await self.account(visitor)
        if account is None:
            return {"pictures": [], "has_more": False, "collections": []}
        collections = {} if before else {"collections": await self._collections(account)}
        return await read_page(self._dependencies.search, self._dependencies.jobs, account, query, before) | collections

    async def find_chosen(self, visitor: Visitor, ids: tuple[PictureId, ...]) -> tuple[Picture, ...]:
        """Return the pictures among these that are the visitor's own, in that order and whatever their state."""
        account = await self.account(visitor)
        found = () if account is None else await self._dependencies.pictures.find_owned(account, ids)
        by_id = {one.id: one for one in found}
        return tuple(by_id[id_] for id_ in dict.fromkeys(ids) if id_ in by_id)

    async def star(self, visitor: Visitor, ids: tuple[PictureId, ...], *, is_favourite: bool) -> list[PictureId]:
        """Make pictures favourites, or no favourites any more, and return those that are there."""
        seen = [one for one in await self.find_chosen(visitor, ids) if one.state is PictureState.VISIBLE]
        await self._dependencies.gallery.star(seen, is_favourite=is_favourite)
        return [one.id for one in seen]

    async def _collections(self, account: AccountId) -> list[dict[str, object]]:
        listed = await self._dependencies.collections.list_visible(account, HOUSE)
        mine = [one for one in listed if one.collection.account == account]
        return [{"id": one.collection.id, "name": one.collection.name, "pictures": one.pictures} for one in mine]


async def read_page(
    search: PictureSearch, jobs: Jobs, account: AccountId, query: PictureQuery, before: PictureId | None
) -> dict[str, object]:
    """Return what a page of the grid is made of: its tiles, and whether there are more."""
    found = await search.find(account, query, most=A_PAGE + 1, before=before)
    shown = found[:A_PAGE]
    asked = {job.id: job for job in await jobs.get_several([JobId(one.job) for one in shown])}
    return {"pictures": [describe_tile(one, asked[JobId(one.job)]) for one in shown], "has_more": len(found) > A_PAGE}


def gallery_routes(own: OwnPictures, web: PageContext) -> APIRouter:
    """Build `/gallery`, and what its script asks for below `/api/gallery`."""
    routes, visitors = APIRouter(), web.visitors

    @routes.api_route("/gallery", methods=["GET", "HEAD"])
    async def show_page(request: Request) -> Response:
        return web.send_page("gallery.html", request)

    @routes.get("/api/gallery")
    async def list_pictures(request: Request) -> Response:
        asked = dict(request.query_params)
        query, before = _read_query(asked, own.clock), asked.get("before", "")
        if before and not _ID.fullmatch(before):
            raise bad_request("That is not the id of a picture.")
        page = await own.page(visitors.identify(request), query, PictureId(before) if before else None)
        return answer(request, page)

    @routes.post("/api/gallery/favourites")
    async def star(request: Request) -> Response:
        fields = await read_json_body(request, _EXPECTED_STARS)
        is_favourite = fields.get("is_favourite")
        if not isinstance(is_favourite, bool):
            raise bad_request(_EXPECTED_STARS)
        ids = read_chosen(fields.get("pictures"), _EXPECTED_STARS)
        changed = await own.star(visitors.identify(request), ids, is_favourite=is_favourite)
        return answer(request, {"pictures": changed})

    return routes


def answer(request: Request, facts: Mapping[str, object]) -> Response:
    """Return a response with facts about somebody's pictures, which no cache on the way keeps."""
    body, headers = compress_text(request, json.dumps(facts, ensure_ascii=False, separators=(",", ":")))
    return Response(body, media_type="application/json", headers=headers | {"Cache-Control": "no-store"})


def describe_tile(picture: Picture, job: Job) -> dict[str, object]:
    """Return what is said of a picture wherever it is one of many."""
    return {
        "id": picture.id,
        "file": picture_path(picture).removeprefix("/"),
        "width": picture.file.width,
        "height": picture.file.height,
        "is_favourite": picture.starred_at is not None,
        "words": posts.title(job),
        "at": (job.kept_at or job.created_at).isoformat(),
    }


def read_chosen(value: object, expected: str) -> tuple[PictureId, ...]:
    """Return the ids of pictures.

    Raises:
        HTTPException: They are not what `expected` says, or too many.
    """
    if not isinstance(value, list) or not value or not all(is_text(id_) and _ID.fullmatch(id_) for id_ in value):
        raise bad_request(expected)
    if len(value) > MOST_CHOSEN:
        raise bad_request(f"At most {MOST_CHOSEN} pictures can be chosen at once, and these are {len(value)}.")
    return tuple(PictureId(id_) for id_ in value)


def _read_query(asked: Mapping[str, str], clock: Clock) -> PictureQuery:
    """Return what is looked for.

    Raises:
        HTTPException: It makes no sense.
    """
    typed, days, collection = asked.get("words", "").strip(), asked.get("days", ""), asked.get("collection", "")
    if len(typed) > _LONGEST_WORDS:
        raise bad_request(
            f"That is {len(typed):,} characters long and {_LONGEST_WORDS} is the most; please look for fewer words."
        )
    words = search_words(typed)
    if typed and not words:
        raise bad_request("There are only signs in that, and pictures are found by words.")
    if days and not (days.isascii() and days.isdecimal() and len(days) <= len(str(_MOST_DAYS)) and 0 < int(days) <= _MOST_DAYS):
        raise bad_request(f"Days are a number from 1 to {_MOST_DAYS}.")
    if collection and not _ID.fullmatch(collection):
        raise bad_request("That is not the id of a collection.")
    return PictureQuery(
        words=words,
        since=clock.now() - timedelta(days=int(days)) if days else None,
        only_favourites=asked.get("only") == _FAVOURITES,
        collection=CollectionId(collection) if collection else None,
    )
