"""Short-lived state that all processes of a house share: in Redis where there is one, else in this process alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.app.engine_packages import load_for_engine
from bot.app.tasks import background_task
from bot.config import Settings
from bot.config.engine_settings import EngineKind
from bot.domain.health import Check, Finding, Health
from bot.errors import ConfigError, StorageFailed
from bot.ports.clock import Clock, Ids
from bot.ports.rate_limiter import Locks, RateLimiter
from bot.ports.shared_files import SharedFiles
from storage.limits.local import LocalLocks, LocalRateLimiter
from storage.no_shared_files import NoSharedFiles
from storage.sql.database import Database
from storage.sql.deployment import make_deployment

if TYPE_CHECKING:
    from storage.redis_link import RedisLink
    from storage.redis_prefix import RedisPrefix

_AWAY = "Redis does not answer: new requests wait in the database, and each process counts by itself."
_TAKEN = "Another easel, with another database, uses the same [engine] prefix: they take each other's jobs."


async def _find_nothing() -> tuple[Finding, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class SharedState:
    """The shared state by port. None of it needs to outlive an outage, nor raises in one. `check` says how its server is."""

    rate_limiter: RateLimiter
    locks: Locks
    files: SharedFiles = field(default_factory=NoSharedFiles)
    check: Check = _find_nothing


@asynccontextmanager
async def open_shared_state(settings: Settings, database: Database, clock: Clock, ids: Ids) -> AsyncIterator[SharedState]:
    """Open the shared state.

    Raises:
        ConfigError: The packages for Redis are not installed, or another house uses our prefix there.
    """
    rate_limiter, locks = LocalRateLimiter(clock), LocalLocks()
    if settings.engine.kind is not EngineKind.REDIS:
        yield SharedState(rate_limiter, locks)
        return
    build_link = await load_for_engine(EngineKind.REDIS, _import_redis_link)
    from storage.limits.redis import RedisLocks, RedisRateLimiter
    from storage.redis_files import RedisFiles
    from storage.redis_prefix import RedisPrefix

    prefix = settings.engine.prefix
    async with build_link(settings.engine.url.get_secret_value()) as link:
        claimed = RedisPrefix(link, prefix=prefix, deployment=await make_deployment(database, clock, ids))
        await _claim(claimed, prefix)
        async with background_task(claimed.run()):
            yield SharedState(
                RedisRateLimiter(link, prefix=prefix, alone=rate_limiter),
                RedisLocks(link, prefix=prefix, alone=locks),
                RedisFiles(link, prefix=prefix),
                lambda: _check(claimed),
            )


async def _claim(claimed: "RedisPrefix", prefix: str) -> None:
    """See whether the prefix is ours; a Redis that is away is the engine's to complain about."""
    try:
        is_ours = await claimed.claim()
    except StorageFailed:
        return
    if not is_ours:
        raise ConfigError(
            f"Another easel, with another database, runs with [engine] prefix “{prefix}” in the same Redis, so they would take "
            "each other's jobs: set another [engine] prefix for one of the two, or stop it and start this one 20 seconds later."
        )


async def _check(claimed: "RedisPrefix") -> tuple[Finding, ...]:
    try:
        is_ours = await claimed.claim()
    except StorageFailed:
        return (Finding("redis", Health.WRONG, _AWAY, "Run easel doctor."),)
    return (
        (Finding("redis", Health.OK, "It answers."),)
        if is_ours
        else (Finding("redis", Health.WRONG, _TAKEN, "Run easel doctor."),)
    )


def _import_redis_link() -> "type[RedisLink]":
    from storage.redis_link import RedisLink

    return RedisLink
