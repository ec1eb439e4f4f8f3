"""The Kafka that a house is told to use, and what is wrong where it cannot. Importing this needs `easel[kafka]`."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from bot.errors import ConfigError

PATIENCE = timedelta(seconds=5)

FAILURES = (KafkaError, OSError)
"""What a connection that goes, or does not come, raises; a time-out is an OSError."""


def brokers_of(url: str) -> str:
    """Return the addresses to begin with, as aiokafka takes them; it says each failure several times, and we say it once."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    return urlsplit(url).netloc


@asynccontextmanager
async def refusing(url: str) -> AsyncIterator[None]:
    """Turn a failure into a `ConfigError` with a sentence that says why.

    Raises:
        ConfigError: Something did.
    """
    try:
        yield
    except FAILURES as error:
        where = f"[engine] url names Kafka at {brokers_of(url)}, "
        text = f"{where}which does not answer: start it, mend the address, or leave url empty to work on this machine only."
        raise ConfigError(text) from error


async def examine(url: str) -> str:
    """Return its name, and how many brokers it has; it does not say its version.

    Raises:
        ConfigError: It cannot be used.
    """
    producer = AIOKafkaProducer(bootstrap_servers=brokers_of(url), request_timeout_ms=int(PATIENCE.total_seconds() * 1000))
    try:
        async with refusing(url), asyncio.timeout(PATIENCE.total_seconds()):
            await producer.start()
        return f"Kafka at {brokers_of(url)} (brokers: {len(producer.client.cluster.brokers())})"
    finally:
        await producer.stop()
