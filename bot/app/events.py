"""What carries events between the processes of a house, as the settings choose it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.app.redis_packages import load_for_redis
from bot.config import Settings
from bot.errors import ConfigError
from bot.ports.clock import Ids
from bot.ports.events import Events
from storage.events.local import LocalEvents

if TYPE_CHECKING:
    from storage.events.redis import RedisEvents


@asynccontextmanager
async def open_events(settings: Settings, ids: Ids) -> AsyncIterator[Events]:
    """Open what carries them: this process by itself, or the Redis of the engine.

    Raises:
        ConfigError: The packages for Redis are not installed, or its address makes no sense.
    """
    if not settings.engine.url:
        yield LocalEvents()
        return
    build = await load_for_redis(_import_redis_events)
    url, prefix = settings.engine.url.get_secret_value(), settings.engine.prefix
    try:
        opened = build(url, prefix=prefix, sender=ids.new())
    except ValueError as error:
        raise ConfigError(
            "[engine] url has a setting behind the ? that redis-py does not understand: mend or remove it."
        ) from error
    async with opened as events:
        yield events


def _import_redis_events() -> "type[RedisEvents]":
    from storage.events.redis import RedisEvents

    return RedisEvents
