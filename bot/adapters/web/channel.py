"""The channel as it is read: who you are here, pages of messages, previews, and the stream of events."""

import json
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from bot.adapters.web.compression import compress_text
from bot.adapters.web.event_streams import EventStreams, View
from bot.adapters.web.live_channel import LiveChannel
from bot.adapters.web.page_context import PageContext
from bot.adapters.web.problems import problem
from bot.adapters.web.rendering import json_list, render_view
from bot.adapters.web.security import is_this_machine
from bot.adapters.web.visitors import Visitor, visitor_name
from bot.ports.page_messages import PageMessage

_PAGE = 30
"""Messages that the page gets at once."""

_LONGEST_ID = 64

_OWN_VIEW = "mine"
"""The view of what is one's own and of what nobody's is; without it one sees the whole room."""


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """The channel's name, its top bar's lines, and which commands' buttons are for a message's author, or for all others.

    The buttons of `picture_commands` can be about one of a message's pictures too. `is_unset` says that no model draws yet.
    """

    channel: str
    notices: tuple[str, ...]
    author_commands: frozenset[str] = frozenset()
    others_commands: frozenset[str] = frozenset()
    picture_commands: frozenset[str] = frozenset()
    is_unset: bool = False


def channel_routes(live: LiveChannel, channel_info: ChannelInfo, web: PageContext) -> APIRouter:
    """Return `/api/channel`, `/api/messages`, `/previews` and `/events`. Moderators see what pictures cost."""
    routes, visitors, is_admin_or_owner = APIRouter(), web.visitors, web.dispatcher.is_admin_or_owner
    events = EventStreams(live.feed, channel_info.channel)

    @routes.get("/api/channel")
    async def describe(request: Request) -> Response:
        visitor = visitors.identify(request)
        facts = _describe(channel_info, visitor, request, is_admin=await is_admin_or_owner(visitor.person))
        response = _json_response(request, json.dumps(facts, ensure_ascii=False))
        visitors.remember(visitor, response)
        return response

    @routes.get("/api/messages")
    async def page(request: Request, before: str | None = None, view: str = "") -> Response:
        if before is not None and not 0 < len(before) <= _LONGEST_ID:
            return problem(HTTPStatus.BAD_REQUEST, "That is not the id of a message.")
        visitor = visitors.identify(request)
        render, author = await view_for(visitor), visitor.person.identity.user if view == _OWN_VIEW else None
        version = await live.feed.head(channel_info.channel)
        messages = await live.messages.page(channel_info.channel, most=_PAGE + 1, before=before, author=author)
        views = json_list([render(message) for message in messages[-_PAGE:]])
        has_more = json.dumps(len(messages) > _PAGE)
        return _json_response(request, f'{{"version":{version},"has_more":{has_more},"messages":{views}}}')

    @routes.get("/previews/{message}/{preview}")
    async def show_preview(message: str, preview: str) -> Response:
        newest = live.previews.newest(message)
        if newest is None or newest.id != preview:
            return problem(HTTPStatus.NOT_FOUND, "That preview is over; the message shows what came of it.")
        return Response(newest.content, media_type=newest.media_type, headers={"Cache-Control": "no-store"})

    @routes.get("/events")
    async def listen(request: Request, since: str | None = None) -> Response:
        visitor = visitors.identify(request)
        start = request.headers.get("last-event-id") or since
        return await events.open(start, await view_for(visitor))

    async def view_for(visitor: Visitor) -> View:
        knows_cost = await is_admin_or_owner(visitor.person)
        return lambda message: render_for_visitor(visitor, message, live, channel_info, knows_cost=knows_cost)

    return routes


def _describe(channel_info: ChannelInfo, visitor: Visitor, request: Request, *, is_admin: bool) -> dict[str, object]:
    return {
        "channel": channel_info.channel,
        "notices": channel_info.notices,
        "you": visitor.person.name,
        "visitor": visitor.tag,
        "picture_commands": sorted(channel_info.picture_commands),
        "is_admin": is_admin,
        # Who opens the page on the machine itself is probably who will set it up; the page for that asks for a proof.
        "offers_setup": channel_info.is_unset and (is_admin or is_this_machine(request.headers.get("host", ""))),
    }


def render_for_visitor(
    visitor: Visitor, message: PageMessage, live: LiveChannel, channel_info: ChannelInfo, *, knows_cost: bool
) -> str:
    """Return a message as JSON for one visitor; ids of identities are never sent, only names.

    A message without an author, such as a picture that came late, may be
    anybody's: whether a button may be pressed is checked when it is.
    """
    is_mine = message.author == visitor.person.identity.user
    return render_view(
        message,
        author=visitor_name(message.author),
        is_mine=is_mine,
        knows_cost=knows_cost,
        hidden=_unusable_commands(message, channel_info, is_mine=is_mine),
        preview=live.previews.link(message.id),
    )


def _unusable_commands(message: PageMessage, channel_info: ChannelInfo, *, is_mine: bool) -> frozenset[str]:
    if is_mine:
        return channel_info.others_commands
    return channel_info.author_commands if message.author else frozenset()


def _json_response(request: Request, content: str) -> Response:
    body, headers = compress_text(request, content)
    return Response(body, media_type="application/json", headers=headers | {"Cache-Control": "no-store"})
