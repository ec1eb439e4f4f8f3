"""What somebody looks for among their wishes, and what is known of each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.jobs import Job
from bot.domain.money import Cost


class WishStatus(StrEnum):
    """Which wishes are meant, by how they ended."""

    ALL = "all"
    WAITING = "waiting"
    """Those that nothing has come of yet."""

    FAILED = "failed"
    """Those that no picture came of: refused, failed or cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WishQuery:
    """Which wishes are meant: those whose words have all of these at the beginning of one, accepted at `since` or later."""

    status: WishStatus = WishStatus.ALL
    words: tuple[str, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastWish:
    """What somebody asked for once: how many of their pictures it counts for, what it cost us, and how many are to be seen."""

    job: Job
    counted: int
    cost: Cost
    visible: int
