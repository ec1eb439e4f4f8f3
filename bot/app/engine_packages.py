"""Importing what needs the packages for a broker, where the settings name one."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.config.engine_settings import EngineKind
from bot.errors import ConfigError

T = TypeVar("T")


async def load_for_engine(kind: EngineKind, load: Callable[[], T]) -> T:
    """Return what `load` imports. It reads many files, so a thread does it.

    Raises:
        ConfigError: The packages are not installed.
    """
    try:
        return await asyncio.to_thread(load)
    except ModuleNotFoundError as error:
        text = f"[engine] url names {kind.server}, which needs more packages: pip install easel[{kind}]."
        raise ConfigError(text) from error
