"""Pictures that moderators, operators or reports take out of sight, what has to be done for that, and how far it is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.jobs import JobId
from bot.domain.pictures import PictureId


class RemovalReason(StrEnum):
    """Why a picture is taken out of sight."""

    RULES = "rules"
    REPORTS = "reports"
    LEGAL = "legal"
    FORGOTTEN = "forgotten"

    @property
    def sentence(self) -> str:
        """Return what its author and the command line read."""
        return {
            RemovalReason.RULES: "it breaks the rules of the place where it was posted",
            RemovalReason.REPORTS: "several people reported it",
            RemovalReason.LEGAL: "the law, or a claim to a right, demands it",
            RemovalReason.FORGOTTEN: "its author wants to be forgotten",
        }[self]

    @property
    def is_the_authors(self) -> bool:
        """Whether it is the author's own wish: then nothing is told, and the same picture may come back."""
        return self is RemovalReason.FORGOTTEN


class RemovalState(StrEnum):
    """What was decided last about a picture."""

    HIDDEN = "hidden"
    REMOVED = "removed"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalOrder:
    """A decision: why, by whom (an account, or a word for a program), for which case if there is one.

    `tells_author` says whether the author gets a message about it.
    """

    reason: RemovalReason
    by: str
    case: str | None = None
    tells_author: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What stands written about a picture that was taken out of sight; `revision` grows with each decision about it."""

    picture: PictureId
    job: JobId
    state: RemovalState
    order: RemovalOrder
    decided_at: datetime
    revision: int

    @property
    def is_active(self) -> bool:
        """Whether nobody but moderators may bring the picture back."""
        return self.state is not RemovalState.RESTORED


class StepState(StrEnum):
    """How one step of a removal went. What `FAILED` is tried again, what is `IMPOSSIBLE` is listed for people."""

    DONE = "done"
    FAILED = "failed"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalStep:
    """How the removal of a picture from one place went; `place` is a word, or a word and an address."""

    picture: PictureId
    place: str
    state: StepState
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedPicture:
    """A picture that may not come back: the hash of its bytes, and the perceptual hash of what they show where it has one."""

    sha256: str
    fingerprint: str | None
    reason: RemovalReason
    by: str
    picture: PictureId | None = None
