"""Opens what the settings choose to carry jobs to workers, and to choose their leader."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from bot.app.engine_packages import load_for_engine
from bot.app.foundation import Foundation
from bot.app.tasks import background_task
from bot.config import Settings
from bot.config.engine_settings import EngineKind
from bot.domain.people import Platform, Tier
from bot.ports.clock import Clock
from bot.ports.engine import Engine
from bot.ports.events import Events
from bot.ports.leader_lock import LeaderLock
from storage.engines.broker import Broker
from storage.engines.brokered import BrokerEngine
from storage.engines.local import LocalEngine
from storage.engines.local_leader import LocalLeaderLock
from storage.sql.leader_lock import DatabaseLeaderLock


@asynccontextmanager
async def open_engine(settings: Settings, clock: Clock, events: Events) -> AsyncIterator[Engine]:
    """Open the engine that the settings name: this process by itself, or a broker for any number of them.

    Raises:
        ConfigError: The broker cannot be used, or its packages are not installed.
    """
    kind = settings.engine.kind
    if kind is EngineKind.LOCAL:
        yield LocalEngine(clock)
    elif kind is EngineKind.REDIS:
        async with await load_for_engine(kind, lambda: _build_docket_engine(settings)) as engine:
            yield engine
    else:
        async with (
            await load_for_engine(kind, lambda: _build_broker(settings)) as broker,
            BrokerEngine(broker, tiers=_tiers(settings), lease=settings.worker.lease, events=events, clock=clock) as engine,
        ):
            yield engine


@asynccontextmanager
async def open_leader_lock(base: Foundation, platforms: frozenset[Platform]) -> AsyncIterator[LeaderLock]:
    """Open the lock of those processes that serve the same platforms: only they can do for each other what a leader does."""
    if base.settings.engine.kind is EngineKind.LOCAL:
        yield LocalLeaderLock()
        return
    name, lease = f"recovery:{'+'.join(sorted(platforms))}", base.settings.worker.lease
    lock = DatabaseLeaderLock(base.database, base.clock, name=name, holder=base.ids.new(), lease=lease)
    async with background_task(lock.run()):
        yield lock


def _build_docket_engine(settings: Settings) -> AbstractAsyncContextManager[Engine]:
    from storage.engines.docket import DocketEngine

    url, prefix = settings.engine.url.get_secret_value(), settings.engine.prefix
    return DocketEngine(url, prefix=prefix, tiers=_tiers(settings), lease=settings.worker.lease)


def _build_broker(settings: Settings) -> AbstractAsyncContextManager[Broker]:
    url, prefix, tiers = settings.engine.url.get_secret_value(), settings.engine.prefix, _tiers(settings)
    if settings.engine.kind is EngineKind.KAFKA:
        from storage.engines.kafka import KafkaBroker

        return KafkaBroker(url, prefix=prefix, tiers=tiers, lease=settings.worker.lease)
    from storage.engines.amqp import AmqpBroker

    return AmqpBroker(url, prefix=prefix, tiers=tiers)


def _tiers(settings: Settings) -> tuple[Tier, ...]:
    return tuple(Tier(name) for name in settings.quotas.tiers)
