"""Carries job ids from the process that accepts a wish to a worker."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.jobs import JobId
from bot.domain.people import Tier

Work = Callable[[JobId], Awaitable[None]]


class Engine(Protocol):
    """Carries job ids and nothing else. It may deliver one twice, late or never: the fence and recovery make that harmless."""

    async def publish(self, job: JobId, *, tier: Tier, not_before: datetime | None = None) -> None:
        """Publish the job, to be worked on at `not_before` at the earliest. One that waits or runs already is not added again.

        But one that runs, where a `not_before` is given, runs once more after its run has ended, and then.

        Raises:
            StorageFailed: The engine cannot be reached. Nothing is lost: recovery publishes the job again.
        """
        ...

    async def publish_missing(self, jobs: Sequence[tuple[JobId, Tier]]) -> None:
        """Publish those of the jobs that neither wait nor run. They are few, and finding that out is cheap.

        Raises:
            StorageFailed: The engine cannot be reached.
        """
        ...

    async def cancel(self, job: JobId) -> None:
        """Ask that the job be worked on no longer, wherever it waits or runs; unknown ids are no error.

        It promises nothing and waits for nothing: the work may go on for a
        while, or not hear of it. The caller writes the end to the job's row
        first, and the fence decides.

        Raises:
            StorageFailed: The engine cannot be reached.
        """
        ...

    async def has_worker(self, tier: Tier) -> bool | None:
        """Return whether any worker serves the tier at present, or None where that is not known.

        It is cheap enough to be asked for each wish, and may be out of date: by
        seconds usually, by a minute where a worker was killed.
        """
        ...

    def stop_starting(self) -> None:
        """Start no more jobs in this run; those that run go on. What waits is left to the next run, or to other processes."""
        ...

    async def run(self, work: Work, slots: Mapping[Tier, int]) -> None:
        """Work on jobs until cancelled; then start no more, cancel what runs, and wait for it.

        `slots` says how many jobs of each tier run at once here when all tiers
        are busy; a tier that is not named gets the smallest share, and one that has
        0 is left to other processes. Whether a tier may use what the others
        leave idle is the engine's business.
        `work` must not raise: if it does, the failure is logged and the slot
        goes on.
        """
        ...
