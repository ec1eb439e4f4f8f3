"""The engine of a house on one machine: job ids wait in this process and are shared out fairly between tiers."""

import asyncio
import heapq
import itertools
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.jobs import JobId
from bot.domain.people import Tier
from bot.ports.clock import Clock
from bot.ports.engine import Work
from storage.engines.work import check_slots, run_logged

_LONGEST_WAIT = timedelta(minutes=1)
"""So late at most is it noticed that somebody has set the clock."""

_SHORTEST_WAIT = timedelta(milliseconds=1)


class LocalEngine:
    """Keeps the line of jobs in memory: recovery fills it again after a restart.

    Slots are not tied to tiers: none idles while anything waits. When several
    tiers wait, the one that has had least for its share goes next; within a
    tier it is first come, first served. Every `publish` looks at the clock
    anew, also one that adds nothing.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue = _FairQueue()
        self._running: dict[JobId, asyncio.Task[None]] = {}
        self._republished: dict[JobId, tuple[Tier, datetime]] = {}
        self._changed = asyncio.Event()
        self._is_open = False
        self._is_stopping = False

    async def publish(self, job: JobId, *, tier: Tier, not_before: datetime | None = None) -> None:
        """Put the job in line. One that runs is put there when its run ends, if `not_before` says that it is meant."""
        if job not in self._running:
            self._queue.add(job, tier, not_before, self._clock.now())
        elif not_before is not None:
            self._republished.setdefault(job, (tier, not_before))
        self._changed.set()

    async def publish_missing(self, jobs: Sequence[tuple[JobId, Tier]]) -> None:
        """Put those jobs in line that are not in it yet."""
        for job, tier in jobs:
            await self.publish(job, tier=tier)

    async def cancel(self, job: JobId) -> None:
        """Take the job out of the line, or cancel its run."""
        self._queue.remove(job)
        self._republished.pop(job, None)
        if job in self._running:
            self._running[job].cancel()

    async def has_worker(self, tier: Tier) -> bool | None:  # noqa: ARG002 - the port's signature
        """Return True: the worker is this process."""
        return True

    def stop_starting(self) -> None:
        """Start no more jobs in this run."""
        self._is_stopping = True

    async def run(self, work: Work, slots: Mapping[Tier, int]) -> None:
        """Work on jobs until cancelled. What still waits then is worked on by the next `run`.

        Raises:
            ValueError: There is no slot.
            RuntimeError: The engine runs already.
        """
        check_slots(slots)
        if self._is_open:
            raise RuntimeError("the engine runs already")
        self._is_open, self._is_stopping = True, False
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    self._changed.clear()
                    self._fill(group, work, slots)
                    await self._wait_for_change()
        finally:
            self._is_open = False

    def _fill(self, group: asyncio.TaskGroup, work: Work, slots: Mapping[Tier, int]) -> None:
        self._queue.admit_due(self._clock.now())
        while len(self._running) < sum(slots.values()) and not self._is_stopping:
            job = self._queue.take(slots)
            if job is None:
                return
            self._start(group, work, job)

    def _start(self, group: asyncio.TaskGroup, work: Work, job: JobId) -> None:
        task = group.create_task(run_logged(work, job))
        self._running[job] = task
        # A callback, and no `finally` in the task: one that is cancelled before it starts runs none.
        task.add_done_callback(lambda _: self._on_end(job))

    def _on_end(self, job: JobId) -> None:
        del self._running[job]
        if job in self._republished:
            tier, not_before = self._republished.pop(job)
            self._queue.add(job, tier, not_before, self._clock.now())
        self._changed.set()

    async def _wait_for_change(self) -> None:
        """Wait until something has changed, or a job may be due."""
        due = self._queue.next_due
        wait = _LONGEST_WAIT if due is None else min(max(due - self._clock.now(), _SHORTEST_WAIT), _LONGEST_WAIT)
        try:
            async with asyncio.timeout(wait.total_seconds()):
                await self._changed.wait()
        except TimeoutError:
            return


class _FairQueue:
    """Who goes next: first come, first served within a tier, start-time fair queueing between tiers.

    A start moves its tier's virtual time on by one over the tier's slots, and
    the tier with the smallest goes next. A tier that comes back from having
    nothing to do joins at the present virtual time: it has saved nothing up.
    """

    def __init__(self) -> None:
        self._tiers: dict[JobId, Tier] = {}
        self._ready: defaultdict[Tier, OrderedDict[JobId, None]] = defaultdict(OrderedDict)
        self._delayed: list[tuple[datetime, int, JobId]] = []
        self._numbers = itertools.count()
        self._virtual: defaultdict[Tier, float] = defaultdict(float)
        self._virtual_now = 0.0

    @property
    def next_due(self) -> datetime | None:
        """Return when the next job that has to wait may start; None when none waits."""
        return self._delayed[0][0] if self._delayed else None

    def add(self, job: JobId, tier: Tier, not_before: datetime | None, now: datetime) -> None:
        """Put the job at the end, or aside until `not_before`; one that is here already stays where it is."""
        if job in self._tiers:
            return
        self.admit_due(now)
        self._tiers[job] = tier
        if not_before is None or not_before <= now:
            self._join(job, tier)
        else:
            heapq.heappush(self._delayed, (not_before, next(self._numbers), job))

    def remove(self, job: JobId) -> None:
        """Forget the job, if it is here."""
        tier = self._tiers.pop(job, None)
        if tier is None:
            return
        if job in self._ready[tier]:
            del self._ready[tier][job]
            return
        self._delayed = [entry for entry in self._delayed if entry[2] != job]
        heapq.heapify(self._delayed)

    def admit_due(self, now: datetime) -> None:
        """Move the jobs whose time has come from waiting to ready."""
        while self._delayed and self._delayed[0][0] <= now:
            _, _, job = heapq.heappop(self._delayed)
            self._join(job, self._tiers[job])

    def take(self, slots: Mapping[Tier, int]) -> JobId | None:
        """Return the job that goes next, and forget it; None when no job is ready."""
        waiting = [tier for tier, jobs in self._ready.items() if jobs and slots.get(tier) != 0]
        if not waiting:
            return None
        tier = min(waiting, key=lambda tier: (self._virtual[tier], -_share(tier, slots)))
        job, _ = self._ready[tier].popitem(last=False)
        del self._tiers[job]
        self._virtual_now = self._virtual[tier]
        self._virtual[tier] += 1 / _share(tier, slots)
        return job

    def _join(self, job: JobId, tier: Tier) -> None:
        if not self._ready[tier]:
            self._virtual[tier] = max(self._virtual[tier], self._virtual_now)
        self._ready[tier][job] = None


def _share(tier: Tier, slots: Mapping[Tier, int]) -> int:
    return slots.get(tier) or min(share for share in slots.values() if share)
