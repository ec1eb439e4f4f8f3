"""How many jobs of one account run at once, and which of them goes next; the rows of the jobs are the truth about both."""

from datetime import timedelta

import structlog

from bot.domain.jobs import Job, JobId, JobState
from bot.domain.people import Platform
from bot.errors import EaselError
from bot.pipeline.provider_call_slots import ProviderCallSlots
from bot.ports.clock import Clock
from bot.ports.engine import Engine
from bot.ports.jobs import Jobs

log = structlog.get_logger(__name__)


class AccountQueue:
    """Lets `most_running` jobs of each account run at once, over all processes, first come, first served.

    A job that may not run yet stays queued: the worker that ends another job of
    its account publishes it then, and recovery does where that fails.
    """

    def __init__(
        self,
        *,
        jobs: Jobs,
        engine: Engine,
        slots: ProviderCallSlots,
        clock: Clock,
        platforms: frozenset[Platform],
        most_running: int,
    ) -> None:
        self._jobs = jobs
        self._engine = engine
        self._slots = slots
        self._clock = clock
        self._platforms = platforms
        self._most_running = most_running

    async def claim(self, job: JobId, lease: timedelta) -> Job | None:
        """Claim the job if it is its turn; if not, publish those of its account whose turn it is."""
        claimed = await self._jobs.claim(job, lease, most_running=self._most_running)
        if claimed is None and await self._is_queued(job):
            await self.publish_next(job)
        return claimed

    async def _is_queued(self, job: JobId) -> bool:
        """Whether the job is refused because others go before it, and not because the engine has brought it twice.

        Each repetition would publish others that wait at the engine already, and these in turn would.
        """
        refused = await self._jobs.get(job)
        return refused is not None and refused.state is JobState.QUEUED

    async def publish_next(self, job: JobId) -> None:
        """Publish the jobs of its account, and at providers, that there is room for now; where that fails, recovery does."""
        try:
            for waiting, tier in await self._jobs.startable(job, self._platforms, most_running=self._most_running):
                # With a time, so that one whose claim is being refused at this moment is looked at once more.
                await self._engine.publish(waiting, tier=tier, not_before=self._clock.now())
        except EaselError as error:
            log.warning("job.unpublished", of=job, reason=str(error))
        await self._slots.publish_due()
