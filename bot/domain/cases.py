"""Cases: what moderators decide on, and what they can decide."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from bot.domain.jobs import JobId
from bot.domain.people import AccountId, CommunityId, Platform
from bot.domain.pictures import PictureId
from bot.domain.rules import Actor

CaseId = NewType("CaseId", str)

UNDO_WINDOW = timedelta(minutes=10)
"""How long a decision can be undone; what cannot be taken back, such as deleting files, waits for its end."""

LONGEST_NOTE = 2000


class CaseKind(StrEnum):
    """Why a case was opened."""

    REPORT = "report"
    DOUBT = "doubt"
    MISTAKE = "mistake"
    APPEAL = "appeal"
    TAKEDOWN = "takedown"


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    DECIDED = "decided"


class CaseDecision(StrEnum):
    """What a moderator decided. `WARN`, `MUTE` and `BAN` remove the picture too."""

    REMOVE = "remove"
    KEEP = "keep"
    WARN = "warn"
    MUTE = "mute"
    BAN = "ban"
    ALLOW = "allow"
    """Of refused words: they were harmless."""

    RESTORE = "restore"
    """Of an appeal: what was decided before is taken back."""

    UPHOLD = "uphold"
    """Of refused words and of an appeal: it stays as it was decided."""

    @property
    def outcome(self) -> str:
        """Return what was decided, in words that follow a colon."""
        return _OUTCOMES[self]

    @property
    def removes_picture(self) -> bool:
        """Whether the decision removes the picture."""
        return self in {CaseDecision.REMOVE, CaseDecision.WARN, CaseDecision.MUTE, CaseDecision.BAN}


_OUTCOMES = {
    CaseDecision.REMOVE: "the picture is removed",
    CaseDecision.KEEP: "the picture stays",
    CaseDecision.WARN: "the picture is removed, and its author warned",
    CaseDecision.MUTE: "the picture is removed, and its author muted for a day",
    CaseDecision.BAN: "the picture is removed, and its author banned",
    CaseDecision.ALLOW: "the words are allowed",
    CaseDecision.RESTORE: "the decision is taken back",
    CaseDecision.UPHOLD: "it stays as it was decided",
}
_ABOUT_PICTURE = (CaseDecision.REMOVE, CaseDecision.KEEP, CaseDecision.WARN, CaseDecision.MUTE, CaseDecision.BAN)
_DECISIONS = {
    CaseKind.MISTAKE: (CaseDecision.ALLOW, CaseDecision.UPHOLD),
    CaseKind.APPEAL: (CaseDecision.RESTORE, CaseDecision.UPHOLD),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """What opens a case. `account` is whose picture or words it is about, `by` who opens it: nobody where the guard does.

    `appeals` names what an appeal is against: the id of a decided case, or a
    sanction's. `reason` is the kind of rule, never a listed word. `words`
    holds the prompt where no job has it, `scores` what a model gave each
    category, from 0 to 1.
    """

    kind: CaseKind
    community: CommunityId
    platform: Platform
    tenant: str
    account: AccountId
    by: Actor | None = None
    picture: PictureId | None = None
    job: JobId | None = None
    appeals: str | None = None
    reason: str = ""
    words: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """Return what only one case at a time may be open about: the picture, else the job, what is appealed, or these words."""
        if self.picture is not None:
            return f"picture:{self.picture}"
        if self.job is not None:
            return f"job:{self.job}"
        if self.appeals is not None:
            return f"appeal:{self.appeals}"
        return f"words:{self.account}:{hashlib.sha256(self.words.encode()).hexdigest()}"

    @property
    def decisions(self) -> tuple[CaseDecision, ...]:
        """Return what can be decided, in the order of the buttons."""
        return _DECISIONS.get(self.kind, _ABOUT_PICTURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(NewCase):
    """A case, as it stands.

    `revision` counts its changes and `rounds` its decisions, those that were
    undone included. From `closed_at` on nothing can be undone.
    """

    id: CaseId
    opened_at: datetime
    state: CaseState = CaseState.OPEN
    decision: CaseDecision | None = None
    decided_by: Actor | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    assignee: Actor | None = None
    revision: int = 1
    rounds: int = 0

    @property
    def time_to_decision(self) -> timedelta | None:
        """Return how long it waited for its decision."""
        return None if self.decided_at is None else self.decided_at - self.opened_at


@dataclass(frozen=True, slots=True)
class CaseNote:
    """What a moderator wrote on a case for the others."""

    at: datetime
    by: Actor
    text: str
