"""`POST /api/calls`: one request is one call; the response carries the private replies."""

import asyncio
import json
from datetime import timedelta
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from bot.adapters.web.call import ASK_EDIT, EDIT, EDITED, WebCall
from bot.adapters.web.call_request import CallRequest, read_call_request
from bot.adapters.web.forms import Forms
from bot.adapters.web.languages import preferred_language
from bot.adapters.web.names import resolve_name
from bot.adapters.web.page_context import PageContext
from bot.adapters.web.private_files import PrivateFiles
from bot.adapters.web.problems import problem
from bot.adapters.web.rendering import AskedText, json_list, label_in
from bot.adapters.web.surface import WEB, WebSurface
from bot.commands.dispatcher import Dispatcher
from bot.commands.translations import load_translations
from bot.commands.typed_line import is_plain
from bot.domain.chat import MessageRef, Place, Post, Tone
from bot.errors import BadInput

_TIMEOUT = timedelta(seconds=30)


def call_routes(web: PageContext) -> APIRouter:
    """Return the route `POST /api/calls`."""
    routes = APIRouter()
    dispatcher, surface, visitors, forms = web.dispatcher, web.surface, web.visitors, Forms()
    translations = load_translations()

    @routes.post("/api/calls")
    async def take_call(request: Request) -> Response:
        visitor = visitors.identify(request)
        call_request = await read_call_request(request, forms)
        await web.newcomers.admit(request, visitor)
        message, asked = await _find_pressed(surface, dispatcher, web.place, call_request)
        key = f"{WEB}:{visitor.person.identity.user}:{call_request.key}"
        call = WebCall(
            surface,
            dispatcher.commands,
            key=key,
            person=visitor.person,
            place=web.place,
            asked=asked,
            message=message,
            texts=translations.for_locale(preferred_language(request, translations.texts_by_language)),
        )
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                await _dispatch(dispatcher, call_request, call, surface)
        except TimeoutError:
            return problem(HTTPStatus.GATEWAY_TIMEOUT, "That took too long to accept; please send it again, it counts only once.")
        response = await _reply(call, web.private_files)
        visitors.remember(visitor, response)
        return response

    return routes


async def _dispatch(dispatcher: Dispatcher, call_request: CallRequest, call: WebCall, surface: WebSurface) -> None:
    if call_request.action:
        await dispatcher.press(call_request.action, call)
        return
    if call_request.command:
        await dispatcher.dispatch(call_request.command, call_request.options, call)
        return
    try:
        addressed = await resolve_name(call_request.line, dispatcher.commands, surface.messages, call.place.channel)
    except BadInput as error:
        await call.whisper(Post(error.user_text, Tone.REFUSED, error.kind))
        return
    call.names = addressed.names
    if call_request.reply and is_plain(addressed.line):
        pictures = {"picture": call_request.pictures} if call_request.pictures else {}
        await dispatcher.dispatch(EDIT, {"words": addressed.line, EDITED: call_request.reply, **pictures}, call)
        return
    await dispatcher.dispatch_line(addressed.line, call, call_request.pictures)


async def _find_pressed(
    surface: WebSurface, dispatcher: Dispatcher, place: Place, call_request: CallRequest
) -> tuple[MessageRef | None, AskedText]:
    """Return the message whose button was pressed, or whose picture the line is about, and what to show as asked.

    A message is only believed if it carries that button, or the one that the
    line came of: else a page could have a command of its own job change
    somebody else's message.
    """
    if not call_request.action:
        asked = f"/{call_request.command}" if call_request.command else call_request.line.strip()
        return await _find_answered(surface, place, call_request), AskedText(asked)
    stored = await surface.messages.get(call_request.message) if call_request.message else None
    label = label_in(stored.body, call_request.action) if stored else None
    if stored is None or label is None:
        return None, AskedText(_spell(call_request.action, dispatcher), is_press=True)
    return MessageRef(place, stored.id), AskedText(label, is_press=True)


async def _find_answered(surface: WebSurface, place: Place, call_request: CallRequest) -> MessageRef | None:
    """Return the message that a reply is to: it may be turned, so that the picture alone does not say which it is."""
    stored = await surface.messages.get(call_request.message) if call_request.message else None
    is_to_it = stored is not None and label_in(stored.body, f"{ASK_EDIT}:{call_request.reply}") is not None
    return MessageRef(place, stored.id) if stored is not None and is_to_it else None


def _spell(action: str, dispatcher: Dispatcher) -> str:
    """Return the command of a button in a private note, which is not kept, as somebody would type it."""
    command = dispatcher.commands.get(action.partition(":")[0])
    return command.summary if command is not None else "a button"


async def _reply(call: WebCall, private_files: PrivateFiles) -> Response:
    answered = json.dumps(call.answered.id if call.answered else None)
    notes = json_list([await private_files.render_note(call.person.identity.user, note) for note in call.finish()])
    fill = json.dumps(call.fill or None, ensure_ascii=False)
    settled = "null" if call.settled is None else await private_files.render_note(call.person.identity.user, call.settled)
    reply, form = json.dumps(call.reply or None), json.dumps(call.form, ensure_ascii=False)
    content = f'{{"answered":{answered},"notes":{notes},"settled":{settled},"fill":{fill},"reply":{reply},"form":{form}}}'
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})
