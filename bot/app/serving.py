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
from bot.app.billing import open_billing
from bot.app.chat_platforms import ChatPlatforms, WebExtension, merge_extensions, open_chat_platforms
from bot.app.connections import most_connections, server_config
from bot.app.foundation import Foundation, open_foundation
from bot.app.garbage import startup_frozen
from bot.app.house import House, run_house
from bot.app.readiness import Readiness
from bot.app.service_monitor import ServiceMonitor, run_monitor
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
    with _bind(settings) as listener, _listen_for_signals() as stop:
        settings = with_port(settings, listener.getsockname()[1])
        async with open_foundation(settings) as base:
            surface, billing = WebSurface(base.records.messages), open_billing(base)
            async with open_chat_platforms(base) as chats, run_house(base, _surfaces(surface, chats)) as house:
                monitor = ServiceMonitor(base.ai_services, house.budget_alerts, base.clock, announce)
                async with (
                    chats.listen(house) as extension,
                    _serve_web(house, surface, listener, merge_extensions((extension, billing)), monitor) as server,
                    run_monitor(monitor),
                ):
                    await _announce_start(base, listener, announce)
                    with startup_frozen():
                        await _wait_for_either(stop.graceful.wait(), server)
                    announce(_STOPPING)
                async with _await_second_request(stop) as second_request:
                    await _wait_for_either(house.worker.drain(settings.worker.drain), second_request)
        announce("Stopped. What was not finished goes on at the next start.")


def _surfaces(page: WebSurface, chats: ChatPlatforms) -> Mapping[Platform, Surface]:
    return {WEB: page, API: RestSurface(), TERMINAL: TerminalSurface(quiet=True), **chats.surfaces}


@dataclass(frozen=True, slots=True)
class _StopRequests:
    """Whether we were asked to stop, and whether somebody insists."""

    graceful: asyncio.Event = field(default_factory=asyncio.Event)
    immediate: asyncio.Event = field(default_factory=asyncio.Event)

    def request(self) -> None:
        (self.immediate if self.graceful.is_set() else self.graceful).set()


@contextlib.asynccontextmanager
async def _await_second_request(stop: _StopRequests) -> AsyncIterator["asyncio.Task[bool]"]:
    """Yield the task that ends when somebody insists."""
    task = asyncio.create_task(stop.immediate.wait())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.contextmanager
def _listen_for_signals() -> Iterator[_StopRequests]:
    stop, loop = _StopRequests(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.request)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def _bind(settings: Settings) -> Iterator[socket.socket]:
    """Take the port before anything else is opened, so that a second start changes nothing."""
    web = settings.web
    try:
        family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
        listener = socket.create_server((web.host, web.port), family=family)
        # asyncio sets it on sockets that it makes itself; without it small replies wait for the other side.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        reason = str(error.strerror).partition(" (while ")[0]
        raise ConfigError(
            f"Cannot listen on {web.host} port {web.port} ({reason}): is easel running already? "
            "Otherwise set another [web] port, for example with EASEL_WEB__PORT=8421."
        ) from error
    with listener:
        yield listener


def with_port(settings: Settings, port: int) -> Settings:
    """Return the settings with the port that is really listened on: `port = 0` lets the system choose one."""
    return settings.model_copy(update={"web": settings.web.model_copy(update={"port": port})})


class _WebServer(uvicorn.Server):
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
async def _serve_web(
    house: House, surface: WebSurface, listener: socket.socket, extension: WebExtension, monitor: ServiceMonitor
) -> AsyncIterator["asyncio.Task[None]"]:
    """Serve the web front end, and what others have to serve, while the body runs."""
    records = house.base.records
    web = build_web(
        _options(house.base, extension.webhook_paths),
        dispatcher=house.dispatcher,
        surface=surface,
        pictures=records.pictures,
        objects=house.base.objects,
        ids=house.base.ids,
        readiness=Readiness(house.base, lambda: (*extension.findings(), *monitor.findings)).findings,
        guests=extension.routes,
        rest_dependencies=_rest_dependencies(house),
    )
    server = _WebServer(server_config(web, most=most_connections()))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await _wait_for_either(server.is_up.wait(), task)
        yield task
    finally:
        surface.close()
        server.should_exit = True
        await task


def _rest_dependencies(house: House) -> RestDependencies:
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
        notices=base.ai_services.notices,
        webhook_paths=webhook_paths,
        links_base=web.links_base,
    )


async def _announce_start(base: Foundation, listener: socket.socket, announce: Announce) -> None:
    """Say where the page is, who draws, and what is wrong already."""
    host, port = listener.getsockname()[:2]
    for notice in base.ai_services.notices:
        announce(notice)
    for finding in await Readiness(base).findings():
        announce(f"Careful: {finding.subject}: {finding.text} {finding.mend}".rstrip())
    announce(f"easel is ready at http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C stops it).")


async def _wait_for_either(one: Coroutine[Any, Any, object], other: "asyncio.Task[Any]") -> None:
    """Wait for whichever ends first, and cancel the one."""
    waiting = asyncio.create_task(one)
    await asyncio.wait({waiting, other}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
