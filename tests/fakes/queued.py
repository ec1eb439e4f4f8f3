"""What the fakes of services share that take a call, work on it while nobody waits, and show what became of it by its id."""

import argparse
import asyncio
import base64
import io
import itertools
import math
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from types import MappingProxyType
from typing import Any, Self

from aiohttp import web
from PIL import Image

from tests.fakes.openai.pictures import png
from tests.fakes.queued_call import Fault, Json, Kind, Options, PaidCall, Seen, Trouble

_PATIENCE_SECONDS = 20
_MEGABYTE = b"\x00" * 1024 * 1024
_HUGE = 2048
_LARGEST_BODY = 20 * 1024 * 1024
_MOST_PIXELS = 20_000_000
_HTML = "<!doctype html><title>503</title><h1>We will be back soon</h1>"

_SUBMIT = {Kind.REPLY, Kind.CUT_BEFORE, Kind.CUT_AFTER_PAID, Kind.GARBAGE}
_POLL = {Kind.POLL_REPLY, Kind.POLL_CUT}


class QueuedService:
    """One such service on this machine, in this process or as a program; each fake adds its own routes and rules."""

    key_header = ""
    accepted_status = 200
    troubles: Mapping[Trouble, Fault] = MappingProxyType({})
    """What goes wrong, in the words of the service."""

    def __init__(self, options: Options | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.options = options or Options()
        self.seen: list[Seen] = []
        self.calls: dict[str, PaidCall] = {}
        self.fetched: list[Mapping[str, str]] = []
        self.changed = asyncio.Condition()
        self._is_held = False
        self._faults: deque[Fault] = deque()
        self._numbers = itertools.count(1)
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None

    def routes(self) -> list[web.RouteDef]:
        """Return the service's own routes."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[self._note])
        app.add_routes(
            [
                web.post("/control/faults", self._add_faults),
                web.get("/control/seen", self._tell),
                web.get("/delivery/{id}.png", self._deliver),
                *self.routes(),
            ]
        )
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        listener = socket.create_server((self._host, self._port))
        self._port = listener.getsockname()[1]
        await web.SockSite(self._runner, listener).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def is_stranger(self, request: web.Request) -> bool:
        """Whether there is no bearer token that is accepted."""
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        return scheme != "Bearer" or not key or self.options.key not in {None, key}

    def hold(self) -> None:
        """Begin no call from now on."""
        self._is_held = True

    def go_on(self) -> None:
        """Begin those that were held."""
        self._is_held = False
        for call in self.calls.values():
            if call.begins == math.inf:
                self._begin(call)

    def _begin(self, call: PaidCall) -> None:
        call.begins = math.inf if self._is_held else time.monotonic() + self.options.queue
        call.ends = call.begins + self.options.delay + (call.fate.delay if call.fate else 0.0)

    @property
    def origin(self) -> str:
        """Where it listens."""
        return f"http://{self._host}:{self._port}"

    @property
    def url(self) -> str:
        """What belongs into `base_url`."""
        return self.origin

    @property
    def paid(self) -> list[PaidCall]:
        """Every call that was taken, but for those that were cancelled before anybody worked on them."""
        return [call for call in self.calls.values() if not call.is_cancelled]

    def fail(self, *kinds: Kind | Fault | Trouble) -> None:
        """Have things go wrong, in this order."""
        for kind in kinds:
            fault = self.troubles[kind] if isinstance(kind, Trouble) else Fault(kind=kind) if isinstance(kind, Kind) else kind
            self._faults.extend([fault] * fault.times)

    async def until(self, is_so: Callable[[Self], bool]) -> None:
        """Wait for something to have happened here."""
        async with asyncio.timeout(_PATIENCE_SECONDS), self.changed:
            await self.changed.wait_for(lambda: is_so(self))

    def take_fault(self, kinds: set[Kind]) -> Fault | None:
        """Return the next fault of these kinds, if there is one, and forget it."""
        found = next((fault for fault in self._faults if fault.kind in kinds), None)
        if found is not None:
            self._faults.remove(found)
        return found

    async def accept(
        self, request: web.Request, model: str, body: Json, size: tuple[int, int], answer: Callable[[PaidCall], Json]
    ) -> web.StreamResponse:
        """Take a call, unless something is to go wrong, and answer as the service does."""
        fault = self.take_fault(_SUBMIT)
        if fault is not None and fault.kind is Kind.REPLY:
            return reply(fault)
        if fault is not None and fault.kind is Kind.CUT_BEFORE:
            return cut(request)
        fate = self.take_fault(set(Kind) - _SUBMIT - _POLL)
        id_ = f"{next(self._numbers):08x}-0000-4000-8000-000000000000"
        is_odd = fate is not None and fate.kind is Kind.STATE
        call = PaidCall(id=id_, model=model, body=body, size=size, fate=fate, is_odd=is_odd)
        self._begin(call)
        async with self.changed:
            self.calls[call.id] = call
            self.changed.notify_all()
        if fault is not None and fault.kind is Kind.CUT_AFTER_PAID:
            return cut(request)
        if fault is not None:
            return web.json_response({**answer(call), **fault.body} if fault.body else {}, status=self.accepted_status)
        return web.json_response(answer(call), status=self.accepted_status)

    def poll_trouble(self, request: web.Request) -> web.StreamResponse | None:
        """Return what goes wrong with a question about a call, if something is to."""
        fault = self.take_fault(_POLL)
        if fault is None:
            return None
        return cut(request) if fault.kind is Kind.POLL_CUT else reply(fault)

    def find(self, id_: str) -> PaidCall | None:
        """Return a call, unless it is forgotten."""
        call = self.calls.get(id_)
        return None if call is None or call.fate_of(Kind.FORGET) else call

    def picture_address(self, call: PaidCall, index: int = 0) -> str:
        """Return where a picture of a call is."""
        where = _picture_fate(call)
        if where and where not in {"html", "huge", "gone"}:
            return where
        return f"{self.origin}/delivery/{call.id}.png?sig=s3cr3t&index={index}"

    def draw(self, call: PaidCall, index: int = 0) -> bytes:
        """Return a picture of a call, or what there is instead."""
        return (
            _HTML.encode() if _picture_fate(call) == "html" else png(*call.size, self.options.picture_bytes, f"{call.id} {index}")
        )

    async def _deliver(self, request: web.Request) -> web.StreamResponse:
        self.fetched.append({name.lower(): value for name, value in request.headers.items()})
        call = self.find(request.match_info["id"])
        where = _picture_fate(call) if call is not None else ""
        if call is None or where == "gone" or time.monotonic() > call.ends + self.options.link_seconds:
            return web.Response(
                status=403, text="<Error><Code>AuthenticationFailed</Code></Error>", content_type="application/xml"
            )
        if where == "html":
            return web.Response(body=self.draw(call), content_type="text/html")
        if where == "huge":
            return await _pour(request)
        picture = await asyncio.to_thread(self.draw, call, int(request.query.get("index", 0)))
        return web.Response(body=picture, content_type="image/png")

    @web.middleware
    async def _note(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        if not request.path.startswith(("/control/", "/delivery/")):
            headers = {name.lower(): value for name, value in request.headers.items() if name.lower() != self.key_header}
            body = await request.json() if request.can_read_body else {}
            async with self.changed:
                self.seen.append(Seen(method=request.method, path=request.path_qs, headers=headers, body=body))
                self.changed.notify_all()
        response: web.StreamResponse = await handler(request)
        return response

    async def _add_faults(self, request: web.Request) -> web.Response:
        """Take one fault, or a list of them: `{"kind": "reply", "status": 429, "headers": {"Retry-After": "1"}}`."""
        raw = await request.json()
        known = {each.name for each in fields(Fault)}
        for each in raw if isinstance(raw, list) else [raw]:
            if set(each) - known:
                return web.json_response({"error": f"unknown: {sorted(set(each) - known)}"}, status=400)
            self.fail(Fault(**{**each, "kind": Kind(each["kind"])}))
        return web.json_response({"queued": len(self._faults)})

    async def _tell(self, _: web.Request) -> web.Response:
        """Tell every request, and every paid call so far."""
        seen = [asdict(each) | {"headers": dict(each.headers)} for each in self.seen]
        paid = [{"id": call.id, "model": call.model, "body": call.body} for call in self.paid]
        return web.json_response({"seen": seen, "paid": paid, "paid_pictures": len(paid), "fetched": len(self.fetched)})


def _picture_fate(call: PaidCall) -> str:
    fate = call.fate_of(Kind.PICTURE)
    return fate.where if fate else ""


async def _pour(request: web.Request) -> web.StreamResponse:
    """Send two gigabytes, or as much of them as somebody takes."""
    response = web.StreamResponse(headers={"Content-Type": "image/png", "Content-Length": str(_HUGE * len(_MEGABYTE))})
    await response.prepare(request)
    for _ in range(_HUGE):
        await response.write(_MEGABYTE)
    return response


def reply(fault: Fault) -> web.Response:
    """Answer as a fault says."""
    if isinstance(fault.body, str):
        return web.Response(status=fault.status, text=fault.body, content_type="text/html", headers=fault.headers)
    return web.json_response(fault.body or {"detail": "no"}, status=fault.status, headers=fault.headers)


def cut(request: web.Request) -> web.Response:
    """Cut the connection. What is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def invalid(place: str, message: str, kind: str) -> web.Response:
    """Answer 422 as FastAPI does."""
    return web.json_response({"detail": [{"loc": ["body", place], "msg": message, "type": kind}]}, status=422)


def kind_of_base64(text: object) -> str | None:
    """Return the media type of a picture in base64, of at most 20 MB and 20 megapixels; None where it is none."""
    try:
        with Image.open(io.BytesIO(base64.b64decode(str(text)[: _LARGEST_BODY + 1], validate=True))) as image:
            image.load()
            return f"image/{str(image.format).lower()}" if image.width * image.height <= _MOST_PIXELS else None
    except (OSError, ValueError):
        return None


def check_body(body: Json, known: set[str]) -> web.Response | None:
    """Return the answer to a body that lacks the prompt, or has what the service does not know; None when it is well."""
    if not isinstance(body.get("prompt"), str) or not body["prompt"]:
        return invalid("prompt", "Field required", "missing")
    strange = sorted(set(body) - known)
    return invalid(strange[0], "Extra inputs are not permitted", "extra_forbidden") if strange else None


def run_program(name: str, build: Callable[..., QueuedService]) -> None:
    """Run a fake as a program: its first line is its `base_url`, and it runs until it is told to stop."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.fakes.{name}")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--queue", type=float, default=0.0, help="seconds that a call waits in line")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that a picture takes")
    parser.add_argument("--key", default=None, help="the only key that is accepted; any, when left out")
    asyncio.run(_run(build, parser.parse_args()))


async def _run(build: Callable[..., QueuedService], args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    options = Options(queue=args.queue, delay=args.delay, key=args.key)
    async with build(options, host=args.host, port=args.port) as fake:
        print(fake.url, flush=True)  # noqa: T201 - whoever started it reads this
        await stop.wait()
