"""Share pages: `/s/<id>`, what crawlers read on them, oEmbed, and reports from there."""

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from bot.adapters.web.call import WebCall
from bot.adapters.web.collection_view import CollectionView
from bot.adapters.web.page_context import PageContext
from bot.adapters.web.problems import problem, problem_for
from bot.adapters.web.rendering import AskedText
from bot.adapters.web.security import SAFE_HEADERS
from bot.adapters.web.share_view import ShareView, describe_share
from bot.adapters.web.surface import WEB
from bot.adapters.web.visitors import Visitor
from bot.domain.chat import Place
from bot.domain.collections import CollectionAudience
from bot.domain.reports import ReportReason
from bot.domain.shares import ShareId
from bot.errors import StorageFailed
from bot.ports.collections import Collections
from bot.services.picture_links import PictureLinks
from bot.services.sharing import SharedPicture, Sharing

_TIMEOUT = timedelta(seconds=10)
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SHARE_PATH = re.compile(r".*/s/([A-Za-z0-9_-]{1,64})")
_LONGEST_ADDRESS = 2000
_MOST_SHOWN = 60
"""Pictures of a collection that its page shows."""


_SENTENCES = {
    HTTPStatus.GONE: "This is not shared any more.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
}
_AWAY = "This page cannot be shown right now; please try again in a minute."

_A_SECOND = "public, max-age=1"
"""Whoever revokes a page means at once, so nobody keeps it longer."""

_HEADERS = {
    "Cache-Control": _A_SECOND,
    "X-Robots-Tag": "noindex",
    # Its reports are forms, which work without a script; browsers name their origin only where they may.
    "Content-Security-Policy": SAFE_HEADERS["Content-Security-Policy"].replace("form-action 'none'", "form-action 'self'"),
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class ShareDependencies:
    """What share pages need: what is shared, and under which links."""

    sharing: Sharing
    links: PictureLinks
    collections: Collections


class SharePages:
    """Serves share pages; one whose picture is hidden, removed or not shared any more shows nothing of it."""

    def __init__(self, dependencies: ShareDependencies, web: PageContext) -> None:
        self._sharing = dependencies.sharing
        self._links = dependencies.links
        self._collections = dependencies.collections
        self._dispatcher = web.dispatcher
        self._surface = web.surface
        self._version = web.assets.version

    async def show(self, request: Request, id_: str) -> Response:
        """Return the page."""
        try:
            found = await self._find(id_)
        except (StorageFailed, TimeoutError):
            return problem_for(request, HTTPStatus.SERVICE_UNAVAILABLE, _AWAY, retry_after=30)
        if isinstance(found, HTTPStatus):
            return problem_for(request, found, _SENTENCES[found])
        if isinstance(found, CollectionView):
            return HTMLResponse(found.page, headers=_HEADERS)
        view = ShareView(describe_share(found, self._links), self._links.share(ShareId(id_)), self._version)
        return HTMLResponse(view.page, headers=_HEADERS)

    async def report(self, request: Request, id_: str, reason: ReportReason, visitor: Visitor) -> Response:
        """Report a picture as a visitor of the page, who is no member of where it was asked for, and return what follows."""
        found = await self._find(id_)
        if isinstance(found, HTTPStatus):
            return problem_for(request, found, _SENTENCES[found])
        shown = found.pictures if isinstance(found, CollectionView) else (found.picture,)
        named = request.query_params.get("picture", shown[0].id)
        picture = next((one for one in shown if one.id == named), None)
        if picture is None:
            return problem_for(request, HTTPStatus.GONE, _SENTENCES[HTTPStatus.GONE])
        call = WebCall(
            self._surface,
            self._dispatcher.commands,
            key=f"{WEB}:{visitor.person.identity.user}:report:{picture.id}:{reason}",
            person=visitor.person,
            place=Place(WEB, "", visitor.person.identity.user),
            asked=AskedText("Report", is_press=True),
        )
        await self._dispatcher.dispatch("report", {"link": picture.id, "reason": reason}, call)
        return problem_for(request, HTTPStatus.OK, " ".join(note.text for note in call.finish()))

    async def embed(self, address: str) -> Response:
        """Return what oEmbed says of a page's address."""
        path = _SHARE_PATH.fullmatch(_path_of(address))
        found = await self._find(path[1]) if path else HTTPStatus.NOT_FOUND
        if isinstance(found, HTTPStatus):
            return problem(found, _SENTENCES[found])
        said = found.oembed if isinstance(found, CollectionView) else describe_share(found, self._links).oembed
        return JSONResponse(said, headers={"Cache-Control": _A_SECOND})

    async def _find(self, id_: str) -> SharedPicture | CollectionView | HTTPStatus:
        """Return what a page shows, or the status of one that shows nothing."""
        async with asyncio.timeout(_TIMEOUT.total_seconds()):
            share = await self._sharing.get(ShareId(id_)) if _ID.fullmatch(id_) else None
            if share is None:
                return await self._find_collection(ShareId(id_)) if _ID.fullmatch(id_) else HTTPStatus.NOT_FOUND
            return await self._sharing.open(share) or HTTPStatus.GONE

    async def _find_collection(self, page: ShareId) -> CollectionView | HTTPStatus:
        collection = await self._collections.of_page(page)
        if collection is None:
            return HTTPStatus.GONE if await self._collections.is_ended_page(page) else HTTPStatus.NOT_FOUND
        if collection.audience is not CollectionAudience.EVERYBODY:
            return HTTPStatus.GONE
        pictures = await self._collections.pictures(collection.id, _MOST_SHOWN)
        if not pictures:
            return HTTPStatus.GONE
        return CollectionView(collection, pictures, self._links, self._links.share(page), self._version)


def share_routes(dependencies: ShareDependencies, web: PageContext) -> APIRouter:
    """Build `/s/<id>`, `/s/<id>/report/<reason>` and `/oembed`."""
    routes, pages, visitors = APIRouter(), SharePages(dependencies, web), web.visitors

    @routes.api_route("/s/{id_}", methods=["GET", "HEAD"])
    async def show_page(request: Request, id_: str) -> Response:
        return await pages.show(request, id_)

    @routes.post("/s/{id_}/report/{reason}")
    async def report(request: Request, id_: str, reason: ReportReason) -> Response:
        visitor = visitors.identify(request)
        await web.newcomers.admit(request, visitor)
        response = await pages.report(request, id_, reason, visitor)
        visitors.remember(visitor, response)
        return response

    @routes.api_route("/oembed", methods=["GET", "HEAD"])
    async def embed(url: str = "", format: str = "json") -> Response:  # noqa: A002 - as oEmbed calls it
        if format != "json":
            return problem(HTTPStatus.NOT_IMPLEMENTED, "oEmbed is answered as JSON only here.")
        return await pages.embed(url)

    return routes


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path if len(address) <= _LONGEST_ADDRESS else ""
    except ValueError:
        return ""
