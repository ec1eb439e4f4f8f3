"""Deletes pictures, asked by a button, by a program, or by somebody who has chosen some in the gallery."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta

import structlog

from bot.domain.jobs import Job, JobId
from bot.domain.pictures import PictureId
from bot.errors import Conflict, EaselError, SurfaceFailed
from bot.pipeline.delivery import Delivery
from bot.ports.jobs import Jobs
from bot.services.gallery import Gallery

log = structlog.get_logger(__name__)

_SHOWN_WITHIN = timedelta(seconds=20)
_MESSAGES_AT_ONCE = 4


async def delete_pictures(job: Job, *, gallery: Gallery, delivery: Delivery) -> bool:
    """Delete the job's pictures and return whether its message shows that; repeating it changes nothing.

    Raises:
        Conflict: The job has no pictures.
    """
    if await gallery.visible(job.id):
        await gallery.delete(job.id)
    elif not await gallery.is_deleted(job.id):
        raise Conflict("There are no pictures to delete.")
    try:
        await delivery.show_deleted(job)
    except SurfaceFailed as error:
        log.warning("deletion.unshown", job=job.id, reason=str(error))
        return False
    return True


class SeveralDeletion:
    """Deletes pictures of many jobs, and restores them; then each job's message shows what is left of it.

    The pictures are hidden, or back, all at once and before any message is
    changed. The caller is told of messages that do not show it after `within`,
    and may ask again: that changes nothing but those messages.
    """

    def __init__(self, *, gallery: Gallery, delivery: Delivery, jobs: Jobs, within: timedelta = _SHOWN_WITHIN) -> None:
        self._gallery = gallery
        self._delivery = delivery
        self._jobs = jobs
        self._within = within

    @property
    def undo(self) -> timedelta:
        """Return how long a deletion can be undone."""
        return self._gallery.undo

    async def delete(self, pictures: Sequence[PictureId], jobs: Iterable[JobId]) -> int:
        """Delete pictures of these jobs, and return how many messages do not show that yet."""
        await self._gallery.delete_several(pictures)
        return await self._show(jobs)

    async def restore(self, pictures: Sequence[PictureId], jobs: Iterable[JobId]) -> int:
        """Restore what can be, and return how many messages do not show that yet."""
        await self._gallery.restore_several(pictures)
        return await self._show(jobs)

    async def _show(self, ids: Iterable[JobId]) -> int:
        jobs = await self._jobs.get_several(tuple(ids))
        unshown = {job.id for job in jobs}
        semaphore = asyncio.Semaphore(_MESSAGES_AT_ONCE)

        async def show(job: Job) -> None:
            async with semaphore:
                try:
                    await self._delivery.show_deleted(job)
                    unshown.discard(job.id)
                except EaselError as error:
                    log.warning("deletion.unshown", job=job.id, reason=str(error))

        try:
            async with asyncio.timeout(self._within.total_seconds()), asyncio.TaskGroup() as group:
                for job in jobs:
                    group.create_task(show(job))
        except TimeoutError:
            log.warning("deletion.unshown_in_time", jobs=len(unshown))
        return len(unshown)
