"""A server that behaves like ComfyUI, on a port of its own: routes after its server.py."""

import asyncio
import contextlib
import itertools
import socket
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Self

from aiohttp import web

from tests.fakes.comfyui.drawing import draw_next, work
from tests.fakes.comfyui.nodes import all_nodes, object_info
from tests.fakes.comfyui.state import Item, Json, Options, State, Trouble
from tests.fakes.comfyui.validation import problem_of

STATE = web.AppKey("state", State)
_PATIENCE_SECONDS = 20


class FakeComfyUi:
    """ComfyUI on this machine: `async with FakeComfyUi(Options(delay=0.1)) as fake: ... fake.url`."""

    def __init__(self, options: Options | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._host = host
        self._port = port
        self.state = State(options or Options())
        self._runner: web.AppRunner | None = None
        self._worker: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=100 * 1024 * 1024, middlewares=[_note])
        app[STATE] = self.state
        app.add_routes(_routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        listener = socket.create_server((self._host, self._port))
        self._port = listener.getsockname()[1]
        await web.SockSite(self._runner, listener).start()
        self._worker = asyncio.create_task(work(self.state))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        assert self._worker is not None
        self._worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._worker
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """What belongs into `base_url`."""
        return f"http://{self._host}:{self._port}"

    def fail(self, *troubles: Trouble) -> None:
        """Have the next drawings go wrong, in this order."""
        self.state.troubles.extend(troubles)

    async def hold(self) -> None:
        """Let nothing that waits begin."""
        await self.state.note(self.state.may_draw.clear)

    async def go_on(self) -> None:
        """Let it begin again."""
        await self.state.note(self.state.may_draw.set)

    async def restart(self) -> None:
        """Forget everything."""
        await self.state.note(self.state.restart)

    async def until(self, is_so: Callable[[State], bool]) -> None:
        """Wait for something to have happened here."""
        async with asyncio.timeout(_PATIENCE_SECONDS), self.state.changed:
            await self.state.changed.wait_for(lambda: is_so(self.state))


def _routes() -> list[web.RouteDef]:
    return [
        web.post("/prompt", _post_prompt),
        web.get("/queue", _get_queue),
        web.post("/queue", _post_queue),
        web.get("/history", _get_history),
        web.get("/history/{id}", _get_execution),
        web.post("/interrupt", _interrupt),
        web.get("/view", _view),
        web.post("/upload/image", _upload),
        web.get("/system_stats", _system_stats),
        web.get("/object_info", _all_object_info),
        web.get("/object_info/{kind}", _object_info),
        web.get("/control/seen", _seen),
        web.post("/control/restart", _restart),
    ]


@web.middleware
async def _note(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    state = request.app[STATE]
    await state.note(lambda: state.requests.append(f"{request.method} {request.path}"))
    return web.Response(status=403) if state.is_closed else await handler(request)


async def _post_prompt(request: web.Request) -> web.Response:
    state, body = request.app[STATE], await request.json()
    trouble = state.troubles.popleft() if state.troubles else None
    match trouble:
        case Trouble.CUT_BEFORE:
            return _cut(request)
        case Trouble.SERVER_ERROR:
            return web.Response(status=500, text="500 Internal Server Error")
        case Trouble.HTML:
            return web.Response(text="<html>nginx</html>", content_type="text/html")
    problem = _id_problem(body) or problem_of(body.get("prompt"), state.uploads)
    if problem:
        return web.json_response(problem, status=400)
    prompt_id = str(uuid.uuid4()) if state.options.chooses_ids else body.get("prompt_id", str(uuid.uuid4()))
    state.number += 1
    item = Item(state.number, prompt_id, body["prompt"], body.get("client_id", ""), trouble)
    await state.note(lambda: state.pending.append(item))
    if state.options.delay == 0 and state.may_draw.is_set() and state.running is None and item in state.pending:
        await draw_next(state)
    if trouble is Trouble.CUT_AFTER:
        return _cut(request)
    return web.json_response({"prompt_id": prompt_id, "number": item.number, "node_errors": {}})


def _id_problem(body: Json) -> Json | None:
    given = body.get("prompt_id")
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        if given is None or str(uuid.UUID(given)) == given:
            return None
    error = {"type": "invalid_prompt_id", "message": "prompt_id is not a UUID", "details": "", "extra_info": {}}
    return {"error": error, "node_errors": {}}


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _get_queue(request: web.Request) -> web.Response:
    state = request.app[STATE]
    running = [state.running.row] if state.running else []
    return web.json_response({"queue_running": running, "queue_pending": [item.row for item in reversed(state.pending)]})


async def _post_queue(request: web.Request) -> web.Response:
    state, body = request.app[STATE], await request.json()
    gone = set(body.get("delete", ()))

    def clear() -> None:
        state.pending[:] = [] if body.get("clear") else [item for item in state.pending if item.prompt_id not in gone]

    await state.note(clear)
    return web.Response()


async def _interrupt(request: web.Request) -> web.Response:
    """Stop the drawing that is named if it runs; whatever runs, when none is."""
    state = request.app[STATE]
    named = (await request.json() if request.can_read_body else {}).get("prompt_id")
    running = state.running
    if running and named in {None, running.prompt_id}:
        running.stop.set()
    await state.note(lambda: state.interrupts.append(named))
    return web.Response()


async def _get_history(request: web.Request) -> web.Response:
    most = int(request.query.get("max_items", "10000"))
    return web.json_response(dict(list(request.app[STATE].history.items())[-most:]))


async def _get_execution(request: web.Request) -> web.Response:
    history, prompt_id = request.app[STATE].history, request.match_info["id"]
    return web.json_response({prompt_id: history[prompt_id]} if prompt_id in history else {})


async def _view(request: web.Request) -> web.Response:
    content = request.app[STATE].files.get(request.query.get("filename", ""))
    return web.Response(status=404) if content is None else web.Response(body=content, content_type="image/png")


async def _upload(request: web.Request) -> web.Response:
    """Take a picture into the folder that is named, after `image_upload` of the real server.py."""
    form, state = await request.post(), request.app[STATE]
    file = form.get("image")
    if not isinstance(file, web.FileField) or not file.filename or form.get("type", "input") != "input":
        return web.Response(status=400)
    name, content = file.filename, file.file.read()
    stem, _, ending = name.rpartition(".")

    def keep() -> None:
        nonlocal name
        numbers = itertools.count(1)
        while form.get("overwrite") != "true" and state.uploads.get(name, content) != content:
            name = f"{stem} ({next(numbers)}).{ending}"
        state.uploads[name] = content

    await state.note(keep)
    return web.json_response({"name": name, "subfolder": "", "type": "input"})


async def _system_stats(_: web.Request) -> web.Response:
    device = {"name": "cuda:0 NVIDIA", "type": "cuda", "index": 0, "vram_total": 25_000_000_000, "vram_free": 20_000_000_000}
    return web.json_response({"system": {"os": "posix", "comfyui_version": "0.33.4"}, "devices": [device]})


async def _all_object_info(_: web.Request) -> web.Response:
    return web.json_response({kind: object_info(kind) for kind in all_nodes()})


async def _object_info(request: web.Request) -> web.Response:
    info = object_info(request.match_info["kind"])
    return web.json_response({request.match_info["kind"]: info} if info else {})


async def _seen(request: web.Request) -> web.Response:
    """Tell what was drawn so far, for those who run this as a program."""
    state = request.app[STATE]
    return web.json_response({"drawn": [asdict(drawn) for drawn in state.drawn], "waiting": len(state.pending)})


async def _restart(request: web.Request) -> web.Response:
    state = request.app[STATE]
    await state.note(state.restart)
    return web.Response()
