"""Pictures behind addresses, as gateways answer with them, and what an address may lead to instead."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.fakes.openai.pictures import png
from tests.fakes.openai.wire import STATE, cut, drip

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_MEGABYTE = b"\x00" * 1_000_000
_SIDE = 256
_TROUBLES = (404, 503)


def file_routes() -> list[web.RouteDef]:
    """Return the routes below `/files/`. None of them wants a key, and each notes that it was asked."""
    handlers = {
        "picture": _picture,
        "hops/{left}": _hop,
        "to": _to,
        "huge": _huge,
        "slow": _slow,
        "squeezed": _squeezed,
        "missing": _missing,
        "late": _late,
    }
    return [web.get(f"/files/{name}", _noted(handler)) for name, handler in handlers.items()]


def _noted(handler: Handler) -> Handler:
    async def note_and_answer(request: web.Request) -> web.StreamResponse:
        state = request.app[STATE]
        headers = {name.lower(): value for name, value in request.headers.items()}
        await state.note(lambda: state.fetched.append((request.path, headers)))
        return await handler(request)

    return note_and_answer


async def _picture(request: web.Request) -> web.Response:
    content = await asyncio.to_thread(png, _SIDE, _SIDE, request.app[STATE].options.picture_bytes, "served")
    return web.Response(body=content, content_type="text/html")


async def _hop(request: web.Request) -> web.Response:
    left = int(request.match_info["left"])
    return web.Response(status=302, headers={"Location": f"/files/hops/{left - 1}" if left > 1 else "/files/picture"})


async def _to(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": request.query["address"]})


async def _huge(request: web.Request) -> web.StreamResponse:
    """Send for ever, without saying how much there is."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(_MEGABYTE)


async def _slow(request: web.Request) -> web.StreamResponse:
    return await drip(request, b"\x89PNG" * 100_000, "image/png")


async def _squeezed(request: web.Request) -> web.Response:
    response = web.Response(body=b"\x00" * 100_000)
    response.enable_compression(web.ContentCoding.gzip)
    return response


async def _late(request: web.Request) -> web.Response:
    """Be there at the fourth asking."""
    asked = sum(path == request.path for path, _ in request.app[STATE].fetched)
    if asked <= len(_TROUBLES):
        return web.Response(status=_TROUBLES[asked - 1])
    return cut(request) if asked == len(_TROUBLES) + 1 else await _picture(request)


async def _missing(request: web.Request) -> web.Response:
    return web.Response(status=404)
