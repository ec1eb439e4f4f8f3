"""Pictures that people brought: kept with their wish, and removed when nothing needs them any more."""

from datetime import datetime

import structlog

from bot.domain.jobs import JobId
from bot.domain.people import CommunityId
from bot.errors import StorageFailed
from bot.ports.clock import Clock
from bot.ports.inputs import Inputs, KeptInput
from bot.ports.objects import ObjectStore

log = structlog.get_logger(__name__)


class InputStore:
    """Looks after the bytes of inputs, `page` at a time."""

    def __init__(self, inputs: Inputs, objects: ObjectStore, clock: Clock, *, page: int = 500) -> None:
        self._inputs = inputs
        self._objects = objects
        self._clock = clock
        self._page = page

    async def expire_older(self, community: CommunityId, before: datetime, *, most: int) -> int:
        """Mark up to `most` inputs for removal that a community kept before then, and return how many there were."""
        return await self._inputs.expire_older(community, before, most=most)

    async def remove_now(self, job: JobId) -> None:
        """Remove the inputs of a job.

        Raises:
            StorageFailed: The store does not let one go now.
        """
        for one in await self._inputs.of_job(job):
            await self._remove(one)

    async def discard(self, job: JobId) -> None:
        """Remove the inputs of a job that draws nothing; where that fails, they are removed with the job's words."""
        try:
            await self.remove_now(job)
        except StorageFailed as error:
            log.warning("input.not_removed", job=job, reason=str(error))

    async def sweep(self) -> None:
        """Remove what is due. What the store does not let go now is due again."""
        now, failed, is_last = self._clock.now(), 0, False
        while not is_last:
            due = await self._inputs.due(now, most=self._page, skip=failed)
            is_last = len(due) < self._page
            for one in due:
                try:
                    await self._remove(one)
                except StorageFailed as error:
                    failed += 1
                    log.warning("input.not_removed", job=one.job, reason=str(error))

    async def _remove(self, one: KeptInput) -> None:
        """Remove the bytes, and then note that; killed in between, it removes them again."""
        await self._objects.delete(one.key)
        await self._inputs.note_removed(one.key, self._clock.now())
        log.info("input.removed", job=one.job)
