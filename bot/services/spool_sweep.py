"""Moves to the store, or deletes, what a dead process left in the spool of its machine."""

import asyncio
from datetime import timedelta

import structlog

from bot.domain.pictures import PICTURES_FOLDER
from bot.errors import EaselError, ObjectMissing
from bot.ports.objects import ObjectStore
from bot.ports.references import References

log = structlog.get_logger(__name__)


class SpoolSweep:
    """Sweeps one machine's spool; any number of its processes may do so at once.

    Files that a job waits for go to the store, where the job's next worker
    finds them; files of a job that has ended are deleted. All else stays: a
    drawing that is open may have put it there just now, and a file that no
    drawing of this record has put there may be another record's.
    """

    def __init__(self, references: References, objects: ObjectStore, spool: ObjectStore, *, page: int = 500) -> None:
        self._references = references
        self._objects = objects
        self._spool = spool
        self._page = page

    async def run(self, *, every: timedelta) -> None:
        """Sweep now and then again and again, until cancelled. A sweep that fails is logged."""
        while True:
            try:
                await self.sweep()
            except EaselError as error:
                log.warning("spool.not_swept", reason=str(error))
            except Exception:
                log.exception("spool.broke")
            await asyncio.sleep(every.total_seconds())

    async def sweep(self) -> None:
        """Sweep the spool once.

        Raises:
            StorageFailed: The record, the spool or the store is away; what was not moved stays.
        """
        async for page in self._spool.list(PICTURES_FOLDER, page=self._page):
            keys = frozenset(one.key for one in page)
            wanted = await self._references.find_unstored_files(keys)
            for file in wanted:
                await self._move(file.key, file.media_type)
            # Nobody is asked about an end, which takes a while in a large record, unless something is left.
            for key in await self._references.find_ended_keys(keys - {file.key for file in wanted}):
                await self._forget(key)

    async def _move(self, key: str, media_type: str) -> None:
        try:
            content = await self._spool.get(key)
        except ObjectMissing:
            return  # whoever has the job has moved it meanwhile
        # The store first: a crash in between leaves the bytes twice, never nowhere.
        await self._objects.put(key, content, media_type)
        await self._forget(key)
        log.info("spool.moved", key=key)

    async def _forget(self, key: str) -> None:
        """Delete from the spool what is safe in the store, and from the store too if its job has ended without it."""
        if key not in await self._references.find_needed_keys({key}):
            await self._objects.delete(key)
        await self._spool.delete(key)
