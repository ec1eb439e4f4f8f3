"""What the fakes of services with jobs share: jobs that go on, what goes wrong with them, and how many were charged."""

import argparse
import asyncio
import itertools
import signal
import socket
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from aiohttp import web

from tests.fakes.openai.pictures import png

Json = dict[str, Any]
_PATIENCE_SECONDS = 20
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the fake behaves all the time; times are seconds. `key` is the only key that is accepted; any, when it is None."""

    delay: float = 0.0
    loading: float = 0.0
    key: str | None = None
    picture_bytes: int = 20_000


class Trouble(StrEnum):
    """What goes wrong with one call, and after that with its job."""

    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    SERVER_ERROR = "server_error"
    OUT_OF_MONEY = "out_of_money"
    RATE_LIMITED = "rate_limited"
    RATE_LIMITED_WITHOUT_HEADERS = "rate_limited_without_headers"
    NO_ID = "no_id"
    FLAGGED = "flagged"
    NO_MEMORY = "no_memory"
    BROKEN = "broken"
    LATE = "late"
    """It was not begun before its deadline."""

    STRANGE_STATE = "strange_state"
    NO_PICTURE = "no_picture"
    FORGOTTEN = "forgotten"
    OTHER_JOB = "other_job"
    PRIVATE_LINK = "private_link"
    PAGE = "page"
    """What is behind the picture's address is an HTML page."""


@dataclass(slots=True)
class Job:
    """One call that was accepted: from then on it goes on by itself."""

    id: str
    input: Json
    headers: dict[str, str]
    began: float
    trouble: Trouble | None
    policy: Json = field(default_factory=dict)
    was_canceled: bool = False
    charged: bool = False


@dataclass
class State:
    """All that handlers share."""

    options: Options
    jobs: dict[str, Job] = field(default_factory=dict)
    troubles: deque[Trouble] = field(default_factory=deque)
    requests: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    is_held: bool = False
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def charged(self) -> int:
        """How many jobs were charged for."""
        return sum(job.charged for job in self.jobs.values())

    def is_loading(self, job: Job) -> bool:
        """Whether no machine has begun it yet."""
        return self.is_held or time.monotonic() < job.began + self.options.loading

    def is_over(self, job: Job) -> bool:
        """Whether it has ended."""
        return not self.is_loading(job) and time.monotonic() >= job.began + self.options.loading + self.options.delay

    def draw(self, job: Job, width: int, height: int, index: int = 0) -> bytes:
        """Return one of its pictures."""
        return png(width, height, self.options.picture_bytes, f"{job.id} {index}")

    def accept(self, input_: Json, trouble: Trouble | None, headers: dict[str, str]) -> Job:
        """Begin a job."""
        job = Job(f"job-{next(_NUMBERS):06}", input_, headers, time.monotonic(), trouble)
        self.jobs[job.id] = job
        return job


STATE = web.AppKey("state", State)


class PaidJobsFake:
    """A service on this machine, with a port of its own."""

    def __init__(self, options: Options | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._host = host
        self._port = port
        self.state = State(options or Options())
        self._runner: web.AppRunner | None = None

    def routes(self) -> list[web.RouteDef]:
        """Return what the service answers."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=20 * 1024 * 1024, middlewares=[_note])
        app[STATE] = self.state
        app.add_routes([*self.routes(), web.get("/control/seen", _seen)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        listener = socket.create_server((self._host, self._port))
        self._port = listener.getsockname()[1]
        await web.SockSite(self._runner, listener).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def origin(self) -> str:
        """Where it listens."""
        return f"http://{self._host}:{self._port}"

    @property
    def url(self) -> str:
        """What belongs into `base_url`."""
        raise NotImplementedError

    def fail(self, *troubles: Trouble) -> None:
        """Have the next calls go wrong, in this order."""
        self.state.troubles.extend(troubles)

    async def until(self, is_so: Callable[[State], bool]) -> None:
        """Wait for something to have happened here."""
        async with asyncio.timeout(_PATIENCE_SECONDS), self.state.changed:
            await self.state.changed.wait_for(lambda: is_so(self.state))


def cut(request: web.Request) -> web.Response:
    """Cut the connection instead of answering."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def run_as_program(fake: type[PaidJobsFake], prog: str) -> None:
    """Read the command line and run; the first line is the address that belongs into `base_url`."""
    parser = argparse.ArgumentParser(prog=prog, description=fake.__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that a picture takes")
    parser.add_argument("--loading", type=float, default=0.0, help="seconds before that")
    parser.add_argument("--key", default=None, help="the only key that is accepted; any, when left out")
    asyncio.run(_run(fake, parser.parse_args()))


async def _run(fake: type[PaidJobsFake], args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with fake(Options(delay=args.delay, loading=args.loading, key=args.key), host=args.host, port=args.port) as server:
        print(server.url, flush=True)  # noqa: T201 - whoever started it reads this
        await stop.wait()


@web.middleware
async def _note(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    state = request.app[STATE]
    state.requests.append(f"{request.method} {request.path}")
    try:
        return await handler(request)
    finally:
        async with state.changed:
            state.changed.notify_all()


async def _seen(request: web.Request) -> web.Response:
    state = request.app[STATE]
    return web.json_response({"calls": len(state.jobs), "charged": state.charged, "requests": state.requests})
