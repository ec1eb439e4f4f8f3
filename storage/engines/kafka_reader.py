"""Reading one topic of Kafka, and committing what is done. Importing this needs `easel[kafka]`."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from bot.domain.jobs import JobId
from bot.domain.people import Tier
from storage.engines.broker import Take
from storage.kafka import FAILURES, PATIENCE

log = structlog.get_logger(__name__)

_AGAIN_AFTER = timedelta(seconds=1)
_LONGEST_RUN = timedelta(hours=2)
"""After so long without a free slot Kafka takes it that this process hangs."""


@dataclass(slots=True)
class _Progress:
    """How far a partition has been read: only what lies before the first unsettled message can be committed."""

    unsettled: set[int] = field(default_factory=set)
    end: int = 0
    is_revoked: bool = False

    @property
    def position(self) -> int:
        return min(self.unsettled, default=self.end)


@dataclass(frozen=True, slots=True)
class _KafkaDelivery:
    """One message that Kafka delivered."""

    job: JobId
    tier: Tier
    offset: int
    partition: Any
    progress: _Progress
    reader: "KafkaReader"

    is_second = False
    """A partition is given to another only when the lease of whoever had it is over."""

    @property
    def is_lost(self) -> bool:
        """Return whether the partition has been taken away."""
        return self.progress.is_revoked

    async def settle(self) -> None:
        """Settle the message, and commit as far as nothing unsettled lies before."""
        await self.reader.settle(self)


class KafkaReader(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Reads a topic as one of a group, so that never more than `slots` messages are unsettled."""

    def __init__(self, brokers: str, topic: str, *, tier: Tier, slots: int, lease: timedelta) -> None:
        self._topic = topic
        self._tier = tier
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=brokers,
            group_id=topic,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=max(10_000, int(lease.total_seconds() * 1500)),
            max_poll_interval_ms=int(_LONGEST_RUN.total_seconds() * 1000),
        )
        self._slots = asyncio.Semaphore(slots)
        self._progress: dict[Any, _Progress] = {}
        self._reading: asyncio.Task[None] | None = None

    def start(self, take: Take) -> None:
        """Begin to read."""
        self._reading = asyncio.create_task(self._read(take))

    async def pause(self) -> None:
        """Read no further."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def stop(self) -> None:
        """Leave the group."""
        await self.pause()
        with contextlib.suppress(*FAILURES):
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await self._consumer.stop()

    async def settle(self, delivery: _KafkaDelivery) -> None:
        """Free the slot, and commit if no earlier message is unsettled. Where that fails, it comes again."""
        progress = delivery.progress
        if progress.is_revoked:
            return
        before = progress.position
        progress.unsettled.discard(delivery.offset)
        self._slots.release()
        if progress.position > before:
            with contextlib.suppress(*FAILURES):
                async with asyncio.timeout(PATIENCE.total_seconds()):
                    await self._consumer.commit({delivery.partition: progress.position})

    async def on_partitions_revoked(self, revoked: "set[Any]") -> None:
        """Forget the unsettled messages of these partitions: the consumer that gets them next reads them again."""
        for partition in revoked:
            progress = self._progress.pop(partition, None)
            if progress is not None:
                progress.is_revoked = True
                for _ in progress.unsettled:
                    self._slots.release()

    async def on_partitions_assigned(self, assigned: "set[Any]") -> None:
        """Do nothing: reading goes on from the last committed offset."""

    async def _read(self, take: Take) -> None:
        """Read until cancelled; what Kafka refuses is asked for again after a moment."""
        await self._join()
        while True:
            await self._slots.acquire()
            try:
                record = await self._consumer.getone()
            except BaseException as error:
                self._slots.release()
                if not isinstance(error, FAILURES):
                    raise
                await asyncio.sleep(_AGAIN_AFTER.total_seconds())
                continue
            partition = TopicPartition(record.topic, record.partition)
            progress = self._progress.setdefault(partition, _Progress())
            progress.unsettled.add(record.offset)
            progress.end = record.offset + 1
            job = JobId(record.value.decode(errors="replace"))
            take(_KafkaDelivery(job, self._tier, record.offset, partition, progress, self))

    async def _join(self) -> None:
        while True:
            try:
                await self._consumer.start()
            except FAILURES:
                await asyncio.sleep(_AGAIN_AFTER.total_seconds())
            else:
                break
        self._consumer.subscribe([self._topic], listener=self)
