"""The page on which a part of a picture is marked: who opens it, and what they send."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response

from bot.adapters.web.call import WebCall
from bot.adapters.web.call_request import FORM_HEADER, bad_request, is_text, read_json_body
from bot.adapters.web.forms import Forms, is_form, read_texts
from bot.adapters.web.page_context import PageContext
from bot.adapters.web.place_call import PlaceCall
from bot.adapters.web.problems import problem
from bot.adapters.web.rendering import AskedText
from bot.adapters.web.surface import WEB
from bot.commands.part import MarkedPart, PartEditing
from bot.domain.people import Platform
from bot.domain.pictures import Picture
from bot.ports.surfaces import Surface
from bot.services.part_links import PartEdit, call_key
from bot.services.picture_links import picture_path

_TIMEOUT = timedelta(seconds=30)
_LONGEST_CODE = 200
_MASK = "mask"
_EXPECTED_CODE = 'Send {"code": "..."}.'
_EXPECTED_WISH = "Send a form with code, words and mask."


@dataclass(frozen=True, slots=True)
class PartDependencies:
    """What the page for parts needs: who may change what, and where the result is shown."""

    editing: PartEditing
    surfaces: Mapping[Platform, Surface]


def part_routes(dependencies: PartDependencies, web: PageContext) -> APIRouter:
    """Build `/part`, and what its script asks for below `/api/part`."""
    routes = APIRouter()
    editing, visitors, forms = dependencies.editing, web.visitors, Forms()

    @routes.api_route("/part", methods=["GET", "HEAD"])
    async def show_page(request: Request) -> Response:
        return web.send_page("part.html", request)

    @routes.post("/api/part/session")
    async def open_session(request: Request) -> Response:
        visitor = visitors.identify(request)
        code = _read_code(await read_json_body(request, _EXPECTED_CODE))
        edit, picture = await editing.open(visitor.person.identity, code)
        response = _json(_describe(edit, picture))
        visitors.remember(visitor, response)
        return response

    @routes.post("/api/part/wishes")
    async def take_wish(request: Request) -> Response:
        visitor = visitors.identify(request).person.identity
        code, marked = await _read_wish(request, forms)
        edit = await editing.find(visitor, code)
        call = _call_of(edit, call_key(code), marked.words)
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                await editing.send(marked, edit, call)
        except TimeoutError:
            return problem(HTTPStatus.GATEWAY_TIMEOUT, "That took too long to accept; please send it again, it counts only once.")
        await editing.close(visitor, code)
        notes = call.finish() if isinstance(call, WebCall) else call.notes
        return _json({"notes": [note.text for note in notes]})

    def _call_of(edit: PartEdit, key: str, words: str) -> WebCall | PlaceCall:
        if edit.place.platform != WEB:
            return PlaceCall(dependencies.surfaces, key=key, person=edit.person, place=edit.place)
        asked = AskedText(words.strip())
        return WebCall(web.surface, web.dispatcher.commands, key=key, person=edit.person, place=edit.place, asked=asked)

    return routes


def _json(facts: Mapping[str, object]) -> Response:
    content = json.dumps(facts, ensure_ascii=False)
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})


def _describe(edit: PartEdit, picture: Picture) -> dict[str, object]:
    file = picture.file
    is_here = edit.place.platform == WEB
    return {
        "picture": picture_path(picture).removeprefix("/"),
        "width": file.width,
        "height": file.height,
        "person": edit.person.name,
        "is_here": is_here,
    }


def _read_code(fields: Mapping[str, object]) -> str:
    """Return the code of a link.

    Raises:
        HTTPException: There is none.
    """
    code = fields.get("code")
    if not isinstance(code, str) or not is_text(code) or not 0 < len(code) <= _LONGEST_CODE:
        raise bad_request(_EXPECTED_CODE)
    return code


async def _read_wish(request: Request, forms: Forms) -> tuple[str, MarkedPart]:
    """Return the code of a link, and what is sent by it.

    Raises:
        HTTPException: It is not what it should be.
    """
    if not is_form(request) or FORM_HEADER not in request.headers:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _EXPECTED_WISH)
    parts = await forms.read(request)
    masks = [one.content for one in parts if one.name == _MASK]
    texts = read_texts(parts, {_MASK})
    if len(masks) != 1 or set(texts) != {"code", "words"}:
        raise bad_request(_EXPECTED_WISH)
    return _read_code(texts), MarkedPart(texts["words"], masks[0])
