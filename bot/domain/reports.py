"""Reports of pictures: why, by whom, and what they count for together."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.people import AccountId
from bot.domain.pictures import PictureId

WITHDRAWAL_TIME = timedelta(minutes=10)
"""How long a report can be taken back."""


class ReportReason(StrEnum):
    """What is wrong with a picture, as its reporter says."""

    SEXUAL = "sexual"
    VIOLENT = "violent"
    HATEFUL = "hateful"
    MINOR = "minor"
    """A child is shown as none should be."""
    PERSON = "person"
    """Somebody real, who did not agree to it."""
    OTHER = "other"


class ReporterTrust(StrEnum):
    """What the report of somebody counts for when a picture is about to be hidden; moderators are told of all alike."""

    MODERATOR = "moderator"
    """Looks after the place of the picture: enough by itself."""
    KNOWN = "known"
    """Counts as one."""
    NEW = "new"
    """An account that is young, or from elsewhere. However many they are, together they count as one."""
    DISTRUSTED = "distrusted"
    """Muted, banned, or mostly wrong so far: counts as nothing."""


class ReportOutcome(StrEnum):
    """What moderators found."""

    UPHELD = "upheld"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Report:
    """One person's report of one picture."""

    picture: PictureId
    reporter: AccountId
    reported_at: datetime
    reason: ReportReason | None = None
    trust: ReporterTrust = ReporterTrust.KNOWN
    outcome: ReportOutcome | None = None


@dataclass(frozen=True, slots=True)
class ReportTally:
    """How many reports of a picture nobody has decided yet, by trust; and how many were rejected before."""

    moderators: int = 0
    known: int = 0
    new: int = 0
    distrusted: int = 0
    rejected: int = 0

    @property
    def undecided(self) -> int:
        """Return how many wait for a decision."""
        return self.moderators + self.known + self.new + self.distrusted

    def is_enough(self, threshold: int) -> bool:
        """Return whether the picture is hidden until somebody decides; a threshold of 0 leaves that to moderators.

        What moderators have looked at and kept is not hidden by others any more.
        """
        if self.moderators:
            return True
        return threshold > 0 and not self.rejected and self.known + min(self.new, 1) >= threshold


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """How the reports of somebody turned out."""

    upheld: int = 0
    rejected: int = 0

    @property
    def is_mostly_wrong(self) -> bool:
        """Whether so many were rejected that the next one counts for nothing."""
        return self.rejected >= _FEW and self.rejected > self.upheld


_FEW = 3
