"""All of `easel run`: the house, its front ends, and a clean end."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from bot.adapters.terminal import TERMINAL, TerminalSurface
from bot.adapters.web.app import WebOptions, build_web
from bot.adapters.web.rest import API
from bot.adapters.web.rest.orders import RestDependencies
from bot.adapters.web.rest.surface import RestSurface
from bot.adapters.web.surface import WEB, WebSurface
from bot.app.chats import Chats, Guests, open_chats, together
from bot.app.connections import most_connections, server_config
from bot.app.foundation import Foundation, open_foundation
from bot.app.garbage import startup_frozen
from bot.app.house import House, running_house
from bot.app.readiness import Readiness
from bot.app.selling import selling
from bot.app.service_watch import ServiceWatch, watched
from bot.config import Settings
from bot.domain.people import Person, Platform
from bot.errors import ConfigError
from bot.ports.surfaces import Surface
from bot.services.job_views import JobViews

Announce = Callable[[str], None]

_STOPPING = (
    "Stopping. What is being drawn is finished first. Press Ctrl-C again to leave at once: then that is paid for and lost; "
    "it counts for nobody, and whoever asked is told so at the next start."
)


async def serve(settings: Settings, announce: Announce) -> None:
    """Run until SIGINT or SIGTERM, then finish what is being drawn, and what else ends within `[worker] drain`.

    A second signal stops at once.

    `announce` is told what the person who started it should know.

    Raises:
        ConfigError: A setting is wrong, or the port is taken.
        StorageFailed: The database cannot be opened.
    """
    with _bound(settings) as listener, _signals() as stop:
        settings = with_port(settings, listener.getsockname()[1])
        async with open_foundation(settings) as base:
            surface, shop = WebSurface(base.records.messages), selling(base)
            async with open_chats(base) as chats, running_house(base, _surfaces(surface, chats)) as house:
                watch = ServiceWatch(base.makers, house.budget_alerts, base.clock, announce)
                async with (
                    chats.listen(house) as guests,
                    _page(house, surface, listener, together((guests, shop)), watch) as server,
                    watched(watch),
                ):
                    await _announce_start(base, listener, announce)
                    with startup_frozen():
                        await _first(stop.asked.wait(), server)
                    announce(_STOPPING)
                async with _insisting(stop) as insisting:
                    await _first(house.worker.drain(settings.worker.drain), insisting)
        announce("Stopped. What was not finished goes on at the next start.")


def _surfaces(page: WebSurface, chats: Chats) -> Mapping[Platform, Surface]:
    return {WEB: page, API: RestSurface(), TERMINAL: TerminalSurface(quiet=True), **chats.surfaces}


@dataclass(frozen=True, slots=True)
class _Stop:
    """Whether we were asked to stop, and whether somebody insists."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    insisted: asyncio.Event = field(default_factory=asyncio.Event)

    def ask(self) -> None:
        (self.insisted if self.asked.is_set() else self.asked).set()


@contextlib.asynccontextmanager
async def _insisting(stop: _Stop) -> AsyncIterator["asyncio.Task[bool]"]:
    """Give the task that ends when somebody insists."""
    task = asyncio.create_task(stop.insisted.wait())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.contextmanager
def _signals() -> Iterator[_Stop]:
    stop, loop = _Stop(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.ask)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def _bound(settings: Settings) -> Iterator[socket.socket]:
    """Take the port before anything else is opened, so that a second start changes nothing."""
    web = settings.web
    try:
        family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
        listener = socket.create_server((web.host, web.port), family=family)
        # asyncio sets it on sockets that it makes itself; without it small replies wait for the other side.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise ConfigError(
            f"Cannot listen on {web.host} port {web.port} ({error.strerror}): is easel running already? "
            "Otherwise set another [web] port, for example with EASEL_WEB__PORT=8421."
        ) from error
    with listener:
        yield listener


def with_port(settings: Settings, port: int) -> Settings:
    """Return the settings with the port that is really listened on: `port = 0` lets the system choose one."""
    return settings.model_copy(update={"web": settings.web.model_copy(update={"port": port})})


class _Server(uvicorn.Server):
    """Uvicorn, without its own signal handlers: the house decides when to stop."""

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


@contextlib.asynccontextmanager
async def _page(
    house: House, surface: WebSurface, listener: socket.socket, guests: Guests, watch: ServiceWatch
) -> AsyncIterator["asyncio.Task[None]"]:
    """Serve the web front end, and what others have to serve, while the body runs."""
    records = house.base.records
    web = build_web(
        _options(house.base, guests.webhook_paths),
        dispatcher=house.dispatcher,
        surface=surface,
        pictures=records.pictures,
        objects=house.base.objects,
        ids=house.base.ids,
        readiness=Readiness(house.base, lambda: (*guests.findings(), *watch.findings)).findings,
        guests=guests.routes,
        rest_dependencies=_backroom(house),
    )
    server = _Server(server_config(web, most=most_connections()))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await _first(server.is_up.wait(), task)
        yield task
    finally:
        surface.close()
        server.should_exit = True
        await task


def _backroom(house: House) -> RestDependencies:
    records, is_for_all = house.base.records, house.base.settings.gallery.show_cost

    async def knows_cost(person: Person) -> bool:
        return is_for_all or await house.dispatcher.is_admin_or_owner(person)

    return RestDependencies(
        studio=house.studio,
        quotas=house.quotas,
        jobs=records.jobs,
        gallery=house.gallery,
        views=JobViews(jobs=records.jobs, pictures=records.pictures, links=house.links),
        objects=house.base.objects,
        delivery=house.delivery,
        keys=house.keys,
        ids=house.base.ids,
        knows_cost=knows_cost,
    )


def _options(base: Foundation, webhook_paths: frozenset[str]) -> WebOptions:
    web = base.settings.web
    hosts = {"localhost", "127.0.0.1", "::1", web.host, *web.allowed_hosts}
    if public := urlsplit(web.public_url).hostname:
        hosts.add(public)
    return WebOptions(
        allowed_hosts=tuple(sorted(hosts)),
        is_secure=web.public_url.startswith("https://"),
        notices=base.makers.notices,
        webhook_paths=webhook_paths,
        links_base=web.links_base,
    )


async def _announce_start(base: Foundation, listener: socket.socket, announce: Announce) -> None:
    """Say where the page is, who draws, and what is wrong already."""
    host, port = listener.getsockname()[:2]
    for notice in base.makers.notices:
        announce(notice)
    for finding in await Readiness(base).findings():
        announce(f"Careful: {finding.subject}: {finding.text} {finding.mend}".rstrip())
    announce(f"easel is ready at http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C stops it).")


async def _first(one: Coroutine[Any, Any, object], other: "asyncio.Task[Any]") -> None:
    """Wait for whichever ends first, and cancel the one."""
    waiting = asyncio.create_task(one)
    await asyncio.wait({waiting, other}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
