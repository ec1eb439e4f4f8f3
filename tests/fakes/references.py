"""What the table of jobs in memory still has of stored objects."""

from collections.abc import Collection
from datetime import datetime

from bot.domain.jobs import Drawing, DrawingState, JobState
from bot.domain.pictures import ImageFile, PictureState, belongs_to_drawing
from tests.fakes.jobs import MemoryJobs
from tests.fakes.scripted_failures import ScriptedFailures


class MemoryReferences:
    """Looks into `MemoryJobs`. `trouble` makes its methods fail."""

    def __init__(self, jobs: MemoryJobs) -> None:
        self._jobs = jobs
        self.failures = ScriptedFailures()

    async def began_at(self) -> datetime | None:
        """Look for the oldest."""
        self.failures.raise_next("began_at")
        return min((row.job.created_at for row in self._jobs.rows.values()), default=None)

    async def find_awaited_keys(self, keys: Collection[str]) -> frozenset[str]:
        """Look through the drawings."""
        self.failures.raise_next("find_awaited_keys")
        return frozenset(key for key in keys if any(_may_have(drawing, key) for drawing in self._open_drawings()))

    async def find_unstored_files(self, keys: Collection[str]) -> tuple[ImageFile, ...]:
        """Look through what is drawn and not kept."""
        self.failures.raise_next("find_unstored_files")
        rows = (row for row in self._jobs.rows.values() if row.job.state in {JobState.QUEUED, JobState.RUNNING})
        drawn = (one for row in rows for one in row.drawings.values() if one.state is DrawingState.DRAWN)
        return tuple(file for drawing in drawn for file in drawing.files if file.key in keys)

    async def find_ended_keys(self, keys: Collection[str]) -> frozenset[str]:
        """Look through the drawings of what is final."""
        self.failures.raise_next("find_ended_keys")
        over = [one for row in self._jobs.rows.values() if row.job.state.is_final for one in row.drawings.values()]
        return frozenset(key for key in keys if any(belongs_to_drawing(key, drawing.id) for drawing in over))

    async def find_needed_keys(self, keys: Collection[str]) -> frozenset[str]:
        """Look through the pictures too, and through what was brought to jobs."""
        self.failures.raise_next("find_needed_keys")
        kept = self._jobs.kept.values()
        named = {one.picture.file.key for one in kept if one.picture.state is not PictureState.REMOVED}
        brought = {one.key for row in self._jobs.rows.values() for one in row.job.wish.inputs}
        return await self.find_awaited_keys(keys) | (named | brought).intersection(keys)

    async def newest(self, most: int) -> tuple[str, ...]:
        """Sort by when their jobs kept them."""
        self.failures.raise_next("newest")
        seen = [one for one in self._jobs.kept.values() if one.picture.state is PictureState.VISIBLE]
        seen.sort(key=lambda one: (one.kept_at, one.picture.job, one.picture.position), reverse=True)
        return tuple(one.picture.file.key for one in seen[:most])

    def _open_drawings(self) -> list[Drawing]:
        open_rows = (row for row in self._jobs.rows.values() if not row.job.state.is_final)
        return [drawing for row in open_rows for drawing in row.drawings.values()]


def _may_have(drawing: Drawing, key: str) -> bool:
    return belongs_to_drawing(key, drawing.id) or any(file.key == key for file in drawing.files)
