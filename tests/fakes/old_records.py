"""What is old in the record, in memory: rows by kind and community, with the days they are of."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.jobs import Job, JobId
from bot.domain.people import CommunityId


@dataclass
class MemoryOldRecords:
    """Keeps moments by what is kept and by community, and the jobs that have messages."""

    kept: dict[tuple[str, CommunityId], list[datetime]] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    detached: list[JobId] = field(default_factory=list)

    async def communities(self) -> tuple[CommunityId, ...]:
        """Return those of which there is anything."""
        return tuple(sorted({community for _, community in self.kept} | {job.community for job in self.jobs}))

    async def erase_prompts(self, community: CommunityId, before: datetime, *, most: int, now: datetime) -> int:
        """Remove a page."""
        return self._remove("prompts", community, before, most)

    async def with_message(self, community: CommunityId, before: datetime, *, most: int, after: Job | None) -> tuple[Job, ...]:
        """Return a page."""
        found = [job for job in self.jobs if job.community == community and job.created_at < before]
        first = 0 if after is None else found.index(after) + 1
        return tuple(found[first : first + most])

    async def detach(self, job: JobId) -> None:
        """Note it."""
        self.detached.append(job)

    async def delete_jobs(self, community: CommunityId, before: datetime, *, most: int) -> int:
        """Remove a page."""
        return self._remove("jobs", community, before, most)

    async def delete_records(self, community: CommunityId, before: datetime, *, most: int) -> int:
        """Remove a page."""
        return self._remove("records", community, before, most)

    async def delete_forgotten(self, before: datetime, *, most: int) -> int:
        """Remove a page."""
        return self._remove("forgotten", CommunityId("house"), before, most)

    async def delete_tombstones(self, before: datetime, *, most: int) -> int:
        """Remove a page."""
        return self._remove("tombstones", CommunityId("house"), before, most)

    def _remove(self, kind: str, community: CommunityId, before: datetime, most: int) -> int:
        rows = self.kept.get((kind, community), [])
        old = sorted(moment for moment in rows if moment < before)[:most]
        for moment in old:
            rows.remove(moment)
        return len(old)
