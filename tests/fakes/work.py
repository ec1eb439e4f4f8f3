"""Work for engines that does what a test says, and remembers what happened to it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.domain.jobs import JobId
from bot.domain.people import Tier
from bot.ports.engine import Engine, Work


class HeldWork:
    """Begins each job and holds it until it is let go; `is_held=False` lets all go at once.

    A job's name begins with its tier: `guest-7`.
    """

    def __init__(self, *, is_held: bool = True) -> None:
        self.started: list[JobId] = []
        self.running: set[JobId] = set()
        self.ended: list[JobId] = []
        self.cancelled: list[JobId] = []
        self.most_at_once = 0
        self._is_held = is_held
        self._let_go: set[JobId] = set()
        self._news = asyncio.Condition()

    async def __call__(self, job: JobId) -> None:
        """Work on one job."""
        self.started.append(job)
        assert job not in self.running, "the same job twice at once"
        self.running.add(job)
        self.most_at_once = max(self.most_at_once, len(self.running))
        try:
            await self._hold(job)
        except asyncio.CancelledError:
            self.cancelled.append(job)
            raise
        finally:
            # Whoever does not wait for the end of cancelled work will not see it.
            await asyncio.sleep(0.005 if self._is_held else 0)
            self.running.discard(job)
            self.ended.append(job)

    async def let_go(self, *jobs: JobId) -> None:
        """Let these jobs come to their end."""
        async with self._news:
            self._let_go |= set(jobs)
            self._news.notify_all()

    def tiers(self, jobs: "set[JobId] | list[JobId] | None" = None) -> dict[str, int]:
        """Count jobs by tier: the running ones, unless others are given."""
        return dict(Counter(job.partition("-")[0] for job in (self.running if jobs is None else jobs)))

    async def _hold(self, job: JobId) -> None:
        if self._is_held:
            async with self._news:
                await self._news.wait_for(lambda: job in self._let_go)


@asynccontextmanager
async def at_work(engine: Engine, work: Work, slots: Mapping[Tier, int]) -> AsyncIterator["asyncio.Task[None]"]:
    """Have the engine run for a while."""
    run = asyncio.create_task(engine.run(work, slots))
    try:
        yield run
    finally:
        run.cancel()
        await asyncio.wait([run])
        if not run.cancelled() and (error := run.exception()) is not None:
            raise error
