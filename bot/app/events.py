"""What carries events between the processes of a house, as the settings choose it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.app.engine_packages import load_for_engine
from bot.config import Settings
from bot.config.engine_settings import EngineKind
from bot.errors import ConfigError
from bot.ports.clock import Ids
from bot.ports.events import Events
from storage.events.local import LocalEvents
from storage.events.remote import Channel, RemoteEvents


@asynccontextmanager
async def open_events(settings: Settings, ids: Ids) -> AsyncIterator[Events]:
    """Open what carries them: this process by itself, or the server of the engine.

    Raises:
        ConfigError: The packages for that are not installed, or its address makes no sense.
    """
    kind = settings.engine.kind
    if kind is EngineKind.LOCAL:
        yield LocalEvents()
        return
    channel = await load_for_engine(kind, lambda: _build_channel(settings))
    async with RemoteEvents(channel, sender=ids.new()) as events:
        yield events


def _build_channel(settings: Settings) -> Channel:
    url, prefix = settings.engine.url.get_secret_value(), settings.engine.prefix
    if settings.engine.kind is EngineKind.RABBITMQ:
        from storage.events.amqp import AmqpChannel

        return AmqpChannel(url, prefix=prefix)
    if settings.engine.kind is EngineKind.KAFKA:
        from storage.events.kafka import KafkaChannel

        return KafkaChannel(url, prefix=prefix)
    from storage.events.redis import RedisChannel

    try:
        return RedisChannel(url, prefix=prefix)
    except ValueError as error:
        raise ConfigError(
            "[engine] url has a setting behind the ? that redis-py does not understand: mend or remove it."
        ) from error
