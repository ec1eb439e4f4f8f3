"""Objects that no picture and no job needs any more: what a crash or a late answer left in the store."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.inputs import INPUTS_FOLDER, is_input_key
from bot.domain.pictures import PICTURES_FOLDER, is_picture_key, original_key
from bot.errors import EaselError
from bot.ports.clock import Clock
from bot.ports.leader_lock import LeaderLock
from bot.ports.objects import RAW_FOLDER, TRIAL_FOLDER, ObjectStore, StoredObject
from bot.ports.references import References

log = structlog.get_logger(__name__)

GRACE = timedelta(days=2)
"""A drawing lasts minutes, and a job whose pictures cannot be delivered is tried for one day: this is that twice over."""

_FIRST_AFTER = timedelta(minutes=10)
_EVERY = timedelta(days=1)
_PAUSE = timedelta(seconds=1)
_ALWAYS_REMOVED = 20
"""Orphans that are removed however few other objects there are."""

_Needed = Callable[[Collection[str]], Awaitable[frozenset[str]]]


@dataclass(frozen=True, slots=True)
class OrphanCount:
    """What a dry run found. `is_implausible` says that they are too many to be believed: they would not be removed."""

    objects: int
    size_bytes: int
    is_implausible: bool
    is_complete: bool


class Orphans:
    """Finds and removes orphans, `page` objects at a time with a `pause` in between.

    An object is one when its key is of our own form, it is older than
    `GRACE` but younger than the record, and neither it nor the picture it
    was made from is needed. The record is asked after the object is listed,
    so that what was kept meanwhile is seen. Where most of the store seems to
    be orphans, the record is probably another one's, and nothing is removed.
    """

    def __init__(
        self,
        references: References,
        objects: ObjectStore,
        clock: Clock,
        *,
        spool: ObjectStore | None = None,
        page: int = 500,
        pause: timedelta = _PAUSE,
    ) -> None:
        self._references = references
        self._objects = objects
        self._clock = clock
        self._spool = spool
        self._page = page
        self._pause = pause

    async def run(self, leader: LeaderLock, *, first_after: timedelta = _FIRST_AFTER, every: timedelta = _EVERY) -> None:
        """Sweep soon after the start and then once a day, until cancelled. A sweep that fails is logged.

        The store of all processes is looked through by the one that leads, and a spool by everybody whose it is.
        """
        await asyncio.sleep(first_after.total_seconds())
        while True:
            try:
                if await leader.lead():
                    await self.sweep()
                await self.sweep_spool()
            except EaselError as error:
                log.warning("orphans.not_swept", reason=str(error))
            except Exception:
                log.exception("orphans.broke")
            await asyncio.sleep(every.total_seconds())

    async def sweep(self) -> None:
        """Remove the orphans of the store.

        Objects that an interrupted check-up left, and raw pictures that nobody finished, are removed too.

        Raises:
            StorageFailed: The record or the store is away; what is not known to be an orphan stays.
        """
        async for orphans, candidates in self._pages(self._objects, self._references.find_needed_keys):
            # Most of the store seems to be orphans: more likely the record is another one's, so nothing is deleted.
            if _is_implausible(len(orphans), candidates):
                log.warning("orphans.doubted", orphans=len(orphans), objects=candidates)
            else:
                await _remove(self._objects, orphans)
            await asyncio.sleep(self._pause.total_seconds())
        for folder in (TRIAL_FOLDER, RAW_FOLDER):
            await self._remove_old(self._objects, folder)

    async def sweep_spool(self) -> None:
        """Remove the orphans of the spool: there only jobs that are not final need anything. Raises as `sweep` does."""
        if self._spool is not None:
            async for orphans, _ in self._pages(self._spool, self._references.find_awaited_keys):
                await _remove(self._spool, orphans)
                await asyncio.sleep(self._pause.total_seconds())
            await self._remove_old(self._spool, RAW_FOLDER)

    async def _remove_old(self, store: ObjectStore, folder: str) -> None:
        """Remove old objects from folders where each object is needed for moments only."""
        async for page in store.list(folder, page=self._page):
            await _remove(store, [one for one in page if one.modified_at < self._clock.now() - GRACE])

    async def count(self, *, most: int) -> OrphanCount:
        """Return what a sweep of the store would remove, looking at about `most` objects and changing nothing.

        Raises:
            StorageFailed: The record or the store is away.
        """
        found: list[StoredObject] = []
        seen, is_implausible = 0, False
        async with aclosing(self._pages(self._objects, self._references.find_needed_keys)) as pages:
            async for orphans, candidates in pages:
                found += orphans
                seen += self._page
                is_implausible = is_implausible or _is_implausible(len(orphans), candidates)
                if seen >= most:
                    break
        return OrphanCount(len(found), sum(one.size_bytes for one in found), is_implausible, is_complete=seen < most)

    async def _pages(self, store: ObjectStore, needed: _Needed) -> AsyncGenerator[tuple[list[StoredObject], int], None]:
        """Yield the orphans of each page, and how many objects they were found among."""
        began_at = await self._references.began_at()
        if began_at is None:
            return
        for folder in (PICTURES_FOLDER, INPUTS_FOLDER):
            async for page in store.list(folder, page=self._page):
                candidates = [one for one in page if self._is_old_enough(one, began_at)]
                originals = {original_key(one.key) for one in candidates}
                # The record is asked after the objects were listed, so that what was kept meanwhile is known.
                kept = await needed(originals) if originals else frozenset()
                yield [one for one in candidates if original_key(one.key) not in kept], len(candidates)

    def _is_old_enough(self, one: StoredObject, began_at: datetime) -> bool:
        is_ours = is_picture_key(one.key) or is_input_key(one.key)
        # Older than the record may be another record's, too young may be of a job that has not named it yet.
        return is_ours and began_at <= one.modified_at < self._clock.now() - GRACE


def _is_implausible(orphans: int, among: int) -> bool:
    return orphans > _ALWAYS_REMOVED and 2 * orphans > among


async def _remove(store: ObjectStore, orphans: list[StoredObject]) -> None:
    for orphan in orphans:
        await store.delete(orphan.key)
        log.info("object.orphan_removed", key=orphan.key)
