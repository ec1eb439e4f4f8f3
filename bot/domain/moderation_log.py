"""The moderation log: who did what to whom, without any words that were asked for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.cases import CaseId
from bot.domain.jobs import JobId
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import PictureId
from bot.domain.rules import Actor


class ModerationAction(StrEnum):
    """What was done."""

    OPENED = "opened"
    DECIDED = "decided"
    UNDONE = "undone"
    CLOSED = "closed"
    ASSIGNED = "assigned"
    NOTED = "noted"
    REPORTED = "reported"
    REPORT_WITHDRAWN = "report_withdrawn"
    REFUSED = "refused"
    HIDDEN = "hidden"
    RESTORED = "restored"
    REMOVED = "removed"
    WARNED = "warned"
    MUTED = "muted"
    BANNED = "banned"
    LIFTED = "lifted"
    ALLOWED = "allowed"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLogEntry:
    """A line to add. `by` is nobody where easel did it by itself; `detail` is a few plain words, never a prompt.

    `key` makes it repeatable: of two lines with the same one the first stays.
    """

    community: CommunityId
    action: ModerationAction
    by: Actor | None = None
    subject: AccountId | None = None
    picture: PictureId | None = None
    job: JobId | None = None
    case: CaseId | None = None
    detail: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry(NewLogEntry):
    """A line of the log. `position` counts up in the order of the log."""

    position: int
    at: datetime
