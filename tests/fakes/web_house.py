"""The real web front end on a real server, in front of the hand-driven studio."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from bot.adapters.web.app import WebOptions, build_web
from bot.adapters.web.health import health_routes
from bot.adapters.web.live_channel import LiveChannel
from bot.adapters.web.newcomers import Newcomers
from bot.adapters.web.page_context import PageRoutes
from bot.adapters.web.pictures import picture_routes
from bot.adapters.web.price import price_routes
from bot.adapters.web.surface import WebSurface
from bot.adapters.web.usage import usage_routes
from bot.commands.dispatcher import Dispatcher
from bot.commands.spec import AnyCommand
from bot.domain.health import Finding
from bot.domain.people import Person
from bot.ports.objects import ObjectStore
from bot.ports.pictures import Pictures
from bot.ports.statistics import Statistics
from bot.services.person_lookup import PersonLookup
from bot.services.usage_reports import UsageReports
from bot.services.wish_prices import WishPrices
from storage.events.local import LocalEvents
from storage.limits.local import LocalRateLimiter
from storage.no_shared_files import NoSharedFiles
from tests.fakes.bench import Bench
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.page_messages import MemoryPageMessages
from tests.fakes.studio import FakeStudio, Order, png
from tests.fakes.visitor import HttpVisitor

STOP_TIMEOUT = timedelta(seconds=10)


class WebHouse:
    """Everything behind the page; `start` may be called again after `stop`, as a restart with the same records."""

    def __init__(
        self,
        *,
        objects: ObjectStore | None = None,
        notices: tuple[str, ...] = ("Offline preview – no OpenAI key is set",),
        is_secure: bool = False,
        commands: tuple[AnyCommand, ...] = (),
        prefix: str = "",
        pages: tuple[PageRoutes, ...] = (),
        pictures: Pictures | None = None,
        statistics: Statistics | None = None,
        is_unset: bool = False,
    ) -> None:
        self._statistics = statistics
        self._given = pages
        self.bench = Bench()
        """Has the quotas of this house."""

        self._pictures = pictures
        self._more = commands
        self.clock = StoppedClock()
        self._ids = CountingIds()
        self._options = WebOptions(("127.0.0.1", "localhost"), is_secure, notices, is_unset=is_unset)
        self._objects = objects
        self._prefix = prefix
        self.findings: tuple[Finding, ...] = ()
        self.messages = MemoryPageMessages(self.clock, self._ids)
        self._events = LocalEvents()
        self.surface = WebSurface(self.messages, self._events)
        self.studio = FakeStudio(self.surface, self.clock, self._ids)
        self.owners: set[str] = set()
        """The users who own the house."""

        self.port = 0

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}{self._prefix}"

    @property
    def open_connections(self) -> int:
        """How many clients the server has."""
        return len(self._server.server_state.connections)

    async def start(self) -> None:
        """Serve on the same port as before, if there was one."""
        live = LiveChannel(self.messages, self._events)
        self._following = contextlib.ExitStack()
        self._following.enter_context(live.follow())
        web = build_web(
            self._options,
            dispatcher=Dispatcher((*self.studio.commands, *self._more), lambda: "c0ffee", self._is_owner),
            surface=self.surface,
            live=live,
            ids=self._ids,
            newcomers=Newcomers(self.bench.quotas, LocalRateLimiter(self.clock)),
            shared_files=NoSharedFiles(),
            pages=self._pages,
            extra_routers=(
                picture_routes(pictures=self._pictures or self.studio.pictures, objects=self._objects or self.studio.objects),
                health_routes(self._readiness),
            ),
        )
        listener = socket.create_server(("127.0.0.1", self.port))
        # asyncio sets this itself only on sockets whose protocol is named; without it each answer waits 40 ms for an ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listener.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                StrippingProxy(web, self._prefix) if self._prefix else web, log_config=None, lifespan="off", access_log=False
            )
        )
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        await self._server.is_up.wait()

    async def stop(self) -> None:
        """End the streams, then the server, within `STOP_TIMEOUT`."""
        self._following.close()
        self._server.should_exit = True
        async with asyncio.timeout(STOP_TIMEOUT.total_seconds()):
            await self._task

    async def restart(self) -> None:
        """Come back with the same records and nothing else."""
        await self.stop()
        self.surface = WebSurface(self.messages, self._events)
        self.studio.move_to(self.surface)
        await self.start()

    @property
    def _pages(self) -> tuple[PageRoutes, ...]:
        prices = partial(price_routes, WishPrices(self.bench.quotas))
        if self._statistics is None:
            return (*self._given, prices)
        people = PersonLookup(self.bench.accounts, self.bench.quotas)
        return (*self._given, prices, partial(usage_routes, UsageReports(self._statistics, people, self.bench.quotas)))

    async def _is_owner(self, person: Person) -> bool:
        return person.identity.user in self.owners

    async def _readiness(self) -> tuple[Finding, ...]:
        return self.findings


@contextlib.asynccontextmanager
async def running(house: WebHouse) -> AsyncIterator[WebHouse]:
    """Serve while the body runs."""
    await house.start()
    try:
        yield house
    finally:
        await house.stop()


class StrippingProxy:
    """What stands in front of many houses of one name: takes `prefix` off every path, and knows nothing beside it."""

    def __init__(self, app: FastAPI, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass it on."""
        if not scope["path"].startswith(f"{self._prefix}/"):
            await PlainTextResponse("not easel", 404)(scope, receive, send)
            return
        path = scope["path"].removeprefix(self._prefix)
        await self._app(dict(scope, path=path, raw_path=scope["raw_path"].removeprefix(self._prefix.encode())), receive, send)


class _Server(uvicorn.Server):
    """Uvicorn without signal handlers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets=sockets)
        self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


async def drawn(house: WebHouse, visitor: HttpVisitor, prompt: str = "a fox") -> tuple[Order, str]:
    """Have a picture drawn; give its order and its path."""
    await visitor.say(f"/imagine {prompt}")
    order = house.studio.orders[-1]
    [picture] = await house.studio.finish(order, png())
    return order, f"/p/{picture.id}.png"
