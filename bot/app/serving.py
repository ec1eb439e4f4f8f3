"""All of `easel run`, or the part of it that a process does: the house, its front ends, and a clean end."""

import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from bot.adapters.terminal import TERMINAL, TerminalSurface
from bot.adapters.web.rest import API
from bot.adapters.web.rest.surface import RestSurface
from bot.adapters.web.surface import WEB, WebSurface
from bot.app.billing import open_billing
from bot.app.chat_platforms import ChatPlatforms, WebExtension, merge_extensions, open_chat_platforms
from bot.app.clock_skew import check_clock
from bot.app.commands import build_dispatcher
from bot.app.engines import open_engine
from bot.app.foundation import Foundation, open_foundation
from bot.app.garbage import startup_frozen
from bot.app.monitoring import Monitoring, open_monitoring
from bot.app.privacy import build_downloads
from bot.app.readiness import Readiness
from bot.app.redis_checks import check_redis
from bot.app.roles import Role
from bot.app.service_monitor import ServiceMonitor
from bot.app.services import Services, build_services
from bot.app.stop_signals import StopRequest, listen_for_stop
from bot.app.tasks import background_task, wait_for_either
from bot.app.web_server import Listeners, ServerTask, bind_ports, serve_health, serve_web, with_port
from bot.app.work import follow_intake, run_work
from bot.config import Settings
from bot.domain.health import Health
from bot.domain.people import Platform
from bot.pipeline.worker import Worker
from bot.ports.engine import Engine
from bot.ports.surfaces import Surface
from storage.sql.page_messages import SqlPageMessages

Announce = Callable[[str], None]

_STOPPING = "Stopping. What is being answered is finished first."
_STOPPING_WORK = (
    "Stopping. What is being drawn is finished first. Press Ctrl-C again to leave at once: then that is paid for and lost; "
    "it counts for nobody, and whoever asked is told so at the next start."
)


async def serve(settings: Settings, announce: Announce, role: Role = Role.ALL, *, health_port: int | None = None) -> None:
    """Run until SIGINT or SIGTERM, then finish what is being drawn, and what else ends within `[worker] drain`.

    A second signal stops at once.

    `announce` is told what the person who started it should know. At
    `health_port`, 0 being any free one, health checks and metrics are served
    to the operator alone; a role without a page has this port in any case.

    Raises:
        ConfigError: A setting is wrong, or the port is taken.
        StorageFailed: The database cannot be opened.
    """
    role.check(settings)
    with bind_ports(settings, has_page=role.has_page, health_port=health_port) as listeners, listen_for_stop() as stop:
        if listeners.page is not None:
            settings = with_port(settings, listeners.page.getsockname()[1])
        async with (
            open_monitoring(settings, role, has_metrics=listeners.health is not None) as monitoring,
            open_foundation(settings, monitoring.observer) as base,
            open_chat_platforms(base) as chats,
            open_engine(settings, base.clock, base.events) as engine,
        ):
            page = WebSurface(SqlPageMessages(base.database, base.clock, base.ids), base.events)
            billing = open_billing(base) if role.has_page else WebExtension()
            services = build_services(base, _surfaces(page, chats), engine)
            async with _run_background(services, engine, role) as worker:
                front_ends = _open_front_ends(
                    services,
                    role,
                    monitoring,
                    chats=chats,
                    billing=billing,
                    page=page,
                    listeners=listeners,
                    announce=announce,
                )
                async with front_ends as servers:
                    await _announce_start(base, role, listeners, announce)
                    with startup_frozen():
                        await wait_for_either(stop.graceful.wait(), *servers)
                    announce(_STOPPING_WORK if role.has_work else _STOPPING)
                if worker is not None:
                    await _drain(worker, settings, stop)
        announce("Stopped. What was not finished goes on at the next start." if role.has_work else "Stopped.")


@asynccontextmanager
async def _run_background(services: Services, engine: Engine, role: Role) -> AsyncIterator[Worker | None]:
    """Run what goes on beside the front ends: the work on jobs, or, where others do that, what accepting jobs entails."""
    if role.has_work:
        async with run_work(services, engine, recovers=True) as worker:
            yield worker
    else:
        async with AsyncExitStack() as stack:
            for watching in follow_intake(services):
                await stack.enter_async_context(background_task(watching))
            yield None


@asynccontextmanager
async def _open_front_ends(
    services: Services,
    role: Role,
    monitoring: Monitoring,
    *,
    chats: ChatPlatforms,
    billing: WebExtension,
    page: WebSurface,
    listeners: Listeners,
    announce: Announce,
) -> AsyncIterator[tuple[ServerTask, ...]]:
    """Open the front ends of the role while the body runs, and yield the servers."""
    features = services.features
    base, dispatcher = features.base, build_dispatcher(features)
    monitor = ServiceMonitor(base.ai_services, services.budget_alerts, base.clock, announce)
    async with AsyncExitStack() as stack:
        listening = chats.listen(features, dispatcher, by_socket=role.has_sockets, by_http=role.has_page)
        chat_extension = await stack.enter_async_context(listening)
        findings = WebExtension(findings=lambda: monitor.findings)
        extension = merge_extensions((chat_extension, billing, build_downloads(base), findings))
        servers = []
        if listeners.page is not None:
            served = serve_web(features, dispatcher, surface=page, listener=listeners.page, extension=extension)
            servers.append(await stack.enter_async_context(served))
        if listeners.health is not None:
            served = serve_health(
                base,
                listeners.health,
                findings=extension.findings,
                routes=monitoring.routes(base),
                needs_redis=role is Role.WORKER,
            )
            servers.append(await stack.enter_async_context(served))
        if role.has_work:
            await stack.enter_async_context(background_task(monitor.run()))
        yield tuple(servers)


async def _drain(worker: Worker, settings: Settings, stop: StopRequest) -> None:
    """Finish what is being drawn, unless a second signal ends that."""
    async with background_task(stop.immediate.wait()) as second_request:
        await wait_for_either(worker.drain(settings.worker.drain), second_request)


def _surfaces(page: WebSurface, chats: ChatPlatforms) -> Mapping[Platform, Surface]:
    return {WEB: page, API: RestSurface(), TERMINAL: TerminalSurface(quiet=True), **chats.surfaces}


async def _announce_start(base: Foundation, role: Role, listeners: Listeners, announce: Announce) -> None:
    """Announce where the page is, who draws, and what is wrong already."""
    for notice in base.ai_services.notices if role.has_work else ():
        announce(notice)
    skew = await check_clock(base.database, base.clock, base.settings.worker.lease)
    redis = [finding for finding in await check_redis(base.settings, base.clock) if finding.health is Health.WRONG]
    for finding in (*await Readiness(base).findings(), *skew, *redis):
        announce(f"Careful: {finding.subject}: {finding.text} {finding.mend}".rstrip())
    ready = f"{role.process_name} is ready"
    if listeners.page is not None:
        ready += f" at {_address(listeners.page)}"
    ready += " (Ctrl-C stops it)"
    announce(f"{ready}." if listeners.health is None else f"{ready}: {_address(listeners.health)}/readyz and /metrics")


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
