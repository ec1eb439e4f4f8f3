"""What carries jobs to whoever draws, as the settings choose it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.domain.people import Tier
from bot.errors import ConfigError
from bot.ports.clock import Clock
from bot.ports.engine import Engine
from storage.engines.local import LocalEngine

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


async def _build_docket_engine(settings: Settings) -> "DocketEngine":
    try:
        # The import reads many files: the loop has better things to do.
        build = await asyncio.to_thread(_import_docket_engine)
    except ModuleNotFoundError as error:
        raise ConfigError("[engine] url names Redis, which needs more packages: pip install easel[redis].") from error
    return build(
        settings.engine.url.get_secret_value(),
        prefix=settings.engine.prefix,
        tiers=[Tier(name) for name in settings.quotas.tiers],
        lease=settings.worker.lease,
    )


def _import_docket_engine() -> "type[DocketEngine]":
    from storage.engines.docket import DocketEngine

    return DocketEngine
