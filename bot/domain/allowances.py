"""Limits per day: allowances, days in a community's own time, what a wish costs, and what is left."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.images import Lane, Quality, Size
from bot.domain.money import Cost
from bot.domain.people import HOUSE, AccountId, CommunityId


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many pictures an account may have on `day`, and when that day ends."""

    limit: int
    day: date
    refills_at: datetime


@dataclass(frozen=True, slots=True)
class DayExtension:
    """After a change of zone the old day goes on until the new zone has left it too, so that nobody gains a day."""

    day: date
    until: datetime

    @classmethod
    def after_zone_change(cls, before: Allowance, now: datetime, zone: ZoneInfo) -> "DayExtension | None":
        """Return the extension of the day of `before` into `zone`; None where both zones are on the same date."""
        there = now.astimezone(zone).date()
        return None if there == before.day else cls(before.day, midnight_after(max(there, before.day), zone))


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    """Return the end of a day in a zone, whatever its clocks do."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


def allowance(limit: int, now: datetime, zone: ZoneInfo, day_extension: DayExtension | None = None) -> Allowance:
    """Return the allowance that holds at `now`: days begin at midnight of the zone."""
    if day_extension is not None and now < day_extension.until:
        return Allowance(limit, day_extension.day, day_extension.until.astimezone(zone))
    day = now.astimezone(zone).date()
    return Allowance(limit, day, midnight_after(day, zone))


FULL = 100
"""The percent of what counts whole."""


def count_percent(hundredths: int) -> int:
    """Return whole pictures for hundredths of some, rounded up; never less than 0."""
    return max(0, -(-hundredths // FULL))


@dataclass(frozen=True, slots=True)
class Weights:
    """What one picture counts for: its quality's weight, times `large` if it has more than `large_from` pixels.

    In the relaxed lane it counts for `relaxed_percent` of that.
    """

    by_quality: Mapping[Quality, int]
    large: int = 1
    large_from: int = 2_000_000
    relaxed_percent: int = 50

    def of(self, quality: Quality, size: Size) -> int:
        """Return what one such picture counts for; at least 1."""
        return max(1, self.by_quality.get(quality, 1) * (self.large if size.pixels > self.large_from else 1))

    @property
    def relaxed_share(self) -> str:
        """Return what a picture counts in the relaxed lane: `half`; nothing where it counts whole."""
        return {50: "half", FULL: ""}.get(self.relaxed_percent, f"{self.relaxed_percent} %")

    def percent(self, lane: Lane) -> int:
        """Return how much of that counts in a lane."""
        return self.relaxed_percent if lane is Lane.RELAXED else FULL


class HoldState(StrEnum):
    """Where a hold stands: it leaves `HELD` once and never returns to it."""

    HELD = "held"
    SPENT = "spent"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class TenantQuota:
    """A server or workspace that has a limit of its own for all its people together. `id` is `<platform>:<tenant>`."""

    id: str
    limit: int


class Period(StrEnum):
    """What a budget is for."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Budget:
    """Micro-dollars that `scope` may spend in a period. `scope` is a community's id, or the house's."""

    scope: CommunityId
    period: Period
    limit: int

    def first_day(self, day: date) -> date:
        """Return the first day of the period that `day` lies in."""
        return day if self.period is Period.DAY else day.replace(day=1)


@dataclass(frozen=True, slots=True)
class Spending:
    """Micro-dollars of a period: set aside for what runs, and spent."""

    held: int = 0
    spent: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """What to set aside for one job. The day is stored, so that a job over midnight refunds the right one.

    `pictures` is what the whole job counts for and `each` what one picture of
    it does. What the day has not left comes from the account's credits.
    `estimate` is in micro-dollars, held for all `scopes`, which may have
    `budgets` to keep or not. Of all that, only `percent` counts: `round_with` makes whole pictures of it.
    """

    community: CommunityId
    account: AccountId
    pictures: int
    allowance: Allowance
    each: int = 1
    tenant_quota: TenantQuota | None = None
    estimate: int = 0
    budgets: tuple[Budget, ...] = ()
    percent: int = FULL

    @property
    def is_whole(self) -> bool:
        """Whether its pictures count whole."""
        return self.percent == FULL

    def round_with(self, others: int) -> "tuple[Hold, int]":
        """Return the hold in whole pictures, and by how many hundredths it is more than it counts for.

        `others` are the hundredths by which those of the same day are: of two
        pictures that count half, one counts and the other does not.
        """
        if self.is_whole:
            return self, 0
        exact = self.pictures * self.percent
        whole = count_percent(exact - others)
        return replace(self, pictures=whole), whole * FULL - exact

    def rounding(self, spent: int, counts: int) -> int:
        """Return by how many hundredths what is spent is more than its part of what pictures count for."""
        return 0 if self.is_whole else spent * FULL - counts * self.percent

    def spent_for(self, counts: int) -> int:
        """Return its part of what pictures count for, by itself."""
        return count_percent(counts * self.percent)

    @property
    def scopes(self) -> tuple[CommunityId, ...]:
        """Return whose money it is: the community's, and the house's."""
        return tuple(dict.fromkeys((self.community, HOUSE)))


@dataclass(frozen=True, slots=True)
class QuotaStatus:
    """How an account stands on one day, in pictures, and what credits it has beyond that."""

    limit: int
    held: int
    spent: int
    credits: int = 0

    @property
    def left(self) -> int:
        """Return the pictures that can still be asked for without credits; never below 0, even after the limit was lowered."""
        return max(0, self.limit - self.held - self.spent)


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptionCost:
    """What it cost to have a picture described: words about a picture, for which there is no job."""

    id: str
    community: CommunityId
    account: AccountId
    day: date
    cost: Cost
