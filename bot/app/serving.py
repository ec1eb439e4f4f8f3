"""All of `easel run`: the house, its front ends, and a clean end."""

import socket
from collections.abc import Callable, Mapping

from bot.adapters.terminal import TERMINAL, TerminalSurface
from bot.adapters.web.rest import API
from bot.adapters.web.rest.surface import RestSurface
from bot.adapters.web.surface import WEB, WebSurface
from bot.app.billing import open_billing
from bot.app.chat_platforms import ChatPlatforms, merge_extensions, open_chat_platforms
from bot.app.clock_skew import check_clock
from bot.app.foundation import Foundation, open_foundation
from bot.app.garbage import startup_frozen
from bot.app.house import run_house
from bot.app.readiness import Readiness
from bot.app.service_monitor import ServiceMonitor
from bot.app.stop_signals import listen_for_stop
from bot.app.tasks import background_task, wait_for_either
from bot.app.web_server import bind_port, serve_web, with_port
from bot.config import Settings
from bot.domain.people import Platform
from bot.ports.surfaces import Surface
from storage.sql.page_messages import SqlPageMessages

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
    with bind_port(settings) as listener, listen_for_stop() as stop:
        settings = with_port(settings, listener.getsockname()[1])
        async with open_foundation(settings) as base:
            surface, billing = WebSurface(SqlPageMessages(base.database, base.clock, base.ids), base.events), open_billing(base)
            async with open_chat_platforms(base) as chats, run_house(base, _surfaces(surface, chats)) as house:
                services, dispatcher = house.services, house.dispatcher
                monitor = ServiceMonitor(base.ai_services, services.budget_alerts, base.clock, announce)
                async with (
                    chats.listen(services, dispatcher) as extension,
                    serve_web(
                        services,
                        dispatcher,
                        surface=surface,
                        listener=listener,
                        extension=merge_extensions((extension, billing)),
                        monitor=monitor,
                    ) as server,
                    background_task(monitor.run()),
                ):
                    await _announce_start(base, listener, announce)
                    with startup_frozen():
                        await wait_for_either(stop.graceful.wait(), server)
                    announce(_STOPPING)
                async with background_task(stop.immediate.wait()) as second_request:
                    await wait_for_either(house.worker.drain(settings.worker.drain), second_request)
        announce("Stopped. What was not finished goes on at the next start.")


def _surfaces(page: WebSurface, chats: ChatPlatforms) -> Mapping[Platform, Surface]:
    return {WEB: page, API: RestSurface(), TERMINAL: TerminalSurface(quiet=True), **chats.surfaces}


async def _announce_start(base: Foundation, listener: socket.socket, announce: Announce) -> None:
    """Say where the page is, who draws, and what is wrong already."""
    host, port = listener.getsockname()[:2]
    for notice in base.ai_services.notices:
        announce(notice)
    skew = await check_clock(base.database, base.clock, base.settings.worker.lease)
    for finding in (*await Readiness(base).findings(), *skew):
        announce(f"Careful: {finding.subject}: {finding.text} {finding.mend}".rstrip())
    announce(f"easel is ready at http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C stops it).")
