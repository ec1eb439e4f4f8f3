"""Sanctions, in memory."""

from dataclasses import replace
from datetime import datetime

from bot.domain.cases import CaseId
from bot.domain.jobs import JobId, JobState
from bot.domain.moderation_log import ModerationAction, NewLogEntry
from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction, SanctionId, SanctionKind
from bot.ports.clock import Clock
from tests.fakes.jobs import MemoryJobs
from tests.fakes.moderation_log import MemoryModerationLog
from tests.fakes.scripted_failures import ScriptedFailures

IMPOSED = {
    SanctionKind.WARNING: ModerationAction.WARNED,
    SanctionKind.MUTE: ModerationAction.MUTED,
    SanctionKind.BAN: ModerationAction.BANNED,
}


class MemorySanctionBook:
    """Keeps sanctions, each on the account that it was imposed on, and on those in `shares`."""

    def __init__(self, jobs: MemoryJobs, clock: Clock, log: MemoryModerationLog) -> None:
        self._jobs = jobs
        self._clock = clock
        self._log = log
        self.by_id: dict[SanctionId, Sanction] = {}
        self.shares: dict[SanctionId, set[AccountId]] = {}
        self.notified: set[SanctionId] = set()
        self.failures = ScriptedFailures()

    async def impose(self, sanction: Sanction) -> Sanction:
        """Keep it, unless its key is known."""
        self.failures.raise_next("impose")
        known = next((one for one in self.by_id.values() if one.key == sanction.key), None)
        if known is None:
            self.by_id[sanction.id] = sanction
            self.shares[sanction.id] = {sanction.account}
            self._enter(sanction, IMPOSED[sanction.kind], sanction.by)
        return known or sanction

    async def lift(self, sanction: SanctionId, by: Actor, case: CaseId | None = None) -> bool:
        """Note it, once."""
        self.failures.raise_next("lift")
        known, now = self.by_id.get(sanction), self._clock.now()
        if known is None or not known.is_active_at(now):
            return False
        self.by_id[sanction] = lifted = replace(known, lifted_at=now, lifted_by=by, lifted_case=case)
        self._enter(lifted, ModerationAction.LIFTED, by)
        return True

    async def reinstate(self, case: CaseId, by: Actor | None) -> tuple[Sanction, ...]:
        """Take the lifting out again."""
        self.failures.raise_next("reinstate")
        lifted = [one for one in self.by_id.values() if one.lifted_case == case]
        found = tuple(replace(one, lifted_at=None, lifted_by=None, lifted_case=None) for one in lifted)
        for sanction in found:
            self.by_id[sanction.id] = sanction
            self._enter(sanction, IMPOSED[sanction.kind], by)
        return found

    async def find(self, sanction: SanctionId) -> Sanction | None:
        """Look it up."""
        self.failures.raise_next("find")
        return self.by_id.get(sanction)

    async def of_case(self, case: CaseId) -> tuple[Sanction, ...]:
        """Look for the case's."""
        found = [one for one in self.by_id.values() if one.case == case]
        return tuple(reversed(self._newest_first(found)))

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

    async def list_unnotified(self, most: int) -> tuple[Sanction, ...]:
        """Look for those."""
        found = [one for one in self.by_id.values() if one.id not in self.notified]
        return tuple(reversed(self._newest_first(found)))[:most]

    async def mark_notified(self, sanction: SanctionId, now: datetime) -> None:
        """Note it."""
        self.notified.add(sanction)

    def _enter(self, sanction: Sanction, action: ModerationAction, by: Actor | None) -> None:
        case = sanction.lifted_case or sanction.case
        entry = NewLogEntry(community=sanction.community, action=action, by=by, subject=sanction.account, case=case)
        self._log.add(entry)

    @staticmethod
    def _newest_first(found: list[Sanction]) -> tuple[Sanction, ...]:
        return tuple(sorted(found, key=lambda one: (one.imposed_at, one.id), reverse=True))
