"""The chat platforms that the settings turn on; what is off is not even imported."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import APIRouter

from bot.adapters.discord import DISCORD
from bot.app.foundation import Foundation
from bot.app.house import House
from bot.config import Settings
from bot.domain.health import Finding
from bot.domain.people import Platform
from bot.ports.surfaces import Surface

if TYPE_CHECKING:
    from bot.adapters.discord.front import DiscordFront, DiscordOptions


def _nothing() -> tuple[Finding, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Guests:
    """What the chat platforms want of the web server: routes of theirs, believed by signature, and a word on how they are."""

    routes: tuple[APIRouter, ...] = ()
    signed_paths: frozenset[str] = frozenset()
    findings: Callable[[], tuple[Finding, ...]] = field(default=_nothing)


class Chats:
    """The chat platforms that are on."""

    def __init__(self, discord: "DiscordFront | None") -> None:
        self._discord = discord

    @property
    def surfaces(self) -> Mapping[Platform, Surface]:
        """Where they show messages."""
        return {DISCORD: self._discord.surface} if self._discord else {}

    @asynccontextmanager
    async def listening(self, house: House) -> AsyncIterator[Guests]:
        """Hear people while the body runs."""
        if self._discord is None:
            yield Guests()
            return
        from bot.adapters.discord.endpoint import PATH

        async with self._discord.listening(house.dispatcher, house.base.records.jobs) as routes:
            yield Guests(routes, frozenset({PATH}) if routes else frozenset(), self._discord.findings)


@asynccontextmanager
async def open_chats(base: Foundation) -> AsyncIterator[Chats]:
    """Open them before the house, so that they outlive what it has to say."""
    if not base.settings.discord.token:
        yield Chats(None)
        return
    from bot.adapters.discord.front import open_discord, point_at

    discord = base.settings.discord
    point_at(discord.api_url, discord.gateway_url)
    async with open_discord(discord_options(base.settings), base.objects, base.clock) as front:
        yield Chats(front)


def discord_options(settings: Settings) -> "DiscordOptions":
    """Give what the Discord front end needs of the settings."""
    from bot.adapters.discord.front import DiscordOptions
    from bot.adapters.discord.gateway import Shards

    discord = settings.discord
    return DiscordOptions(
        token=discord.token.get_secret_value(),
        identify_lock=settings.home / "discord.identify",
        shards=Shards(discord.shard_count, discord.shard_ids),
        spoiler_guilds=discord.spoiler_guilds,
        has_gateway=discord.gateway,
        public_key=discord.public_key,
    )
