"""Reports, in memory."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot.domain.cases import CaseId
from bot.domain.people import AccountId
from bot.domain.pictures import PictureId
from bot.domain.reports import Report, ReporterTrust, ReportOutcome, ReportReason, ReportTally, TrackRecord
from bot.domain.rules import Actor
from bot.ports.clock import Clock
from tests.fakes.scripted_failures import ScriptedFailures

_Key = tuple[PictureId, AccountId]


class MemoryReports:
    """Keeps reports by picture and reporter, in the order they came."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: dict[_Key, Report] = {}
        self._withdrawn: dict[_Key, datetime] = {}
        self._pending: set[_Key] = set()
        self._decided: dict[_Key, CaseId] = {}
        self.failures = ScriptedFailures()

    async def add(self, picture: PictureId, by: Actor, trust: ReporterTrust, reason: ReportReason | None = None) -> bool:
        """Note a reporter once."""
        self.failures.raise_next("add")
        key = (picture, by.account)
        if key in self._rows and (key not in self._withdrawn or self._rows[key].outcome is not None):
            if reason is not None and key not in self._withdrawn:
                self._rows[key] = replace(self._rows[key], reason=reason)
            return False
        self._rows.pop(key, None)
        self._withdrawn.pop(key, None)
        self._rows[key] = Report(picture, by.account, self._clock.now(), reason, trust)
        self._pending.add(key)
        return True

    async def withdraw(self, pictures: Collection[PictureId], by: Actor, since: datetime) -> tuple[PictureId, ...]:
        """Mark them."""
        keys = [(picture, by.account) for picture in pictures]
        taken = [key for key in keys if self._stands(key) and self._rows[key].reported_at >= since]
        taken = [key for key in taken if self._rows[key].outcome is None]
        self._withdrawn.update(dict.fromkeys(taken, self._clock.now()))
        self._pending.update(taken)
        return tuple(picture for picture, _ in taken)

    async def give_reason(self, pictures: Collection[PictureId], reporter: AccountId, reason: ReportReason) -> bool:
        """Write it over."""
        keys = [(picture, reporter) for picture in pictures if self._stands((picture, reporter))]
        self._rows.update({key: replace(self._rows[key], reason=reason) for key in keys})
        return bool(keys)

    async def of(self, picture: PictureId) -> tuple[Report, ...]:
        """Return those that stand."""
        return tuple(report for key, report in self._rows.items() if key[0] == picture and self._stands(key))

    async def tally(self, picture: PictureId) -> ReportTally:
        """Count them."""
        self.failures.raise_next("tally")
        found = await self.of(picture)
        counts = Counter(report.trust for report in found if report.outcome is None)
        return ReportTally(
            moderators=counts[ReporterTrust.MODERATOR],
            known=counts[ReporterTrust.KNOWN],
            new=counts[ReporterTrust.NEW],
            distrusted=counts[ReporterTrust.DISTRUSTED],
            rejected=sum(report.outcome is ReportOutcome.REJECTED for report in found),
        )

    async def complete(self, picture: PictureId, tally: ReportTally) -> bool:
        """Forget that they are pending, if they are still these."""
        if await self.tally(picture) != tally:
            return False
        self._pending = {key for key in self._pending if key[0] != picture}
        return True

    async def pending(self, before: datetime, *, most: int) -> tuple[PictureId, ...]:
        """List pictures."""
        self.failures.raise_next("pending")
        keys = [key for key in self._rows if key in self._pending]
        changed = [key for key in keys if self._withdrawn.get(key, self._rows[key].reported_at) < before]
        changed.sort(key=lambda key: self._rows[key].reported_at)
        return tuple(dict.fromkeys(picture for picture, _ in changed))[:most]

    async def decide(self, picture: PictureId, case: CaseId, outcome: ReportOutcome, *, up_to: datetime) -> None:
        """Mark those that are not decided."""
        for report in await self.of(picture):
            if report.outcome is None and report.reported_at <= up_to:
                self._rows[picture, report.reporter] = replace(report, outcome=outcome)
                self._decided[picture, report.reporter] = case

    async def undecide(self, picture: PictureId, case: CaseId) -> None:
        """Unmark those that the case marked."""
        for key in [key for key, by in self._decided.items() if key[0] == picture and by == case]:
            self._rows[key] = replace(self._rows[key], outcome=None)
            del self._decided[key]

    async def track_record(self, reporter: AccountId) -> TrackRecord:
        """Count them."""
        found = Counter(report.outcome for key, report in self._rows.items() if key[1] == reporter and self._stands(key))
        return TrackRecord(found[ReportOutcome.UPHELD], found[ReportOutcome.REJECTED])

    def _stands(self, key: _Key) -> bool:
        return key in self._rows and key not in self._withdrawn
