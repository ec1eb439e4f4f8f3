"""Asks when a day of an allowance begins and ends, wherever the community lives."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.allowances import Budget, DayExtension, Hold, Period, QuotaStatus, Weights, allowance
from bot.domain.images import Quality, Size
from bot.domain.people import HOUSE, AccountId, CommunityId

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Havana",
    "America/Asuncion",
]


def local(zone: str, *when: int) -> datetime:
    """Return a moment by the clocks of a zone, in UTC as the clock port gives it."""
    year, month, day, hour, minute = when
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "now", "day", "refills_at"),
    [
        ("UTC", datetime(2026, 3, 14, 23, 59, tzinfo=UTC), date(2026, 3, 14), datetime(2026, 3, 15, tzinfo=UTC)),
        ("UTC", datetime(2026, 3, 15, tzinfo=UTC), date(2026, 3, 15), datetime(2026, 3, 16, tzinfo=UTC)),
        (
            "Asia/Kathmandu",
            datetime(2026, 3, 14, 18, 14, tzinfo=UTC),
            date(2026, 3, 14),
            datetime(2026, 3, 14, 18, 15, tzinfo=UTC),
        ),
        (
            "Asia/Kathmandu",
            datetime(2026, 3, 14, 18, 15, tzinfo=UTC),
            date(2026, 3, 15),
            datetime(2026, 3, 15, 18, 15, tzinfo=UTC),
        ),
        (
            "Pacific/Kiritimati",
            datetime(2026, 3, 14, 12, 0, tzinfo=UTC),
            date(2026, 3, 15),
            datetime(2026, 3, 15, 10, 0, tzinfo=UTC),
        ),
        (
            "Pacific/Pago_Pago",
            datetime(2026, 3, 14, 5, 0, tzinfo=UTC),
            date(2026, 3, 13),
            datetime(2026, 3, 14, 11, 0, tzinfo=UTC),
        ),
    ],
)
def test_the_day_is_the_communitys_own(zone: str, now: datetime, day: date, refills_at: datetime) -> None:
    """One moment is two dates in two places."""
    today = allowance(20, now, ZoneInfo(zone))
    assert (today.limit, today.day) == (20, day)
    assert today.refills_at.astimezone(UTC) == refills_at


@pytest.mark.parametrize(
    ("zone", "now", "hours"),
    [
        ("Europe/Berlin", local("Europe/Berlin", 2026, 3, 29, 0, 0), 23),
        ("Europe/Berlin", local("Europe/Berlin", 2026, 10, 25, 0, 0), 25),
        ("Europe/Berlin", local("Europe/Berlin", 2026, 7, 1, 0, 0), 24),
        ("Australia/Lord_Howe", local("Australia/Lord_Howe", 2026, 4, 5, 0, 0), 24.5),
        ("Africa/Cairo", local("Africa/Cairo", 2026, 4, 23, 0, 0), 24),
        ("Africa/Cairo", local("Africa/Cairo", 2026, 4, 24, 1, 0), 23),
        ("America/Havana", local("America/Havana", 2026, 11, 1, 0, 0), 25),
    ],
)
def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is(zone: str, now: datetime, hours: float) -> None:
    """No day is taken to have 86,400 seconds; some have no midnight, some have two."""
    refills_at = allowance(3, now, ZoneInfo(zone)).refills_at.astimezone(UTC)
    assert refills_at - now == timedelta(hours=hours)


@given(
    st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2037, 1, 1)),  # noqa: DTZ001 - hypothesis adds the zone
    st.sampled_from(ZONES),
)
def test_an_allowance_refills_within_a_day_and_exactly_when_the_date_changes(naive: datetime, zone: str) -> None:
    """At that moment the next day has begun, and a moment earlier it had not."""
    now, there = naive.replace(tzinfo=UTC), ZoneInfo(zone)
    today = allowance(3, now, there)
    refills_at = today.refills_at.astimezone(UTC)
    assert now < refills_at <= now + timedelta(hours=25)
    assert allowance(3, refills_at, there).day == today.day + timedelta(days=1)
    assert allowance(3, refills_at - timedelta(microseconds=1), there).day == today.day


@pytest.mark.parametrize(("held", "spent", "left"), [(0, 0, 20), (2, 5, 13), (0, 20, 0), (5, 20, 0)])
def test_what_is_held_is_not_left_either(held: int, spent: int, left: int) -> None:
    """Nor is it ever less than nothing, when somebody lowered the limit."""
    assert QuotaStatus(20, held, spent).left == left


@given(
    st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2037, 1, 1)),  # noqa: DTZ001 - hypothesis adds the zone
    st.sampled_from(ZONES),
    st.sampled_from(ZONES),
)
def test_a_change_of_zone_gives_nobody_a_day(naive: datetime, old: str, new: str) -> None:
    """The day that was goes on, until the new zone writes a later one than either."""
    now, there = naive.replace(tzinfo=UTC), ZoneInfo(new)
    before = allowance(3, now, ZoneInfo(old))
    day_extension = DayExtension.after_zone_change(before, now, there)
    after = allowance(3, now, there, day_extension)
    assert after.day == before.day
    refills_at = after.refills_at.astimezone(UTC)
    assert now < refills_at <= now + timedelta(hours=51)
    assert allowance(3, refills_at, there, day_extension).day > before.day
    assert allowance(3, refills_at - timedelta(microseconds=1), there, day_extension).day == before.day


def test_zones_that_write_the_same_day_need_no_bridge() -> None:
    """The next midnight is the new zone's."""
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)
    assert DayExtension.after_zone_change(allowance(3, noon, ZoneInfo("UTC")), noon, ZoneInfo("Europe/Berlin")) is None


WEIGHTS = Weights({Quality.LOW: 1, Quality.HIGH: 4}, large=2)


@pytest.mark.parametrize(
    ("quality", "size", "weight"),
    [
        (Quality.LOW, Size(1024, 1024), 1),
        (Quality.MEDIUM, Size(1024, 1024), 1),
        (Quality.HIGH, Size(1024, 1024), 4),
        (Quality.LOW, Size(2000, 1000), 1),
        (Quality.HIGH, Size(2001, 1000), 8),
    ],
)
def test_quality_and_size_weigh(quality: Quality, size: Size, weight: int) -> None:
    """A quality that has no weight of its own weighs one."""
    assert WEIGHTS.of(quality, size) == weight


@pytest.mark.parametrize(("period", "first"), [(Period.DAY, date(2026, 3, 14)), (Period.MONTH, date(2026, 3, 1))])
def test_a_budgets_period_has_a_first_day(period: Period, first: date) -> None:
    """A month begins with its first."""
    assert Budget(HOUSE, period, 5).first_day(date(2026, 3, 14)) == first


@pytest.mark.parametrize(("community", "scopes"), [(HOUSE, 1), (CommunityId("town"), 2)])
def test_money_is_the_communitys_and_the_houses(community: CommunityId, scopes: int) -> None:
    """Once, where that is the same."""
    hold = Hold(community, AccountId("ann"), 1, allowance(3, datetime(2026, 3, 14, tzinfo=UTC), ZoneInfo("UTC")))
    assert len(hold.scopes) == scopes
    assert {community, HOUSE} == set(hold.scopes)


@pytest.mark.parametrize(("percent", "said"), [(50, "half"), (30, "30 %"), (100, "")])
def test_the_share_of_the_relaxed_lane_is_said(percent: int, said: str) -> None:
    """Nothing where it counts whole."""
    assert Weights({}, relaxed_percent=percent).relaxed_share == said
