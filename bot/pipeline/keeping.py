"""Checks paid pictures and stores them: first in the spool on this machine, then in the object store."""

from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.domain.images import ImageFile, Picture, PictureId, PictureState, drawing_key
from bot.domain.jobs import Drawing, Job
from bot.errors import ObjectMissing, StorageFailed
from bot.moderation.picture_check import PictureCheck
from bot.pipeline.retries import retry_storage
from bot.ports.clock import Ids
from bot.ports.jobs import Jobs
from bot.ports.objects import ObjectStore
from bot.provider_errors import ProviderFailed, ProviderFault

log = structlog.get_logger(__name__)


class KeepingStep:
    """Checks pictures and keeps them. `spool` is a folder beside this process, where the store is elsewhere."""

    def __init__(self, *, jobs: Jobs, objects: ObjectStore, spool: ObjectStore | None, check: PictureCheck, ids: Ids) -> None:
        self._jobs = jobs
        self._objects = objects
        self._spool = spool
        self._check = check
        self._ids = ids

    async def store_safely(
        self, drawing: Drawing, pictures: tuple[bytes, ...], on_trouble: Callable[[], None]
    ) -> tuple[ImageFile, ...]:
        """Return the facts of the pictures that can be used, once their bytes are safe on this machine.

        No drawing shares its keys with another, though they may have the same
        bytes: so nobody's deletion takes what somebody else is about to keep.

        Raises:
            ProviderFailed: None of them is a usable picture.
        """
        near = self._spool or self._objects
        files: list[ImageFile] = []
        problem = ProviderFailed(drawing.provider, "no pictures", fault=ProviderFault.BAD_ANSWER)
        for content in pictures:
            try:
                file = _with_own_key(drawing, await self._check.examine(drawing.provider, content))
            except ProviderFailed as error:
                log.warning("picture.unusable", provider=drawing.provider, reason=str(error))
                problem = error
                continue
            await retry_storage(lambda: near.put(file.key, content, file.media_type), on_trouble)  # noqa: B023 - awaited within the turn
            files.append(file)
        if not files:
            raise problem
        return tuple(files)

    async def keep(self, job: Job, drawing: Drawing, on_trouble: Callable[[], None]) -> None:
        """Bring the drawing's pictures into the store, then count them.

        `on_trouble` is called whenever the store will not have them and we wait.

        Raises:
            LeaseLost: The job was cancelled or claimed again meanwhile.
            ObjectMissing: Another machine has them in its spool.
        """
        if self._spool is not None:
            for file in drawing.files:
                await self._move_to_store(self._spool, file, on_trouble)
        pictures = tuple(self._picture(job, position, file) for position, file in enumerate(drawing.files))
        await retry_storage(lambda: self._jobs.keep(job.id, job.attempt, pictures), on_trouble)
        if self._spool is not None:
            await self._empty_spool(self._spool, drawing)

    async def _move_to_store(self, spool: ObjectStore, file: ImageFile, on_trouble: Callable[[], None]) -> None:
        try:
            content = await spool.get(file.key)
        except ObjectMissing:
            await self._objects.get(file.key)  # they have come over already
            return
        await retry_storage(lambda: self._objects.put(file.key, content, file.media_type), on_trouble)

    async def _empty_spool(self, spool: ObjectStore, drawing: Drawing) -> None:
        """Forget what is safe in the store; bytes that will not go take up room and nothing else."""
        try:
            for file in drawing.files:
                await spool.delete(file.key)
        except StorageFailed as error:
            log.warning("spool.not_emptied", reason=str(error))

    def _picture(self, job: Job, position: int, file: ImageFile) -> Picture:
        return Picture(id=PictureId(self._ids.new()), job=job.id, position=position, file=file, state=PictureState.VISIBLE)


def _with_own_key(drawing: Drawing, file: ImageFile) -> ImageFile:
    """Return the file under a key of its drawing's own; the same bytes of the same drawing have the same key."""
    return replace(file, key=drawing_key(file.key, drawing.id))
