"""The record of brought pictures, over the table of jobs in memory."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.inputs import InputPicture, InputRole, input_key
from bot.domain.jobs import Job, JobId
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import PictureId, PictureState
from bot.ports.inputs import KeptInput
from tests.fakes.jobs import MemoryJobs
from tests.fakes.objects import MemoryObjects


@dataclass
class _Mark:
    """What is known of an input beside its job's row."""

    is_expired: bool = False
    is_removed: bool = False


class MemoryInputs:
    """Looks into `MemoryJobs`: what its rows name, and what its pictures still need."""

    def __init__(self, jobs: MemoryJobs) -> None:
        self._jobs = jobs
        self._marks: dict[str, _Mark] = {}

    async def of_job(self, job: JobId) -> tuple[KeptInput, ...]:
        """List a job's."""
        return tuple(one for one in self._all() if one.job == job and not self._mark(one).is_removed)

    async def of_account(self, account: AccountId, most: int, after: str = "") -> tuple[KeptInput, ...]:
        """List a page of an account's."""
        mine = [one for one in self._all() if self._jobs.rows[one.job].job.account == account and one.key > after]
        return tuple(sorted((one for one in mine if not self._mark(one).is_removed), key=lambda one: one.key)[:most])

    async def parents(self, job: JobId) -> tuple[PictureId, ...]:
        """List those of a job."""
        return tuple(one.parent for one in self._all() if one.job == job and one.parent is not None)

    async def find_made_from(self, pictures: Collection[PictureId], *, most: int) -> tuple[JobId, ...]:
        """Look through all jobs."""
        visible = {one.picture.job for one in self._jobs.kept.values() if one.picture.state is PictureState.VISIBLE}
        found = [
            row.job
            for row in self._jobs.rows.values()
            if row.job.id in visible
            and any(one.parent in pictures and one.role is InputRole.BASE for one in row.job.wish.inputs[:1])
        ]
        found.sort(key=lambda job: (job.created_at, job.id), reverse=True)
        return tuple(job.id for job in found[:most])

    async def expire_older(self, community: CommunityId, before: datetime, *, most: int) -> int:
        """Mark the oldest."""
        rows = {one.key: self._jobs.rows[one.job].job for one in self._all()}
        old = [
            one
            for one in self._all()
            if (job := rows[one.key]).community == community
            and job.created_at < before
            and job.state.is_final
            and not self._is_to_go(one)
            and not self._mark(one).is_removed
        ]
        old.sort(key=lambda one: rows[one.key].created_at)
        for one in old[:most]:
            self._mark(one).is_expired = True
        return len(old[:most])

    async def due(self, now: datetime, *, most: int, skip: int = 0) -> tuple[KeptInput, ...]:
        """List what is to go, the oldest first."""
        going = [one for one in self._all() if self._is_to_go(one) and not self._mark(one).is_removed]
        going.sort(key=lambda one: (self._jobs.rows[one.job].job.created_at, one.key))
        return tuple(going[skip : skip + most])

    async def note_removed(self, key: str, now: datetime) -> None:
        """Note it."""
        self._marks.setdefault(key, _Mark()).is_removed = True

    def _all(self) -> list[KeptInput]:
        return [
            KeptInput(key=brought.key, job=job, position=position, parent=PictureId(brought.parent) if brought.parent else None)
            for job, row in self._jobs.rows.items()
            for position, brought in enumerate(row.job.wish.inputs)
        ]

    def _mark(self, one: KeptInput) -> _Mark:
        return self._marks.setdefault(one.key, _Mark())

    def _is_to_go(self, one: KeptInput) -> bool:
        kept = self._jobs.kept
        parent = kept.get(one.parent) if one.parent is not None else None
        own = [other.picture.state for other in kept.values() if other.picture.job == one.job]
        is_parent_gone = parent is not None and parent.picture.state is PictureState.REMOVED
        return self._mark(one).is_expired or is_parent_gone or (bool(own) and set(own) == {PictureState.REMOVED})


def an_input(own: str, role: InputRole = InputRole.BASE, parent: PictureId | None = None) -> InputPicture:
    """Return an input under a key of its own."""
    key = input_key("ab" * 32, own, "png")
    return InputPicture(
        key=key, role=role, source="cd" * 32, media_type="image/png", width=64, height=48, size_bytes=99, parent=parent
    )


async def give_inputs(jobs: MemoryJobs, objects: MemoryObjects, job: Job, *owns: str) -> None:
    """Have a job begun with these, as if they had been brought to it."""
    inputs = tuple(an_input(own) for own in owns)
    jobs.change(jobs.rows[job.id], wish=replace(job.wish, inputs=inputs))
    for one in inputs:
        await objects.put(one.key, b"bytes", one.media_type)
