"""Has drawn pictures judged before they are kept or shown."""

from collections.abc import Callable, Collection
from dataclasses import replace

import structlog

from bot.domain.jobs import Drawing, Job
from bot.domain.pictures import ImageFile
from bot.errors import PromptRefused
from bot.moderation.guard import Guard
from bot.pipeline.keeping import KeepingStep
from bot.ports.jobs import Jobs
from bot.provider_errors import GuardUnavailable, PictureUnchecked
from bot.services.guard_policies import GuardPolicies

log = structlog.get_logger(__name__)


class PictureReview:
    """Removes pictures from drawings that the guard refuses. Repeatable after a crash."""

    def __init__(self, *, jobs: Jobs, keeping: KeepingStep, guard: Guard, policies: GuardPolicies) -> None:
        self._jobs = jobs
        self._keeping = keeping
        self._guard = guard
        self._policies = policies

    async def review(self, job: Job, drawings: tuple[Drawing, ...], on_trouble: Callable[[], None]) -> tuple[Drawing, ...]:
        """Return the drawings with the pictures that may be shown; `on_trouble` is called while this machine has not got them.

        Raises:
            PromptRefused: None of them may.
            PictureUnchecked: They could not be judged.
            StorageFailed: They could not be read.
            PicturesLost: The machine that has them does not come back.
        """
        if not self._guard.judges_pictures:
            return drawings
        policy = await self._policies.of(job.community)
        stopped: dict[ImageFile, PromptRefused] = {}
        for drawing, file in [(one, file) for one in drawings for file in one.files]:
            small = await self._keeping.load_small(job, drawing, file, on_trouble)
            try:
                await self._guard.check_picture(small, "image/jpeg", policy.thresholds)
            except PromptRefused as error:
                stopped[file] = error
            except GuardUnavailable as error:
                raise PictureUnchecked(str(error)) from error
        return drawings if not stopped else await self._take_out(drawings, stopped)

    async def _take_out(self, drawings: tuple[Drawing, ...], stopped: dict[ImageFile, PromptRefused]) -> tuple[Drawing, ...]:
        drawn = sum(len(drawing.files) for drawing in drawings)
        if len(stopped) == drawn:
            raise next(iter(stopped.values()))
        note = f"{len(stopped)} of {drawn} pictures did not pass the check of pictures, and count nothing"
        reviewed = tuple(_without(drawing, stopped) for drawing in drawings)
        reviewed = (*reviewed[:-1], replace(reviewed[-1], notes=(*reviewed[-1].notes, note)))
        for before, after in zip(drawings, reviewed, strict=True):
            if after != before:
                await self._jobs.close_drawing(after)
        await self._keeping.remove(tuple(stopped))
        log.info("drawing.reviewed", drawing=drawings[-1].id, stopped=len(stopped))
        return reviewed


def _without(drawing: Drawing, stopped: Collection[ImageFile]) -> Drawing:
    return replace(drawing, files=tuple(file for file in drawing.files if file not in stopped))
