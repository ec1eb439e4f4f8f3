"""What carries jobs to whoever draws, and who of them leads, as the settings choose it."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.app.redis_packages import load_for_redis
from bot.app.tasks import background_task
from bot.config import Settings
from bot.domain.people import Platform, Tier
from bot.ports.clock import Clock
from bot.ports.engine import Engine
from bot.ports.leader_lock import LeaderLock
from storage.engines.local import LocalEngine
from storage.engines.local_leader import LocalLeaderLock

if TYPE_CHECKING:
    from storage.engines.docket import DocketEngine


@asynccontextmanager
async def open_engine(settings: Settings, clock: Clock) -> AsyncIterator[Engine]:
    """Open the engine that the settings name: this process by itself, or Redis for any number of them.

    Raises:
        ConfigError: Redis cannot be used, or its packages are not installed.
    """
    if not settings.engine.url:
        yield LocalEngine(clock)
        return
    async with await _build_docket_engine(settings) as engine:
        yield engine


@asynccontextmanager
async def open_leader_lock(settings: Settings, platforms: Collection[Platform]) -> AsyncIterator[LeaderLock]:
    """Open the lock of those processes that serve the same platforms: only they can do for each other what a leader does."""
    if not settings.engine.url:
        yield LocalLeaderLock()
        return
    from redis.asyncio import Redis

    from storage.engines.redis_leader import RedisLeaderLock

    name = f"{settings.engine.prefix}:leader:{'+'.join(sorted(platforms))}"
    async with Redis.from_url(settings.engine.url.get_secret_value()) as redis:
        lock = RedisLeaderLock(redis, name, settings.worker.lease)
        async with background_task(lock.run()):
            yield lock


async def _build_docket_engine(settings: Settings) -> "DocketEngine":
    build = await load_for_redis(_import_docket_engine)
    return build(
        settings.engine.url.get_secret_value(),
        prefix=settings.engine.prefix,
        tiers=[Tier(name) for name in settings.quotas.tiers],
        lease=settings.worker.lease,
    )


def _import_docket_engine() -> "type[DocketEngine]":
    from storage.engines.docket import DocketEngine

    return DocketEngine
