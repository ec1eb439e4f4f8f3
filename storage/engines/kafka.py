"""Kafka carries job ids: a topic for each tier, and a consumer group that reads it. Importing this needs `easel[kafka]`."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import structlog
from aiokafka import AIOKafkaProducer

from bot.domain.jobs import JobId
from bot.domain.people import Tier
from bot.errors import ConfigError, StorageFailed
from storage.engines.broker import OTHERS, Take
from storage.engines.kafka_reader import KafkaReader
from storage.kafka import FAILURES, PATIENCE, brokers_of, refusing

log = structlog.get_logger(__name__)

_ASK_EVERY = timedelta(seconds=3)


class KafkaBroker:
    """Sends to topics, and reads them by groups that share their partitions out. Open it with `async with`.

    Who holds a partition and dies is followed after one and a half `lease`: by
    then the lease in the job's row has run out too.
    """

    def __init__(self, url: str, *, prefix: str, tiers: Sequence[Tier], lease: timedelta) -> None:
        self._url = url
        self._topics = {tier: f"{prefix}.{tier}" for tier in (*tiers, OTHERS)}
        self._lease = lease
        self._producer: Any = None  # aiokafka has no types
        self._readers: list[KafkaReader] = []
        self._asking: asyncio.Task[None] | None = None
        self._is_away = False
        self.connections = 1

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            ConfigError: There is no Kafka at the address, or it lacks a topic.
        """
        where = f"[engine] url names Kafka at {brokers_of(self._url)}, "
        self._producer = AIOKafkaProducer(bootstrap_servers=brokers_of(self._url), acks="all", request_timeout_ms=_ms(PATIENCE))
        try:
            async with refusing(self._url), asyncio.timeout(PATIENCE.total_seconds()):
                await self._producer.start()
        except BaseException:
            await self._producer.stop()
            raise
        for topic in self._topics.values():
            await self._check_topic(topic, where)
        self._asking = asyncio.create_task(self._keep_asking())
        return self

    async def _check_topic(self, topic: str, where: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await self._producer.partitions_for(topic)
        except FAILURES as error:
            await self._producer.stop()
            raise ConfigError(f"{where}which has no topic {topic}: make it there, or let Kafka make topics by itself.") from error

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Disconnect."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        with contextlib.suppress(*FAILURES):
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await self._producer.stop()

    async def send(self, job: JobId, tier: Tier) -> None:
        """Send the job, unless Kafka is known to be away, and wait until all replicas have it."""
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                if self._is_away:
                    raise ConnectionError("not connected")
                await self._producer.send_and_wait(self._topics[tier], job.encode())
        except FAILURES as error:
            raise StorageFailed("kafka", str(error) or type(error).__name__) from error

    async def start(self, slots: Mapping[Tier, int], take: Take) -> None:
        """Read each topic."""
        for tier, most in slots.items():
            reader = KafkaReader(brokers_of(self._url), self._topics[tier], tier=tier, slots=most, lease=self._lease)
            self._readers.append(reader)
            reader.start(take)

    async def pause(self) -> None:
        """Read no further."""
        await asyncio.gather(*(reader.pause() for reader in self._readers))

    async def stop(self) -> None:
        """Leave the consumer groups, so that others read what is not settled."""
        readers, self._readers = self._readers, []
        await asyncio.gather(*(reader.stop() for reader in readers))

    async def _keep_asking(self) -> None:
        """Ask now and then whether Kafka is there; say once that it is away, and once that it is back."""
        while True:
            await asyncio.sleep(_ASK_EVERY.total_seconds())
            try:
                async with asyncio.timeout(PATIENCE.total_seconds()):
                    await self._producer.client.fetch_all_metadata()
            except FAILURES as error:
                if not self._is_away:
                    log.warning("engine.away", broker="kafka", reason=str(error) or type(error).__name__)
                self._is_away = True
            else:
                if self._is_away:
                    self.connections += 1
                    log.info("engine.back", broker="kafka")
                self._is_away = False


def _ms(time: timedelta) -> int:
    return int(time.total_seconds() * 1000)
