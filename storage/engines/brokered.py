"""What engines on message brokers have in common: a broker carries ids, and what it cannot do with them is done here."""

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import structlog

from bot.domain.jobs import JobId
from bot.domain.people import Tier
from bot.errors import StorageFailed
from bot.ports.clock import Clock
from bot.ports.engine import Work
from bot.ports.events import Events, WorkCancelled
from storage.engines.broker import OTHERS, Broker, BrokerDelivery
from storage.engines.broker_jobs import DelayedJobs, SentJobs
from storage.engines.work import check_slots, run_logged

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Run:
    delivery: BrokerDelivery
    task: "asyncio.Task[None]"
    is_cancelled: bool = False


class BrokerEngine:
    """Works on what a broker brings; delays, cancelling and repetitions are this process's business, as far as it knows.

    A job that waits for its time waits here: should this process die, recovery
    publishes it when its row says so. Another process may publish a job that
    waits already, which the fence makes harmless. Slots belong to their tier.
    Open it with `async with`, after the broker.
    """

    def __init__(self, broker: Broker, *, tiers: Sequence[Tier], lease: timedelta, events: Events, clock: Clock) -> None:
        self._broker = broker
        self._lease = lease
        self._tiers = tuple(tiers)
        self._events = events
        self._clock = clock
        self._memory = SentJobs()
        self._connections = 0
        self._later = DelayedJobs(clock)
        self._again: dict[JobId, tuple[datetime, Tier]] = {}
        self._runs: dict[JobId, _Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._work: Work | None = None
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._paused = asyncio.Event()
        self._unstarted: list[BrokerDelivery] = []
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Begin to look after what waits for its time, and to hear what is cancelled elsewhere."""
        self._stack.enter_context(self._events.subscribe(WorkCancelled, lambda event: self._cancel(JobId(event.job))))
        clock = asyncio.create_task(self._send_due_forever())
        self._stack.callback(clock.cancel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the tasks that `__aenter__` began."""
        await self._stack.aclose()

    async def publish(self, job: JobId, *, tier: Tier, not_before: datetime | None = None) -> None:
        """Send the job to its tier's queue when its time has come; with a time also where it may wait there already."""
        self._memory.revive(job)
        if job in self._runs:
            if not_before is not None:
                self._again.setdefault(job, (not_before, tier))
        elif job not in self._later and (not_before is not None or not self._waits(job)):
            await self._send_or_keep(job, tier, not_before or self._clock.now())
        self._changed.set()

    async def publish_missing(self, jobs: Sequence[tuple[JobId, Tier]]) -> None:
        """Publish those of which this process knows nothing, or has not for a good while."""
        for job, tier in jobs:
            await self.publish(job, tier=tier)

    async def cancel(self, job: JobId) -> None:
        """Publish the cancel to all processes. One that gets the job without having heard of it finds the job's row ended."""
        await self._events.publish(WorkCancelled(job))

    async def has_worker(self, tier: Tier) -> bool | None:  # noqa: ARG002 - the port's signature
        """Return None: a broker does not say which other processes consume from it."""
        return None

    def stop_starting(self) -> None:
        """Start no more jobs in this run; the broker keeps them for others."""
        self._stopping.set()

    async def run(self, work: Work, slots: Mapping[Tier, int]) -> None:
        """Work on jobs until cancelled. What was cut off then goes to the end of its queue.

        Raises:
            ValueError: There is no slot.
            RuntimeError: The engine runs already.
        """
        check_slots(slots)
        if self._work is not None:
            raise RuntimeError("the engine runs already")
        self._work = work
        self._stopping.clear()
        self._paused.clear()
        self._changed.set()
        least = min(share for share in slots.values() if share)
        try:
            await self._broker.start(
                {tier: share for tier in (*self._tiers, OTHERS) if (share := slots.get(tier, least))}, self._take
            )
            await self._stopping.wait()
            await self._pause()
            await asyncio.Event().wait()
        finally:
            self._stopping.set()
            await self._pause()
            await self._cut_off()
            await self._broker.stop()
            self._work = None

    def _queue_of(self, tier: Tier) -> Tier:
        return tier if tier in self._tiers else OTHERS

    def _waits(self, job: JobId) -> bool:
        if self._connections != self._broker.connections:
            self._connections = self._broker.connections
            self._memory.clear()
        return self._memory.knows(job)

    async def _send_or_keep(self, job: JobId, tier: Tier, at: datetime) -> None:
        now = self._clock.now()
        if at > now:
            self._later.add(job, tier, at)
            return
        self._memory.add(job, now)
        try:
            await self._broker.send(job, self._queue_of(tier))
        except BaseException:
            self._memory.forget(job)
            raise

    async def _send_due_forever(self) -> None:
        while True:
            self._changed.clear()
            for job, tier, at in self._later.take_due():
                await self._send_if_possible(job, tier, at)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), self._later.wait.total_seconds())

    async def _send_if_possible(self, job: JobId, tier: Tier, at: datetime) -> bool:
        try:
            await self._send_or_keep(job, tier, at)
        except StorageFailed as error:
            log.warning("job.unpublished", job=job, reason=str(error))
            return False
        return True

    def _take(self, delivery: BrokerDelivery) -> None:
        """Work on a job that the broker brings; one that it brings while it runs is settled with it, or is a repetition."""
        job, work = delivery.job, self._work
        run = self._runs.get(job)
        if work is None or self._stopping.is_set():
            self._unstarted.append(delivery)
            return
        if self._memory.is_cancelled(job) or (run is not None and not run.delivery.is_lost):
            self._spawn(delivery.settle())
            if run is None:
                self._memory.forget(job)
        elif run is not None:
            run.delivery = delivery
        elif delivery.is_second:
            if job not in self._later:
                self._later.add(job, delivery.tier, self._clock.now() + self._lease)
            self._spawn(delivery.settle())
            self._changed.set()
        else:
            run = self._runs[job] = _Run(delivery, asyncio.create_task(run_logged(work, job)))
            self._spawn(self._see_through(job, run))

    async def _pause(self) -> None:
        """Have the broker bring no more, and put back what came beyond the free slots."""
        if not self._paused.is_set():
            await self._broker.pause()
            self._paused.set()
        unstarted, self._unstarted = self._unstarted, []
        for delivery in unstarted:
            if await self._send_if_possible(delivery.job, delivery.tier, self._clock.now()):
                await delivery.settle()

    async def _see_through(self, job: JobId, run: _Run) -> None:
        """Wait for the end of a run; then publish its job again if that was asked for, else settle it."""
        await asyncio.wait({run.task})
        if self._stopping.is_set():
            await self._paused.wait()  # or the broker would bring another for this one
        del self._runs[job]
        self._memory.forget(job)
        was_cut_off = run.task.cancelled() and not run.is_cancelled
        at, tier = self._again.pop(job, (self._clock.now(), run.delivery.tier) if was_cut_off else (None, run.delivery.tier))
        if at is None or await self._send_if_possible(job, tier, at) or not self._stopping.is_set():
            await run.delivery.settle()
        self._changed.set()

    def _cancel(self, job: JobId) -> None:
        self._later.remove(job)
        self._again.pop(job, None)
        self._memory.cancel(job)
        if run := self._runs.get(job):
            run.is_cancelled = True
            run.task.cancel()

    async def _cut_off(self) -> None:
        """Cancel what runs and wait for it, however long it takes."""
        for run in self._runs.values():
            run.task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
