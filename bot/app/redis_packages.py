"""Importing what needs the packages for Redis, where the settings name one."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.errors import ConfigError

T = TypeVar("T")


async def load_for_redis(load: Callable[[], T]) -> T:
    """Return what `load` imports. It reads many files, so a thread does it.

    Raises:
        ConfigError: The packages are not installed.
    """
    try:
        return await asyncio.to_thread(load)
    except ModuleNotFoundError as error:
        raise ConfigError("[engine] url names Redis, which needs more packages: pip install easel[redis].") from error
