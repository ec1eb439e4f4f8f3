"""An engine that a test turns by hand."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.jobs import JobId
from bot.domain.people import Tier
from bot.ports.clock import Clock
from bot.ports.engine import Work
from tests.fakes.scripted_failures import ScriptedFailures
from tests.fakes.waiting import until


class ManualEngine:
    """Keeps published jobs until `start` or `turn` has them worked on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[JobId, datetime | None] = {}
        self._running: dict[JobId, asyncio.Task[None]] = {}
        self._republished: dict[JobId, datetime] = {}
        self._is_stopping = False
        self.failures = ScriptedFailures()
        self.known_worker: bool | None = True

    @property
    def waiting(self) -> list[JobId]:
        """Jobs that wait, in the order of their coming."""
        return list(self._waiting)

    async def publish(self, job: JobId, *, tier: Tier, not_before: datetime | None = None) -> None:
        """Let the job wait, once; one that runs waits when its run has ended, if `not_before` says that it is meant."""
        self.failures.raise_next("publish")
        if job not in self._running:
            self._waiting.setdefault(job, not_before)
        elif not_before is not None:
            self._republished.setdefault(job, not_before)

    async def publish_missing(self, jobs: Sequence[tuple[JobId, Tier]]) -> None:
        """Let those wait that do not."""
        for job, tier in jobs:
            await self.publish(job, tier=tier)

    async def cancel(self, job: JobId) -> None:
        """Forget the job, or cancel the work on it."""
        self.failures.raise_next("cancel")
        self._waiting.pop(job, None)
        self._republished.pop(job, None)
        if job in self._running:
            self._running[job].cancel()

    async def has_worker(self, tier: Tier) -> bool | None:
        """Return what the test says."""
        return self.known_worker

    def stop_starting(self) -> None:
        """Have nothing be due any more."""
        self._is_stopping = True

    async def run(self, work: Work, slots: Mapping[Tier, int]) -> None:
        """Work on what is due, one job after another, until cancelled."""
        while True:
            await self.turn(work)
            await asyncio.sleep(0.1)

    def start(self, work: Work, job: JobId | None = None) -> asyncio.Task[None]:
        """Begin to work on a job, waiting or not; on the first that is due if none is named."""
        chosen = job or self.due[0]
        self._waiting.pop(chosen, None)
        self._running[chosen] = task = asyncio.create_task(_work(work, chosen))
        task.add_done_callback(lambda _: self._ended(chosen))  # a task that is cancelled before it starts has no `finally`
        return task

    async def turn(self, work: Work) -> None:
        """Work on everything that is due, one job after another."""
        while self.due:
            await self.start(work)

    async def crash(self) -> None:
        """Cancel all work, and forget what waits; then be the engine of a new process."""
        self._is_stopping = False
        for task in self._running.values():
            task.cancel()
        await until(lambda: not self._running)
        self._waiting.clear()

    def _ended(self, job: JobId) -> None:
        del self._running[job]
        if job in self._republished:
            self._waiting[job] = self._republished.pop(job)

    @property
    def due(self) -> list[JobId]:
        """Jobs that wait and need not wait any longer."""
        if self._is_stopping:
            return []
        now = self._clock.now()
        return [job for job, not_before in self._waiting.items() if not_before is None or not_before <= now]


async def _work(work: Work, job: JobId) -> None:
    await work(job)
