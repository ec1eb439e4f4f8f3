"""Answers on the wire, whole ones and broken ones."""

import asyncio
import functools
import json
import zlib
from collections.abc import Mapping

from aiohttp import web

from tests.fakes.openai.error_replies import ErrorReply
from tests.fakes.openai.faults import Fault, Kind
from tests.fakes.openai.state import State

STATE = web.AppKey("state", State)
_DRIP = 16
_MEGABYTE = b"x" * 1024 * 1024
_MEGABYTES_OF_A_BOMB = 136
"""One picture with one preview may have 128."""


def whole(body: object) -> web.Response:
    """Answer 200 with JSON."""
    return web.json_response(body)


def send_error(complaint: ErrorReply) -> web.Response:
    """Answer with an error."""
    if isinstance(complaint.body, str):
        return web.Response(status=complaint.status, text=complaint.body, content_type="text/html", headers=complaint.headers)
    return web.json_response(complaint.body, status=complaint.status, headers=complaint.headers)


def garbage() -> web.Response:
    """Answer 200 with something that only looks like JSON."""
    return web.Response(text='{"created": 1, "data": [{"b64_js', content_type="application/json")


def cut(request: web.Request) -> web.Response:
    """Cut the connection. What is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def packed_bomb(beginning: str) -> web.Response:
    """Answer with far too much in a small parcel."""
    return web.Response(body=_packed(beginning), headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})


@functools.cache
def _packed(beginning: str) -> bytes:
    packer = zlib.compressobj(1, wbits=zlib.MAX_WBITS | 16)
    begun = packer.compress(beginning.encode())
    return begun + b"".join(packer.compress(_MEGABYTE) for _ in range(_MEGABYTES_OF_A_BOMB)) + packer.flush()


def instead_of_an_answer(request: web.Request, fault: Fault) -> web.Response | None:
    """Return what an accepted call gets when the fault leaves no answer at all."""
    match fault.kind:
        case Kind.GARBAGE:
            return garbage()
        case Kind.CUT_AFTER_PAID:
            return cut(request)
        case Kind.PACKED_BOMB:
            return packed_bomb(fault.says)
        case Kind.ERROR_IN_200:
            return whole({"error": {"message": "upstream failed", "type": "server_error", "code": fault.code, "param": None}})
    return None


async def send(request: web.Request, body: object, fault: Fault) -> web.StreamResponse:
    """Send an answer as JSON, whole unless the fault breaks it on its way."""
    match fault.kind:
        case Kind.CUT_MID_BODY:
            return await half(request, body)
        case Kind.MISLABELED:
            return web.Response(body=json.dumps(body).encode(), content_type=fault.says)
        case Kind.SLOW_DRIP:
            return await drip(request, json.dumps(body).encode(), "application/json")
    return whole(body)


async def half(request: web.Request, body: object) -> web.StreamResponse:
    """Begin an answer, and cut the connection in the middle of it."""
    content = json.dumps(body).encode()
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(content))})
    await response.prepare(request)
    await response.write(content[: len(content) // 2])
    cut(request)
    return response


async def drip(request: web.Request, content: bytes, content_type: str) -> web.StreamResponse:
    """Send a few bytes at a time, until all are sent or the client has had enough."""
    response = web.StreamResponse(headers={"Content-Type": content_type, "Content-Length": str(len(content))})
    await response.prepare(request)
    for start in range(0, len(content), _DRIP):
        await response.write(content[start : start + _DRIP])
        await asyncio.sleep(0.02)
    return response


class ServerSentEvents:
    """A stream of server-sent events."""

    def __init__(self, request: web.Request, content_type: str = "text/event-stream; charset=utf-8") -> None:
        self._request = request
        self._response = web.StreamResponse(headers={"Content-Type": content_type})

    async def begin(self) -> None:
        """Send the headers."""
        await self._response.prepare(self._request)

    async def send(self, event: Mapping[str, object]) -> None:
        """Send one."""
        await self.send_raw(str(event.get("type", "")), json.dumps(event))

    async def send_raw(self, name: str, data: str) -> None:
        """Send one whose data may be anything."""
        await self.send_bytes(f"event: {name}\ndata: {data}\n\n".encode())

    async def send_bytes(self, content: bytes) -> None:
        """Send what may be no event at all."""
        await self._response.write(content)

    def response(self) -> web.StreamResponse:
        """Return what the handler returns."""
        return self._response
