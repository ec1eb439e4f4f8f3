"""What moderators impose on people: warnings, mutes and bans, for one community or everywhere."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.cases import CaseId
from bot.domain.people import HOUSE, AccountId, CommunityId
from bot.domain.rules import Actor
from bot.errors import Sanctioned

SanctionId = NewType("SanctionId", str)


class SanctionKind(StrEnum):
    """What a sanction does. A mute stops new wishes until a moment; a ban also ends those under way, and may last for good."""

    WARNING = "warning"
    MUTE = "mute"
    BAN = "ban"

    @property
    def is_barring(self) -> bool:
        """Whether nothing may be asked for under it."""
        return self is not SanctionKind.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanction:
    """One sanction on one person.

    `key` is that of the act that imposed it: the same key again is the same
    sanction. `community` is where it holds; one of `HOUSE` holds everywhere.
    `account` is the one that it was imposed on: others share it once they are
    linked to that one. `case` is the id of the case that it follows from, and
    `lifted_case` that of the appeal that lifted it.
    """

    id: SanctionId
    key: str
    account: AccountId
    community: CommunityId
    kind: SanctionKind
    imposed_at: datetime
    by: Actor
    until: datetime | None = None
    reason: str = ""
    case: CaseId | None = None
    lifted_at: datetime | None = None
    lifted_by: Actor | None = None
    lifted_case: CaseId | None = None

    def is_active_at(self, now: datetime) -> bool:
        """Whether it has neither been lifted nor run out."""
        return self.lifted_at is None and (self.until is None or now < self.until)

    def holds_in(self, community: CommunityId) -> bool:
        """Whether it is about what is asked for in a community."""
        return self.community in {HOUSE, community}


@dataclass(frozen=True, slots=True)
class SanctionRecord:
    """How somebody stands in a community: every sanction on them there or everywhere, newest first."""

    sanctions: tuple[Sanction, ...]
    now: datetime

    @property
    def active(self) -> tuple[Sanction, ...]:
        """Return the sanctions that hold now, newest first."""
        return tuple(sanction for sanction in self.sanctions if sanction.is_active_at(self.now))

    @property
    def barring(self) -> Sanction | None:
        """Return the one that keeps them from asking for anything, if one does: a ban before a mute, and the longest of these."""
        return longest_barring(self.active)

    @property
    def count(self) -> int:
        """Return how many sanctions there were, without those that were lifted."""
        return sum(sanction.lifted_at is None for sanction in self.sanctions)


def longest_barring(sanctions: tuple[Sanction, ...]) -> Sanction | None:
    """Return the sanction that bars longest: a ban rather than a mute, and one for good rather than one that ends."""
    barring = (sanction for sanction in sanctions if sanction.kind.is_barring)
    return max(barring, key=_severity, default=None)


def refusal_of(sanction: Sanction) -> Sanctioned:
    """Return the refusal of a request under a mute or ban."""
    return Sanctioned(
        sanction=sanction.id,
        is_ban=sanction.kind is SanctionKind.BAN,
        until=sanction.until,
        reason=sanction.reason,
    )


def _severity(sanction: Sanction) -> tuple[bool, bool, float]:
    return sanction.kind is SanctionKind.BAN, sanction.until is None, sanction.until.timestamp() if sanction.until else 0.0
