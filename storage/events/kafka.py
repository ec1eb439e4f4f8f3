"""Events over a topic of Kafka. Importing this needs `easel[kafka]`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from storage.events.remote import Receive
from storage.kafka import FAILURES, PATIENCE, brokers_of

_MOST_BYTES = 16 * 1024 * 1024

_KEY = b"events"
"""The same for all, so that all are in one partition, and in their order."""


class KafkaChannel:
    """A topic that everybody who listens reads from its end."""

    failures: tuple[type[Exception], ...] = FAILURES

    def __init__(self, url: str, *, prefix: str) -> None:
        self._brokers = brokers_of(url)
        self._topic = f"{prefix}.events"
        self._producer: Any = None  # aiokafka has no types

    async def send(self, message: bytes) -> None:
        """Send the message. One that is too large for Kafka's own settings is an unfinished picture, and left out."""
        if self._producer is None:
            self._producer = AIOKafkaProducer(bootstrap_servers=self._brokers, acks=1, max_request_size=_MOST_BYTES)
            try:
                await self._producer.start()
            except BaseException:
                await self.close()
                raise
        with contextlib.suppress(MessageSizeTooLargeError):
            await self._producer.send_and_wait(self._topic, message, key=_KEY)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Receive]:
        """Read from the end of the topic on, in no consumer group, and yield the receiver."""
        consumer = AIOKafkaConsumer(self._topic, bootstrap_servers=self._brokers, auto_offset_reset="latest")

        async def receive() -> bytes:
            return bytes((await consumer.getone()).value)

        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await consumer.start()
                for partition in consumer.assignment():
                    await consumer.position(partition)
            yield receive
        finally:
            await consumer.stop()

    async def close(self) -> None:
        """Disconnect."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()
