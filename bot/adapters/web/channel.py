"""The channel as it is read: who you are here, pages of messages, previews, and the stream of events."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from bot.adapters.web.events import Events, View
from bot.adapters.web.packing import pack
from bot.adapters.web.problems import problem
from bot.adapters.web.render import listed, view_of
from bot.adapters.web.surface import WebSurface
from bot.adapters.web.visitors import Visitor, Visitors, guest_name
from bot.domain.people import Person
from bot.ports.messages import StoredMessage

_PAGE = 30
"""Messages that the page gets at once."""

_LONGEST_ID = 64

_MINE = "mine"
"""The view of what is one's own and of what nobody's is; without it one sees the whole room."""


@dataclass(frozen=True, slots=True)
class Room:
    """The channel's name, the lines that its top bar shows, and the commands whose buttons are for a message's author."""

    channel: str
    notices: tuple[str, ...]
    for_authors: frozenset[str] = frozenset()


def channel_routes(
    *, surface: WebSurface, visitors: Visitors, room: Room, is_admin_or_owner: Callable[[Person], Awaitable[bool]]
) -> APIRouter:
    """Build `/api/channel`, `/api/messages`, `/previews` and `/events`. Who is in charge reads what pictures cost."""
    routes = APIRouter()
    events = Events(surface, room.channel)

    @routes.get("/api/channel")
    async def describe(request: Request) -> Response:
        visitor = visitors.meet(request)
        facts = {"channel": room.channel, "notices": room.notices, "you": visitor.person.name}
        response = _json(request, json.dumps(facts, ensure_ascii=False))
        visitors.remember(visitor, response)
        return response

    @routes.get("/api/messages")
    async def page(request: Request, before: str | None = None, view: str = "") -> Response:
        if before is not None and not 0 < len(before) <= _LONGEST_ID:
            return problem(HTTPStatus.BAD_REQUEST, "That is not the id of a message.")
        visitor = visitors.meet(request)
        see, author = await view_for(visitor), visitor.person.identity.user if view == _MINE else None
        version = await surface.feed.head(room.channel)
        messages = await surface.messages.page(room.channel, most=_PAGE + 1, before=before, author=author)
        views = listed([see(message) for message in messages[-_PAGE:]])
        has_more = json.dumps(len(messages) > _PAGE)
        return _json(request, f'{{"version":{version},"has_more":{has_more},"messages":{views}}}')

    @routes.get("/previews/{message}/{preview}")
    async def show_preview(message: str, preview: str) -> Response:
        newest = surface.previews.newest(message)
        if newest is None or newest.id != preview:
            return problem(HTTPStatus.NOT_FOUND, "That preview is over; the message shows what came of it.")
        return Response(newest.content, media_type=newest.media_type, headers={"Cache-Control": "no-store"})

    @routes.get("/events")
    async def listen(request: Request, since: str | None = None) -> Response:
        visitor = visitors.meet(request)
        start = request.headers.get("last-event-id") or since
        return await events.open(start, await view_for(visitor))

    async def view_for(visitor: Visitor) -> View:
        knows_cost = await is_admin_or_owner(visitor.person)
        return lambda message: seen_by(visitor, message, surface, room, knows_cost=knows_cost)

    return routes


def seen_by(visitor: Visitor, message: StoredMessage, surface: WebSurface, room: Room, *, knows_cost: bool) -> str:
    """Give a message as JSON for one visitor; users of identities are never sent, only names.

    What is posted without an author, such as a picture that came late, may be
    anybody's: whether a button is theirs to press is found when they do.
    """
    is_mine = message.author == visitor.person.identity.user
    return view_of(
        message,
        author=guest_name(message.author),
        is_mine=is_mine,
        knows_cost=knows_cost,
        hidden=frozenset() if is_mine or not message.author else room.for_authors,
        preview=surface.previews.link(message.id),
    )


def _json(request: Request, content: str) -> Response:
    body, headers = pack(request, content)
    return Response(body, media_type="application/json", headers=headers | {"Cache-Control": "no-store"})
