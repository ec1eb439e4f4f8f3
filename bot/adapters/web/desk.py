"""Where calls come in: one POST is one call, and its reply holds what only the caller may read."""

import asyncio
import json
from datetime import timedelta
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from bot.adapters.web.asking import Asking, read_asking
from bot.adapters.web.call import WebCall
from bot.adapters.web.handouts import Handouts
from bot.adapters.web.names import resolve_name
from bot.adapters.web.problems import problem
from bot.adapters.web.render import Asked, label_in, listed
from bot.adapters.web.surface import WEB, WebSurface
from bot.adapters.web.visitors import Visitors
from bot.commands.dispatcher import Dispatcher
from bot.domain.chat import MessageRef, Place, Post, Tone
from bot.errors import BadInput

_BUDGET = timedelta(seconds=30)


def desk_routes(
    *, dispatcher: Dispatcher, surface: WebSurface, visitors: Visitors, handouts: Handouts, channel: str
) -> APIRouter:
    """Build `POST /api/calls`."""
    routes = APIRouter()
    place = Place(WEB, "", channel)

    @routes.post("/api/calls")
    async def take_call(request: Request) -> Response:
        visitor = visitors.meet(request)
        asking = await read_asking(request)
        message, asked = await _context(surface, place, asking)
        key = f"{WEB}:{visitor.person.identity.user}:{asking.key}"
        call = WebCall(surface, dispatcher.commands, key=key, person=visitor.person, place=place, asked=asked, message=message)
        try:
            async with asyncio.timeout(_BUDGET.total_seconds()):
                await _dispatch(dispatcher, asking, call, surface)
        except TimeoutError:
            return problem(HTTPStatus.GATEWAY_TIMEOUT, "That took too long to accept; please send it again, it counts only once.")
        response = _reply(call, handouts)
        visitors.remember(visitor, response)
        return response

    return routes


async def _dispatch(dispatcher: Dispatcher, asking: Asking, call: WebCall, surface: WebSurface) -> None:
    if asking.action:
        await dispatcher.press(asking.action, call)
        return
    try:
        addressed = await resolve_name(asking.line, dispatcher.commands, surface.messages, call.place.channel)
    except BadInput as error:
        await call.whisper(Post(error.user_text, Tone.REFUSED, error.kind))
        return
    call.names = addressed.names
    await dispatcher.dispatch_line(addressed.line, call)


async def _context(surface: WebSurface, place: Place, asking: Asking) -> tuple[MessageRef | None, Asked]:
    """Give the message whose button was pressed, and what to show as asked.

    A message is only believed if it carries that button: else a page could
    have a command of its own job change somebody else's message.
    """
    if not asking.action:
        return None, Asked(asking.line.strip())
    stored = await surface.messages.get(asking.message) if asking.message else None
    label = label_in(stored.body, asking.action) if stored else None
    if stored is None or label is None:
        return None, Asked(asking.action.partition(":")[0].capitalize(), is_press=True)
    return MessageRef(place, stored.id), Asked(label, is_press=True)


def _reply(call: WebCall, handouts: Handouts) -> Response:
    answered = json.dumps(call.answered.id if call.answered else None)
    notes = listed([handouts.note(call.person.identity.user, note) for note in call.finish()])
    fill = json.dumps(call.fill or None, ensure_ascii=False)
    content = f'{{"answered":{answered},"notes":{notes},"fill":{fill}}}'
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})
