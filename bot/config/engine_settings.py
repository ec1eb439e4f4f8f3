"""The settings of what carries jobs to workers."""

import re
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from bot.config.field_types import NO_SECRET, Secret, Section, Slug


class EngineKind(StrEnum):
    """What carries jobs. The value is the name of the extra that it needs."""

    LOCAL = "local"
    REDIS = "redis"
    RABBITMQ = "rabbitmq"
    KAFKA = "kafka"

    @property
    def server(self) -> str:
        """Return what its server is called."""
        return {EngineKind.REDIS: "Redis", EngineKind.RABBITMQ: "RabbitMQ", EngineKind.KAFKA: "Kafka"}.get(self, "")


_KINDS = {
    "redis": EngineKind.REDIS,
    "rediss": EngineKind.REDIS,
    "amqp": EngineKind.RABBITMQ,
    "amqps": EngineKind.RABBITMQ,
    "kafka": EngineKind.KAFKA,
}


def _check_url(url: SecretStr) -> SecretStr:
    if url and not _is_broker_url(url.get_secret_value()):
        *schemes, last = (f"{scheme}://" for scheme in _KINDS)
        example = "redis://:password@redis.example.org:6379/0"
        raise ValueError(f"must begin with {', '.join(schemes)} or {last}, and name a host, such as {example}")
    return url


def _is_broker_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        kind = _KINDS.get(parts.scheme)
        if kind is EngineKind.KAFKA:
            return _are_kafka_addresses(text)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return has_host and kind is not None and (kind is not EngineKind.REDIS or (parts.path.strip("/") or "0").isdecimal())


def _are_kafka_addresses(text: str) -> bool:
    """Whether it is one address or several, and nothing else: aiokafka takes no names and paths."""
    addresses = text.removeprefix("kafka://").split(",")
    return all(re.fullmatch(r"[\w.-]+(:[1-9]\d{0,4})?", address) for address in addresses)


class EngineSettings(Section):
    """`[engine]`: what carries jobs to workers."""

    url: Annotated[Secret, AfterValidator(_check_url)] = NO_SECRET
    prefix: Slug = "easel"

    @property
    def kind(self) -> EngineKind:
        """Return what carries jobs."""
        return _KINDS.get(urlsplit(self.url.get_secret_value()).scheme, EngineKind.LOCAL)
