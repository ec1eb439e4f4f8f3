"""Checks paid pictures and stores them: first in the spool on this machine, then in the object store."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.domain.jobs import Drawing, Job
from bot.domain.pictures import PICTURES_FOLDER, ImageFile, Picture, PictureId, PictureState, belongs_to_drawing, drawing_key
from bot.errors import EaselError, ObjectMissing, PictureBlocked, StorageFailed
from bot.moderation.picture_check import PictureCheck
from bot.pipeline.raw_pictures import RawPictures
from bot.pipeline.retries import retry_storage
from bot.ports.clock import Clock, Ids
from bot.ports.jobs import Jobs
from bot.ports.objects import ObjectStore
from bot.provider_errors import PicturesLost, ProviderFailed, ProviderFault
from bot.services.quotas import PictureCount
from bot.services.thumbnails import convert_to_jpeg

log = structlog.get_logger(__name__)

_PAGE = 1000

LOST_AFTER = timedelta(minutes=30)
"""A machine that starts again, or moves with its disk, is back within minutes; and whoever asked waits before the message."""


class KeepingStep:
    """Checks pictures and keeps them. `spool` is a folder beside this process, where the store is elsewhere.

    `count` says what the pictures of a job's drawings count for, and `raw` keeps what is not finished yet on this machine.
    """

    def __init__(
        self,
        *,
        jobs: Jobs,
        objects: ObjectStore,
        spool: ObjectStore | None,
        check: PictureCheck,
        count: Callable[[Job, Sequence[Drawing]], PictureCount],
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._jobs = jobs
        self._objects = objects
        self._spool = spool
        self.raw = RawPictures(spool or objects)
        self._check = check
        self._count = count
        self._clock = clock
        self._ids = ids

    async def write_to_spool(
        self, drawing: Drawing, pictures: tuple[bytes, ...], on_trouble: Callable[[], None]
    ) -> tuple[ImageFile, ...]:
        """Return the files of the usable pictures, once their bytes are safe on this machine.

        Raises:
            ProviderFailed: None of them is a usable picture.
            PictureBlocked: None of them is but for such as were taken down before.
        """
        near = self._spool or self._objects
        files: list[ImageFile] = []
        provider, request_id = drawing.provider, drawing.request_id
        problem: EaselError = ProviderFailed(provider, "no pictures", fault=ProviderFault.BAD_ANSWER, request_id=request_id)
        for content in pictures:
            try:
                checked = await retry_storage(
                    lambda: self._check.examine(provider, content, request_id=request_id),  # noqa: B023 - awaited within the turn
                    on_trouble,
                )
            except (ProviderFailed, PictureBlocked) as error:
                log.warning("picture.unusable", provider=provider, reason=str(error))
                problem = problem if isinstance(problem, PictureBlocked) else error
                continue
            # A key of its own even for equal bytes, so that deleting one picture never takes another one's file.
            file = _with_own_key(drawing, checked)
            await retry_storage(lambda: near.put(file.key, content, file.media_type), on_trouble)  # noqa: B023 - awaited within the turn
            files.append(file)
        if not files:
            raise problem
        return tuple(files)

    async def find_stored(self, drawing: Drawing) -> tuple[ImageFile, ...]:
        """Return the files of the drawing's pictures that are on this machine although its row does not say so.

        It lists everything that is stored here, so it is called after a crash alone.

        Raises:
            StorageFailed: The files cannot be listed now.
        """
        near = self._spool or self._objects
        files: list[ImageFile] = []
        async for page in near.list(PICTURES_FOLDER, page=_PAGE):
            for key in (one.key for one in page if belongs_to_drawing(one.key, drawing.id)):
                with contextlib.suppress(ProviderFailed, PictureBlocked, ObjectMissing):
                    checked = await self._check.examine(drawing.provider, await near.get(key))
                    files.append(_with_own_key(drawing, checked))
        return tuple(sorted(files, key=lambda file: file.key))

    async def keep(self, job: Job, drawings: tuple[Drawing, ...], on_trouble: Callable[[], None]) -> None:
        """Move the drawings' pictures into the store, then mark the job as kept, which counts them.

        `on_trouble` is called whenever the store does not take them and we wait.

        Raises:
            LeaseLost: The job was cancelled or claimed again meanwhile.
            ObjectMissing: Another machine has them in its spool, and may come back.
            PicturesLost: It did not come back within `LOST_AFTER`.
        """
        files = tuple(file for drawing in drawings for file in drawing.files)
        if self._spool is not None:
            for drawing in drawings:
                async with self._find_lost(job, drawing, on_trouble):
                    for file in drawing.files:
                        await self._move_to_store(self._spool, file, on_trouble)
        # The store before the row: people follow a picture's link as soon as the row names it.
        pictures = tuple(self._picture(job, position, file) for position, file in enumerate(files))
        count = self._count(job, drawings)
        if count.is_less:
            lighter = _note_weight(drawings[-1], count)
            await retry_storage(lambda: self._jobs.close_drawing(lighter), on_trouble)
        await retry_storage(lambda: self._jobs.keep(job.id, job.attempt, pictures, counted=count.counted), on_trouble)
        if self._spool is not None:
            # Last of all. After a crash before this line the sweep of the spool deletes what the store has.
            await self._empty_spool(self._spool, files)

    async def load(self, job: Job, drawing: Drawing, file: ImageFile, on_trouble: Callable[[], None]) -> bytes:
        """Return the bytes of one of a drawing's pictures; raises as `keep` does where they are not here."""
        async with self._find_lost(job, drawing, on_trouble):
            if self._spool is not None:
                with contextlib.suppress(ObjectMissing):
                    return await self._spool.get(file.key)
            return await self._objects.get(file.key)

    async def load_small(self, job: Job, drawing: Drawing, file: ImageFile, on_trouble: Callable[[], None]) -> bytes:
        """Return a picture as a JPEG that is no larger than who judges it looks at; raises as `load` does."""
        small = self._check.take_copy(file.sha256)
        if small is not None:
            return small
        content = await self.load(job, drawing, file, on_trouble)
        # Models make pictures smaller than that before they look, and WebP would take three times as long.
        return await asyncio.to_thread(convert_to_jpeg, content)

    async def remove(self, files: tuple[ImageFile, ...]) -> None:
        """Delete pictures that nobody may see; where that fails, the search for orphans does."""
        try:
            for file in files:
                for near in filter(None, (self._spool, self._objects)):
                    await near.delete(file.key)
        except StorageFailed as error:
            log.warning("object.not_removed", reason=str(error))

    @contextlib.asynccontextmanager
    async def _find_lost(self, job: Job, drawing: Drawing, on_trouble: Callable[[], None]) -> AsyncIterator[None]:
        """Report pictures that the body does not find as awaited, and raise `PicturesLost` once they are lost."""
        try:
            yield
        except StorageFailed as error:
            on_trouble()
            if isinstance(error, ObjectMissing):
                await self._check_not_lost(job, drawing)
            raise

    async def _check_not_lost(self, job: Job, drawing: Drawing) -> None:
        since = await self._jobs.record_missing(job.id, job.attempt)
        if self._clock.now() - since >= LOST_AFTER:
            raise PicturesLost(drawing.provider)

    async def discard(self, job: Job) -> None:
        """Delete what was drawn for a job that ended without pictures; another machine may have moved it to the store.

        A machine that moves it there later deletes it again (`SpoolSweep`); where this fails, the search for orphans does.
        """
        try:
            for drawing in await self._jobs.drawings(job.id):
                await self.remove(drawing.files)
        except StorageFailed as error:
            log.warning("object.not_discarded", reason=str(error))

    async def _move_to_store(self, spool: ObjectStore, file: ImageFile, on_trouble: Callable[[], None]) -> None:
        try:
            content = await spool.get(file.key)
        except ObjectMissing:
            await self._objects.get(file.key)  # they have come over already
            return
        await retry_storage(lambda: self._objects.put(file.key, content, file.media_type), on_trouble)

    async def _empty_spool(self, spool: ObjectStore, files: tuple[ImageFile, ...]) -> None:
        """Delete from the spool what is safe in the store; files that cannot be deleted only take up room."""
        try:
            for file in files:
                await spool.delete(file.key)
        except StorageFailed as error:
            log.warning("spool.not_emptied", reason=str(error))

    def _picture(self, job: Job, position: int, file: ImageFile) -> Picture:
        return Picture(id=PictureId(self._ids.new()), job=job.id, position=position, file=file, state=PictureState.VISIBLE)


def _note_weight(drawing: Drawing, count: PictureCount) -> Drawing:
    """Return the drawing with a note that its job counts for less than was set aside, once."""
    counted, as_asked = count.in_lane
    note = f"drawn by a lighter model, so counted as {counted} instead of {as_asked}"
    return replace(drawing, notes=tuple(dict.fromkeys((*drawing.notes, note))))


def _with_own_key(drawing: Drawing, file: ImageFile) -> ImageFile:
    """Return the file under a key that holds its drawing's id; the same bytes of the same drawing have the same key."""
    return replace(file, key=drawing_key(file.key, drawing.id))
