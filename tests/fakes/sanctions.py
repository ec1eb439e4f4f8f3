"""Sanctions, in memory."""

from dataclasses import replace
from datetime import datetime

from bot.domain.jobs import JobId, JobState
from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction, SanctionId, SanctionKind
from tests.fakes.jobs import MemoryJobs
from tests.fakes.scripted_failures import ScriptedFailures


class MemorySanctionBook:
    """Keeps sanctions, each on the account that it was imposed on, and on those in `shares`."""

    def __init__(self, jobs: MemoryJobs) -> None:
        self._jobs = jobs
        self.by_id: dict[SanctionId, Sanction] = {}
        self.shares: dict[SanctionId, set[AccountId]] = {}
        self.told: set[SanctionId] = set()
        self.failures = ScriptedFailures()

    async def impose(self, sanction: Sanction) -> Sanction:
        """Keep it, unless its key is known."""
        self.failures.raise_next("impose")
        known = next((one for one in self.by_id.values() if one.key == sanction.key), None)
        if known is None:
            self.by_id[sanction.id] = sanction
            self.shares[sanction.id] = {sanction.account}
        return known or sanction

    async def lift(self, sanction: SanctionId, by: Actor, now: datetime) -> bool:
        """Note it, once."""
        self.failures.raise_next("lift")
        known = self.by_id.get(sanction)
        if known is None or not known.is_active_at(now):
            return False
        self.by_id[sanction] = replace(known, lifted_at=now, lifted_by=by)
        return True

    async def find(self, sanction: SanctionId) -> Sanction | None:
        """Look it up."""
        self.failures.raise_next("find")
        return self.by_id.get(sanction)

    async def of(self, account: AccountId) -> tuple[Sanction, ...]:
        """Look for the account's."""
        self.failures.raise_next("of")
        return self._newest_first([one for one in self.by_id.values() if account in self.shares[one.id]])

    async def accounts(self, sanction: SanctionId) -> tuple[AccountId, ...]:
        """List them in order."""
        return tuple(sorted(self.shares.get(sanction, ())))

    async def active(self, community: CommunityId, now: datetime, most: int) -> tuple[Sanction, ...]:
        """Look through the community's."""
        found = [one for one in self.by_id.values() if one.community == community and one.kind.is_barring]
        return self._newest_first([one for one in found if one.is_active_at(now)])[:most]

    async def banned_jobs(self, now: datetime, most: int) -> tuple[JobId, ...]:
        """Look through the jobs."""
        self.failures.raise_next("banned_jobs")
        bans = [one for one in self.by_id.values() if one.kind is SanctionKind.BAN and one.is_active_at(now)]
        waiting = [row.job for row in self._jobs.rows.values() if row.job.state in {JobState.QUEUED, JobState.RUNNING}]
        banned = [
            job for job in waiting if any(ban.holds_in(job.community) and job.account in self.shares[ban.id] for ban in bans)
        ]
        return tuple(job.id for job in sorted(banned, key=lambda job: (job.created_at, job.id)))[:most]

    async def untold(self, most: int) -> tuple[Sanction, ...]:
        """Look for those."""
        found = [one for one in self.by_id.values() if one.id not in self.told]
        return tuple(reversed(self._newest_first(found)))[:most]

    async def mark_told(self, sanction: SanctionId, now: datetime) -> None:
        """Note it."""
        self.told.add(sanction)

    @staticmethod
    def _newest_first(found: list[Sanction]) -> tuple[Sanction, ...]:
        return tuple(sorted(found, key=lambda one: (one.imposed_at, one.id), reverse=True))
