"""The whole of Discord as one front end: opened before the house, listening while it is open, closed after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from discord.gateway import DiscordWebSocket
from discord.http import Route
from fastapi import APIRouter

from bot.adapters.discord.ears import Ears
from bot.adapters.discord.endpoint import Endpoint
from bot.adapters.discord.gateway import Gateway, Shards
from bot.adapters.discord.menu import menu_of
from bot.adapters.discord.rest import Rest
from bot.adapters.discord.surface import DiscordSurface
from bot.commands.dispatcher import Dispatcher
from bot.commands.translations import Translations
from bot.domain.health import Finding
from bot.ports.clock import Clock
from bot.ports.jobs import Jobs
from bot.ports.objects import ObjectStore

_QUIET_BUDGET = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class DiscordOptions:
    """How Discord is reached. `identify_lock` is a file that all processes of this bot on this machine share."""

    token: str
    identify_lock: Path
    shards: Shards
    spoiler_guilds: tuple[str, ...] = ()
    shows_links: bool = False
    has_gateway: bool = True
    public_key: str = ""
    proxy: str = ""
    translations: Translations = field(default_factory=Translations)
    """What menus and forms are called in other languages: nothing until answers are translated too."""


class DiscordFront:
    """Discord, seen from the composition root."""

    def __init__(self, options: DiscordOptions, objects: ObjectStore, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._rest = Rest(options.token, proxy=options.proxy)
        self.surface = DiscordSurface(
            self._rest, objects, clock, spoiler_guilds=options.spoiler_guilds, shows_links=options.shows_links
        )
        self._gateway: Gateway | None = None

    def findings(self) -> tuple[Finding, ...]:
        """Say how it is connected."""
        return (self._gateway.finding,) if self._gateway else ()

    @asynccontextmanager
    async def listening(self, dispatcher: Dispatcher, jobs: Jobs) -> AsyncIterator[tuple[APIRouter, ...]]:
        """Hear people while the body runs; afterwards nothing more is heard, and what was heard is dealt with.

        Gives the routes by which Discord sends interactions, if it does.
        """
        options = self._options
        ears = Ears(dispatcher=dispatcher, surface=self.surface, jobs=jobs, translations=options.translations)
        gateway = Gateway(
            options.token,
            ears=ears,
            menu=menu_of(dispatcher.commands.values(), options.translations),
            shards=options.shards,
            lock=options.identify_lock,
            clock=self._clock,
            proxy=options.proxy,
            is_connected=options.has_gateway,
        )
        self._gateway = gateway
        task = asyncio.create_task(gateway.run())
        try:
            yield self._routes(ears)
        finally:
            ears.is_open = False
            await ears.quiet(_QUIET_BUDGET)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def close(self) -> None:
        """Say nothing any more."""
        await self.surface.close()
        await self._rest.close()

    def _routes(self, ears: Ears) -> tuple[APIRouter, ...]:
        key = self._options.public_key
        return (Endpoint(key, ears=ears, rest=self._rest, clock=self._clock).routes(),) if key else ()


@asynccontextmanager
async def open_discord(options: DiscordOptions, objects: ObjectStore, clock: Clock) -> AsyncIterator[DiscordFront]:
    """Open what messages need, and close it; Discord itself is only spoken to when there is something to say."""
    front = DiscordFront(options, objects, clock)
    try:
        yield front
    finally:
        await front.close()


def point_at(api_url: str, gateway_url: str) -> None:
    """Have every client of this process speak to another address, such as a proxy's. Empty leaves Discord's own."""
    if api_url:
        Route.BASE = api_url
    if gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = type(DiscordWebSocket.DEFAULT_GATEWAY)(gateway_url)
