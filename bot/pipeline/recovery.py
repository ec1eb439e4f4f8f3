"""Repairs what a crash left: on start, soon after it, and every minute."""

import asyncio
from datetime import timedelta

import structlog

from bot.domain.jobs import JobId
from bot.errors import EaselError
from bot.pipeline.delivery import Delivery
from bot.ports.engine import Engine
from bot.ports.jobs import Jobs
from bot.services.gallery import Gallery
from bot.services.retention import Retention

log = structlog.get_logger(__name__)


class Recovery:
    """Sweeps the table of jobs. Any number of processes may do so at once."""

    def __init__(self, *, jobs: Jobs, engine: Engine, delivery: Delivery, retention: Retention, gallery: Gallery) -> None:
        self._jobs = jobs
        self._engine = engine
        self._delivery = delivery
        self._retention = retention
        self._gallery = gallery

    async def run(self, *, lease: timedelta, every: timedelta) -> None:
        """Sweep now, when the leases of a process that died before us have run out, and then ever more rarely, down to `every`.

        Until cancelled: a sweep that fails is logged, and the next one comes.
        """
        pause = lease
        while True:
            try:
                await self.sweep()
            except EaselError as error:
                log.warning("recovery.failed", reason=str(error))
            except Exception:
                log.exception("recovery.broke")
            await asyncio.sleep(pause.total_seconds())
            pause = min(every, pause * 2)

    async def sweep(self) -> None:
        """Publish jobs that nobody has, tell people what they have not been told, and remove what was deleted or is too old."""
        platforms = self._delivery.platforms
        for job, tier in await self._jobs.unclaimed(platforms):
            await self._engine.publish(job, tier=tier)
        for ended in await self._jobs.untold(platforms):
            await self._tell(ended.id)
        await self._retention.sweep()
        await self._gallery.sweep()

    async def _tell(self, job: JobId) -> None:
        """Tell how a job ended. A boundary: one end that cannot be shown must not keep the others waiting."""
        try:
            await self._delivery.tell_end(job)
        except EaselError:
            raise
        except Exception:
            log.exception("job.untellable", job=job)
