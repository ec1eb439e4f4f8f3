"""Kept pictures: showing them again, deleting them, and undoing that."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.domain.jobs import JobId
from bot.domain.people import AccountId
from bot.domain.pictures import Picture, PictureId, PictureState, derived_keys
from bot.domain.removals import Removal
from bot.errors import StorageFailed
from bot.ports.clock import Clock
from bot.ports.objects import ObjectStore
from bot.ports.pictures import Pictures
from bot.ports.removals import PictureRemovals

log = structlog.get_logger(__name__)


class Gallery:
    """Finds, hides and removes pictures.

    A deletion can be undone for `undo`; then the bytes are deleted, `page`
    pictures at a time. `cases_changed` is set where a case may be about a
    picture that was deleted or restored.
    """

    def __init__(
        self,
        pictures: Pictures,
        removals: PictureRemovals,
        objects: ObjectStore,
        clock: Clock,
        undo: timedelta,
        *,
        cases_changed: asyncio.Event | None = None,
        page: int = 500,
    ) -> None:
        self._pictures = pictures
        self._removals = removals
        self._objects = objects
        self._clock = clock
        self._undo = undo
        self._cases_changed = cases_changed or asyncio.Event()
        self._page = page

    @property
    def undo(self) -> timedelta:
        """Return how long a deletion can be undone."""
        return self._undo

    async def visible(self, job: JobId) -> tuple[Picture, ...]:
        """Return the pictures of a job that may be seen."""
        pictures = await self._pictures.of_job(job)
        return tuple(picture for picture in pictures if picture.state is PictureState.VISIBLE)

    async def out_of_sight(self, job: JobId) -> frozenset[PictureId]:
        """Return the pictures of a job that may not be seen."""
        return frozenset(one.id for one in await self._pictures.of_job(job) if one.state is not PictureState.VISIBLE)

    async def is_deleted(self, job: JobId) -> bool:
        """Whether pictures of the job were deleted by their owner, and could still be restored."""
        pictures = await self._pictures.of_job(job)
        hidden = {picture.id for picture in pictures if picture.state is PictureState.HIDDEN}
        return bool(hidden) and not hidden <= {removal.picture for removal in await self.taken_down(job)}

    async def taken_down(self, job: JobId) -> tuple[Removal, ...]:
        """Return the decisions by which pictures of the job are out of sight."""
        return tuple(removal for removal in await self._removals.of_job(job) if removal.is_active)

    async def latest_taken_down(self, account: AccountId, most: int) -> tuple[Removal, ...]:
        """Return the newest decisions by which pictures of an account were taken down, newest first."""
        found = await self._removals.of_account(account, most)
        return tuple(removal for removal in found if not removal.order.reason.is_the_authors)

    async def latest(self, account: AccountId, most: int) -> tuple[Picture, ...]:
        """Return an account's newest visible pictures, newest first."""
        return await self._pictures.latest(account, most)

    async def star(self, pictures: Sequence[Picture], *, is_favourite: bool) -> None:
        """Make pictures favourites of their owner, or no favourites; a favourite keeps the time since which it is one."""
        changed = [one.id for one in pictures if (one.starred_at is not None) is not is_favourite]
        await self._pictures.star(changed, self._clock.now() if is_favourite else None)

    async def delete(self, job: JobId) -> None:
        """Hide a job's pictures at once; their links stop working."""
        await self._pictures.hide(job, self._clock.now() + self._undo)
        self._cases_changed.set()

    async def restore(self, job: JobId) -> bool:
        """Undo `delete`; False when it is too late."""
        is_restored = await self._pictures.show(job)
        self._cases_changed.set()
        return is_restored

    async def delete_several(self, pictures: Sequence[PictureId]) -> None:
        """Hide some pictures at once, and none of the others of their jobs."""
        await self._pictures.hide_several(pictures, self._clock.now() + self._undo)
        self._cases_changed.set()

    async def restore_several(self, pictures: Sequence[PictureId]) -> None:
        """Undo `delete_several` where it is not too late."""
        await self._pictures.show_several(pictures)
        self._cases_changed.set()

    async def remove_now(self, job: JobId) -> int:
        """Remove a job's pictures for good, also such as could still be restored, and return how many there were.

        Raises:
            StorageFailed: The store does not let one go now; it is out of sight, and due.
        """
        await self._pictures.hide(job, self._clock.now())
        there = [picture for picture in await self._pictures.of_job(job) if picture.state is not PictureState.REMOVED]
        for picture in there:
            await self.erase(picture)
        return len(there)

    async def sweep(self) -> None:
        """Remove for good what was deleted and not brought back. What the store does not let go now is due again."""
        now, failed, is_last = self._clock.now(), 0, False
        while not is_last:
            due = await self._pictures.due(now, most=self._page, skip=failed)
            is_last = len(due) < self._page
            for picture in due:
                try:
                    await self.erase(picture)
                except StorageFailed as error:
                    failed += 1
                    log.warning("picture.not_removed", picture=picture.id, reason=str(error))

    async def erase(self, picture: Picture) -> None:
        """Remove one picture for good, now: first nobody can bring it back, then its bytes go, then the record says so.

        Raises:
            StorageFailed: It is not removed yet.
        """
        # Before the bytes: once they may be gone, nobody can restore the picture. After a crash the next sweep goes on here.
        if not await self._pictures.begin_removal(picture.id):
            return
        if not await self._pictures.is_key_needed(picture.file.key):
            for key in (*derived_keys(picture.file.key), picture.file.key):
                await self._objects.delete(key)
        await self._pictures.remove(picture.id)
        log.info("picture.removed", picture=picture.id)
