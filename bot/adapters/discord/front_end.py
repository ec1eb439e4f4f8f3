"""The whole of Discord as one front end: opened before the house, listening while it is open, closed after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Self

from discord.gateway import DiscordWebSocket
from discord.http import Route
from fastapi import APIRouter

from bot.adapters.discord.application_commands import render_commands
from bot.adapters.discord.bot_client import DiscordBotClient
from bot.adapters.discord.event_handlers import DiscordEventHandlers
from bot.adapters.discord.gateway import GatewayConnection, ShardOptions
from bot.adapters.discord.http_endpoint import DiscordHttpEndpoint
from bot.adapters.discord.identify_limiter import IdentifyLimiter
from bot.adapters.discord.surface import DiscordSurface
from bot.adapters.shared.message_updates import OnOutcome, tell_nobody
from bot.commands.dispatcher import Dispatcher
from bot.commands.translations import Translations
from bot.domain.health import Finding
from bot.ports.clock import Clock
from bot.ports.copy_signer import CopySigner
from bot.ports.objects import ObjectStore
from bot.ports.rate_limiter import RateLimiter
from bot.ports.shared_files import SharedFiles
from bot.services.picture_lookup import PictureLookup
from bot.services.provenance import NO_COPY_SIGNER

_DRAIN_TIMEOUT = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class DiscordOptions:
    """How Discord is reached. `identify_lock` is a file that all processes of this bot on this machine share."""

    token: str
    identify_lock: Path
    shards: ShardOptions
    spoiler_guilds: tuple[str, ...] = ()
    shows_links: bool = False
    has_gateway: bool = True
    public_key: str = ""
    proxy: str = ""
    translations: Translations = field(default_factory=Translations)
    """What menus and forms are called in other languages: nothing until answers are translated too."""


class DiscordFrontEnd:
    """Discord, seen from the composition root; entered while messages are shown.

    Discord itself is only spoken to when there is something to say. `on_progress`
    is told what becomes of each progress of a message.
    """

    def __init__(
        self,
        options: DiscordOptions,
        objects: ObjectStore,
        clock: Clock,
        rate_limiter: RateLimiter,
        shared_files: SharedFiles,
        *,
        copy_signer: CopySigner = NO_COPY_SIGNER,
        on_progress: OnOutcome = tell_nobody,
    ) -> None:
        self._options = options
        self._shared_files = shared_files
        self._clock = clock
        self._bot_client = DiscordBotClient(options.token, proxy=options.proxy)
        self.surface = DiscordSurface(
            self._bot_client,
            objects,
            clock,
            rate_limiter,
            spoiler_guilds=options.spoiler_guilds,
            shows_links=options.shows_links,
            copy_signer=copy_signer,
            on_progress=on_progress,
        )
        self._identify_limiter = IdentifyLimiter(options.identify_lock, clock, rate_limiter)
        self._gateway: GatewayConnection | None = None

    def findings(self) -> tuple[Finding, ...]:
        """Return how it is connected."""
        return (self._gateway.finding,) if self._gateway else ()

    @asynccontextmanager
    async def listen(
        self, dispatcher: Dispatcher, lookup: PictureLookup, *, by_socket: bool = True, by_http: bool = True
    ) -> AsyncIterator[tuple[APIRouter, ...]]:
        """Receive events while the body runs, by the ways that are this process's; afterwards finish those received.

        Gives the routes by which Discord sends interactions, if it does.
        """
        options = self._options
        handlers = DiscordEventHandlers(
            dispatcher=dispatcher,
            surface=self.surface,
            lookup=lookup,
            translations=options.translations,
            shared_files=self._shared_files,
        )
        gateway = GatewayConnection(
            options.token,
            handlers=handlers,
            menu=render_commands(dispatcher.commands.values(), options.translations),
            shards=options.shards,
            identify_limiter=self._identify_limiter,
            proxy=options.proxy,
            has_gateway=options.has_gateway,
        )
        # Where everything comes by HTTP, all that is done by the connection is to register the commands.
        connects = by_socket if options.has_gateway else by_http
        self._gateway = gateway if connects else None
        task = asyncio.create_task(gateway.run() if connects else asyncio.sleep(0))
        try:
            yield self._routes(handlers) if by_http else ()
        finally:
            handlers.is_open = False
            await handlers.drain(_DRAIN_TIMEOUT)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Close all connections."""
        await self.surface.close()
        await self._bot_client.close()

    def _routes(self, handlers: DiscordEventHandlers) -> tuple[APIRouter, ...]:
        key = self._options.public_key
        return (
            (DiscordHttpEndpoint(key, handlers=handlers, bot_client=self._bot_client, clock=self._clock).routes(),) if key else ()
        )


def set_api_addresses(api_url: str, gateway_url: str) -> None:
    """Set the API's address for every client of this process, such as a proxy's; empty leaves Discord's own."""
    if api_url:
        Route.BASE = api_url
    if gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = type(DiscordWebSocket.DEFAULT_GATEWAY)(gateway_url)
