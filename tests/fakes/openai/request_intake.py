"""What every request to the API passes: it is numbered, noted, asked for the key, and perhaps sent away."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import BodyPartReader, web

from tests.fakes.openai.error_replies import RefusedError, error_reply, error_reply_for
from tests.fakes.openai.faults import Endpoint, Fault, Kind
from tests.fakes.openai.form_files import look_at
from tests.fakes.openai.state import Json, Seen, State
from tests.fakes.openai.wire import STATE, cut, send_error

Answer = Callable[[web.Request, State, Json, Fault], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

Reader = Callable[[web.Request], Awaitable[Json]]

_NUMBER = web.RequestKey("number", str)
_NUMBERS = {"n", "partial_images", "output_compression"}


def api_handler(endpoint: Endpoint, answer: Answer, read: Reader | None = None) -> Handler:
    """Put the door in front of an endpoint; `read` is for a body of its own kind."""

    async def handler(request: web.Request) -> web.StreamResponse:
        state = request.app[STATE]
        try:
            return await _admit(request, state, endpoint, answer, read or _body)
        except RefusedError as error:
            return send_error(error.complaint)
        except (asyncio.CancelledError, ConnectionError):
            await state.note(state.lose_client)
            raise

    return handler


async def number_answers(request: web.Request, response: web.StreamResponse) -> None:
    """Name the request in its answer, as the real service does."""
    if _NUMBER in request:
        response.headers["x-request-id"] = request[_NUMBER]


async def _admit(request: web.Request, state: State, endpoint: Endpoint, answer: Answer, read: Reader) -> web.StreamResponse:
    request[_NUMBER] = state.new_request_id()
    body = await read(request)
    headers = {name.lower(): value for name, value in request.headers.items() if name.lower() != "authorization"}
    seen = Seen(endpoint=endpoint, path=request.path, headers=headers, body=body, request_id=request[_NUMBER])
    await state.note(lambda: state.seen.append(seen))
    _check_key(request, state)
    fault = state.faults.next(endpoint)
    refused = error_reply_for(fault)
    if refused is not None:
        raise RefusedError(refused)
    if fault.kind is Kind.CUT_BEFORE:
        return cut(request)
    return await answer(request, state, body, fault)


def _check_key(request: web.Request, state: State) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        raise RefusedError(error_reply(401, "You didn't provide an API key.", code=None))
    if state.options.key is not None and key != state.options.key:
        message = f"Incorrect API key provided: {key[:5]}********{key[-4:]}."
        raise RefusedError(error_reply(401, message, code="invalid_api_key"))


async def _body(request: web.Request) -> Json:
    if request.method == "GET" or not request.can_read_body:
        return {}
    if request.content_type == "multipart/form-data":
        return await _form(request)
    try:
        body = await request.json()
    except ValueError:
        raise RefusedError(error_reply(400, "We could not parse the JSON body of your request.", code=None)) from None
    if not isinstance(body, dict):
        raise RefusedError(error_reply(400, "The body of your request is not a JSON object.", code=None))
    return body


async def _form(request: web.Request) -> Json:
    """Read a form: files become what they are, numbers and booleans what they say."""
    body: Json = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        if part.filename is None:
            body[part.name] = _said(part.name, await part.text())
        else:
            files = body.setdefault(part.name, [])
            assert isinstance(files, list)
            files.append(look_at(bytes(await part.read()), part.headers.get("Content-Type", "")))
    return body


def _said(name: str, text: str) -> object:
    if name in _NUMBERS and text.isdigit():
        return int(text)
    return {"true": True, "false": False}.get(text, text)
