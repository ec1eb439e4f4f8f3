"""The web server: the page, REST, the health checks, and what front ends add to it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import uvicorn
from fastapi import APIRouter, FastAPI

from bot.adapters.web.app import WebOptions, build_web
from bot.adapters.web.batch_files import batch_file_routes
from bot.adapters.web.health import health_routes
from bot.adapters.web.live_channel import LiveChannel
from bot.adapters.web.newcomers import Newcomers
from bot.adapters.web.pictures import picture_routes
from bot.adapters.web.rest.jobs import RestDependencies
from bot.adapters.web.surface import WebSurface
from bot.app.chat_platforms import WebExtension
from bot.app.connections import most_connections, server_config
from bot.app.features.api_keys import build_registry
from bot.app.foundation import Foundation
from bot.app.pages import build_pages
from bot.app.picture_addresses import fetch_picture
from bot.app.readiness import Readiness
from bot.app.services import FeatureServices
from bot.app.setup_page import is_unset
from bot.app.tasks import wait_for_either
from bot.commands.dispatcher import Dispatcher
from bot.config import Settings
from bot.domain.health import Finding
from bot.errors import ConfigError
from bot.services.job_views import JobViews
from storage.sql.batches import SqlBatches

ServerTask = asyncio.Task[None]
"""Ends when the server has stopped, whoever stopped it."""


@contextlib.contextmanager
def bind_port(settings: Settings, health_port: int | None = None) -> Iterator[socket.socket]:
    """Take the port before anything else is opened, so that a second start changes nothing.

    `health_port` takes the place of the page's where there is no page.

    Raises:
        ConfigError: It is taken, or the address is not one of this machine.
    """
    web = settings.web
    port = web.port if health_port is None else health_port
    other = (
        "set another [web] port, for example with EASEL_WEB__PORT=8421" if health_port is None else "choose another --health-port"
    )
    try:
        family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
        listener = socket.create_server((web.host, port), family=family)
        # asyncio sets it on sockets that it makes itself; without it small replies wait for the other side.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        reason = str(error.strerror).partition(" (while ")[0]
        raise ConfigError(
            f"Cannot listen on {web.host} port {port} ({reason}): is easel running already? Otherwise {other}."
        ) from error
    with listener:
        yield listener


@dataclass(frozen=True, slots=True)
class Listeners:
    """The sockets that a process listens on: for everybody, and for the operator."""

    page: socket.socket | None
    health: socket.socket | None


@contextlib.contextmanager
def bind_ports(settings: Settings, *, has_page: bool, health_port: int | None) -> Iterator[Listeners]:
    """Take the ports of a process; without a page there is one for health checks in any case. Raises as `bind_port` does."""
    with contextlib.ExitStack() as stack:
        page = stack.enter_context(bind_port(settings)) if has_page else None
        has_health = health_port is not None or not has_page
        yield Listeners(page, stack.enter_context(bind_port(settings, health_port or 0)) if has_health else None)


def with_port(settings: Settings, port: int) -> Settings:
    """Return the settings with the port that is really listened on: `port = 0` lets the system choose one."""
    return settings.model_copy(update={"web": settings.web.model_copy(update={"port": port})})


class _WebServer(uvicorn.Server):
    """Uvicorn, without its own signal handlers: the house decides when to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then set `is_up`."""
        await super().startup(sockets=sockets)
        self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


@contextlib.asynccontextmanager
async def serve_web(
    services: FeatureServices,
    dispatcher: Dispatcher,
    *,
    surface: WebSurface,
    listener: socket.socket,
    extension: WebExtension,
) -> AsyncIterator[ServerTask]:
    """Serve the web front end, and what others have to serve, while the body runs."""
    base = services.base
    live = LiveChannel(surface.messages, base.events)
    web = build_web(
        _options(base, extension.webhook_paths),
        dispatcher=dispatcher,
        surface=surface,
        live=live,
        ids=base.ids,
        newcomers=Newcomers(services.quotas, base.shared.rate_limiter),
        shared_files=base.shared.files,
        pages=build_pages(services),
        extra_routers=(
            picture_routes(pictures=base.records.pictures, objects=base.objects, copy_signer=base.copy_signer),
            health_routes(Readiness(base, extension.findings).findings),
            batch_file_routes(SqlBatches(base.database), services.pictures.gallery, base.records.pictures, base.objects),
            *extension.routes,
        ),
        rest_dependencies=_rest_dependencies(services),
    )
    async with _run_server(web, listener, live.follow()) as server:
        yield server


@contextlib.asynccontextmanager
async def serve_health(
    base: Foundation,
    listener: socket.socket,
    *,
    findings: Callable[[], tuple[Finding, ...]],
    routes: tuple[APIRouter, ...],
    needs_redis: bool = False,
) -> AsyncIterator[ServerTask]:
    """Serve the health checks and `routes`, and nothing else, while the body runs. `needs_redis` is as in `Readiness`."""
    web = FastAPI(title="easel", openapi_url=None, docs_url=None, redoc_url=None)
    readiness = Readiness(base, findings, needs_redis=needs_redis)
    for router in (health_routes(readiness.findings), *routes):
        web.include_router(router)
    async with _run_server(web, listener, contextlib.nullcontext()) as server:
        yield server


@contextlib.asynccontextmanager
async def _run_server(
    web: FastAPI, listener: socket.socket, following: contextlib.AbstractContextManager[None]
) -> AsyncIterator[ServerTask]:
    """Serve an application while the body runs. `following` ends before the server waits for its connections."""
    server = _WebServer(server_config(web, most=most_connections()))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        with following:
            await wait_for_either(server.is_up.wait(), task)
            yield task
    finally:
        server.should_exit = True
        await task


def _rest_dependencies(services: FeatureServices) -> RestDependencies:
    base = services.base
    records = base.records
    return RestDependencies(
        studio=services.studio,
        quotas=services.quotas,
        jobs=records.jobs,
        gallery=services.pictures.gallery,
        views=JobViews(jobs=records.jobs, pictures=records.pictures, removals=records.removals, links=services.pictures.links),
        objects=base.objects,
        delivery=services.pictures.delivery,
        keys=build_registry(base),
        ids=base.ids,
        clock=base.clock,
        knows_cost=services.knows_cost,
        fetch_picture=fetch_picture,
    )


def _options(base: Foundation, webhook_paths: frozenset[str]) -> WebOptions:
    web = base.settings.web
    hosts = {"localhost", "127.0.0.1", "::1", web.host, *web.allowed_hosts}
    if public := urlsplit(web.public_url).hostname:
        hosts.add(public)
    return WebOptions(
        allowed_hosts=tuple(sorted(hosts)),
        is_secure=web.public_url.startswith("https://"),
        notices=base.ai_services.visitor_notices,
        webhook_paths=webhook_paths,
        links_base=web.links_base,
        is_unset=is_unset(base.settings),
    )
