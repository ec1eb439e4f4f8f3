"""What `easel doctor` looks at of the RabbitMQ or Kafka that the settings name."""

from typing import TYPE_CHECKING

from bot.app.engine_packages import load_for_engine
from bot.config import Settings
from bot.config.engine_settings import EngineKind
from bot.domain.health import Finding, Health
from bot.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def check_broker(settings: Settings) -> tuple[Finding, ...]:
    """Check that the broker answers, and return which it is."""
    kind = settings.engine.kind
    if kind not in {EngineKind.RABBITMQ, EngineKind.KAFKA}:
        return ()
    examine = await load_for_engine(kind, _import_rabbitmq if kind is EngineKind.RABBITMQ else _import_kafka)
    try:
        found = await examine(settings.engine.url.get_secret_value())
    except ConfigError as error:
        return (Finding(kind, Health.WRONG, error.user_text),)
    return (Finding(kind, Health.OK, f"{found} answers."),)


def _import_rabbitmq() -> "Callable[[str], Awaitable[str]]":
    from storage.rabbitmq import examine

    return examine


def _import_kafka() -> "Callable[[str], Awaitable[str]]":
    from storage.kafka import examine

    return examine
