"""The connection to Discord's gateway, held for as long as the house is open, whatever happens to it."""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import structlog

from bot.adapters.discord.application_commands import Json
from bot.adapters.discord.command_registration import sync_commands
from bot.adapters.discord.event_handlers import DiscordEventHandlers
from bot.adapters.discord.identify_limiter import IdentifyLimiter
from bot.adapters.shared.persistent_connection import PersistentConnection
from bot.domain.health import Finding, Health
from bot.errors import SurfaceFailed

log = structlog.get_logger(__name__)

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here

INTENTS = discord.Intents(guilds=True, guild_messages=True, guild_reactions=True, dm_messages=True, dm_reactions=True)
"""None of them is privileged: what people write to a bot in private, or where they mention it, comes with its words."""

_CLOSE_TIMEOUT = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class ShardOptions:
    """Which part of the servers this process looks after. A count of 0 is what Discord recommends; no ids are all of them."""

    count: int = 1
    ids: tuple[int, ...] = ()


class GatewayConnection:
    """Connects, registers the commands, listens; begins anew when it breaks.

    `proxy` is the address of a proxy, or empty.
    """

    def __init__(
        self,
        token: str,
        *,
        handlers: DiscordEventHandlers,
        menu: list[Json],
        shards: ShardOptions,
        identify_limiter: IdentifyLimiter,
        proxy: str = "",
        has_gateway: bool = True,
    ) -> None:
        self._token = token
        self._proxy = proxy
        self._handlers = handlers
        self._menu = menu
        self._shards = shards
        self._identify_limiter = identify_limiter
        self._client: discord.Client | None = None
        self._connection = PersistentConnection("discord", self._connect_once)
        self._is_synced = False
        self._has_gateway = has_gateway

    @property
    def finding(self) -> Finding:
        """Return how it is connected."""
        client = self._client
        if not self._has_gateway and not self._connection.last_error:
            return Finding("discord", Health.OK, "Interactions come by HTTP.")
        if client is not None and client.is_ready():
            return Finding("discord", Health.OK, f"Connected; {len(client.guilds)} servers.")
        return self._connection.trouble()

    async def run(self) -> None:
        """Hold the connection until cancelled."""
        await self._connection.run()

    async def _connect_once(self) -> str:
        """Stay connected for as long as that lasts, and return why it ended. A boundary: discord.py ends in many ways.

        When its very first connection fails it dies with an AttributeError, for one (seen with discord.py 2.7.1).
        """
        self._client = client = build_client(self._shards, self._identify_limiter, self._proxy)
        self._handlers.listen_to(client)
        client.event(self._connect_listener())
        try:
            await client.login(self._token)
            await self._sync(client)
            self._connection.last_error = ""
            if not self._has_gateway:
                await asyncio.Event().wait()  # until cancelled: everything comes by HTTP
            await client.connect()
        except discord.LoginFailure:
            return "the token is not accepted"
        except discord.PrivilegedIntentsRequired:
            return "the intents are not accepted"
        except discord.ConnectionClosed as error:
            return f"closed with code {error.code}"
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
            return type(error).__name__
        except Exception as error:  # noqa: BLE001 - see above
            return f"{type(error).__name__} in discord.py"
        finally:
            await _close_quietly(client)
        return "closed"

    def _connect_listener(self) -> Any:
        # Not `on_ready`: discord.py sends it two seconds late, also to a client that was closed meanwhile, and breaks there.
        async def on_connect() -> None:
            self._connection.note_connected()

        return on_connect

    async def _sync(self, client: discord.Client) -> None:
        """Register the commands, once; if that fails the old ones still work."""
        if self._is_synced:
            return
        try:
            await sync_commands(client, self._menu)
            self._is_synced = True
        except SurfaceFailed as error:
            log.warning("discord.commands_not_synced", reason=str(error))


def build_client(shards: ShardOptions, identify_limiter: IdentifyLimiter, proxy: str = "") -> discord.Client:
    """Return a client that caches nothing that nobody asks for."""
    options: dict[str, Any] = {
        "intents": INTENTS,
        "max_messages": None,
        "chunk_guilds_at_startup": False,
        "member_cache_flags": discord.MemberCacheFlags.none(),
        "allowed_mentions": discord.AllowedMentions.none(),
        "proxy": proxy or None,
    }
    if shards.count == 1:
        return _IdentifiesInTurn(identify_limiter, **options)
    return _ShardedClient(identify_limiter, **options, shard_count=shards.count or None, shard_ids=list(shards.ids) or None)


class _IdentifiesInTurn(discord.Client):
    """A client that asks `IdentifyLimiter` before it identifies itself."""

    def __init__(self, identify_limiter: IdentifyLimiter, **options: Any) -> None:
        super().__init__(**options)
        self._identify_limiter = identify_limiter

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002 - discord.py's
        await self._identify_limiter.acquire()


class _ShardedClient(_IdentifiesInTurn, discord.AutoShardedClient):
    """The same with several connections. Discord says how many of them may identify themselves side by side."""

    _side_by_side = 0

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002 - discord.py's
        if not self._side_by_side:
            self._side_by_side = (await self.fetch_session_start_limits()).max_concurrency
        await self._identify_limiter.acquire((shard_id or 0) % self._side_by_side)


async def _close_quietly(client: discord.Client) -> None:
    """Close a client, even while we are being cancelled, and even if it will not be closed."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_CLOSE_TIMEOUT.total_seconds()):
            await client.close()
