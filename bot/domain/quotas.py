"""Limits per day: allowances, days in a community's own time, and what is left."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.people import AccountId, CommunityId


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many pictures an account may have on `day`, and when that day ends."""

    limit: int
    day: date
    refills_at: datetime


def allowance(limit: int, now: datetime, zone: ZoneInfo) -> Allowance:
    """Give the allowance that holds at `now`: days begin at midnight of the zone, whatever its clocks do."""
    day = now.astimezone(zone).date()
    return Allowance(limit, day, datetime.combine(day + timedelta(days=1), time(), zone))


class HoldState(StrEnum):
    """Where a hold stands: it leaves `HELD` once and for ever."""

    HELD = "held"
    SPENT = "spent"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Hold:
    """Pictures to set aside for one job. The day is stored, so that a job over midnight refunds the right one."""

    community: CommunityId
    account: AccountId
    pictures: int
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands on one day, in pictures."""

    limit: int
    held: int
    spent: int

    @property
    def left(self) -> int:
        """Pictures that can still be asked for; never below 0, even after the limit was lowered."""
        return max(0, self.limit - self.held - self.spent)
