"""Reports of pictures by people."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.domain.cases import CaseId
from bot.domain.people import AccountId
from bot.domain.pictures import PictureId
from bot.domain.reports import Report, ReporterTrust, ReportOutcome, ReportReason, ReportTally, TrackRecord
from bot.domain.rules import Actor


class Reports(Protocol):
    """Writes down who reported which picture, when and why. All methods may raise `StorageFailed`.

    What follows from a report is pending from the moment it is written down
    until `complete`, so that a crash in between loses nothing.
    """

    async def add(self, picture: PictureId, by: Actor, trust: ReporterTrust, reason: ReportReason | None = None) -> bool:
        """Write a report down, and log it; False where the same person has reported the picture and not taken that back.

        A second report changes nothing but the reason, if it gives one.
        """
        ...

    async def withdraw(self, pictures: Collection[PictureId], by: Actor, since: datetime) -> tuple[PictureId, ...]:
        """Withdraw somebody's undecided reports of these pictures that were made since then, log it, and return the pictures."""
        ...

    async def give_reason(self, pictures: Collection[PictureId], reporter: AccountId, reason: ReportReason) -> bool:
        """Note the reason of a report; return False where there is no such report."""
        ...

    async def of(self, picture: PictureId) -> tuple[Report, ...]:
        """Return the reports of a picture that were not taken back, the first one first."""
        ...

    async def tally(self, picture: PictureId) -> ReportTally:
        """Count the reports of a picture."""
        ...

    async def complete(self, picture: PictureId, tally: ReportTally) -> bool:
        """Note that all is done that follows from this tally; False, and nothing noted, where it is another one by now."""
        ...

    async def pending(self, before: datetime, *, most: int) -> tuple[PictureId, ...]:
        """Return up to `most` pictures whose reports changed before then, without that what follows was done; oldest first."""
        ...

    async def decide(self, picture: PictureId, case: CaseId, outcome: ReportOutcome, *, up_to: datetime) -> None:
        """Record what a case's decision found of the reports that were undecided then."""
        ...

    async def undecide(self, picture: PictureId, case: CaseId) -> None:
        """Clear what the case found."""
        ...

    async def track_record(self, reporter: AccountId) -> TrackRecord:
        """Count how somebody's reports were decided."""
        ...
