"""Asks who may draw how much today."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.people import GUEST, HOUSE, PREMIUM, REGISTERED, Account, AccountId, Platform, Tier
from bot.domain.quotas import Allowance, Hold
from bot.services.allowances import Allowances, Limits
from tests.fakes.clock import StoppedClock

WEB, DISCORD = Platform("web"), Platform("discord")
BERLIN = ZoneInfo("Europe/Berlin")
LIMITS = Limits({GUEST: 3, REGISTERED: 20, PREMIUM: 200}, {DISCORD: REGISTERED}, BERLIN)
LATE = datetime(2026, 3, 14, 22, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> StoppedClock:
    """Stop the time half an hour before midnight in Berlin."""
    return StoppedClock(LATE)


@pytest.fixture
def allowances(clock: StoppedClock) -> Allowances:
    """Give the limits to somebody who applies them."""
    return Allowances(LIMITS, clock)


@pytest.mark.parametrize(("platform", "tier"), [(DISCORD, REGISTERED), (WEB, GUEST), (Platform("slack"), GUEST)])
def test_a_newcomer_gets_the_tier_of_their_platform(allowances: Allowances, platform: Platform, tier: Tier) -> None:
    """Or is a guest where none is named."""
    assert allowances.first_tier(platform) == tier


@pytest.mark.parametrize(("tier", "limit"), [(GUEST, 3), (REGISTERED, 20), (PREMIUM, 200), (Tier("patron"), 3)])
def test_each_tier_has_its_limit(allowances: Allowances, tier: Tier, limit: int) -> None:
    """One that was taken out of the settings counts as guest."""
    today = allowances.today(Account(AccountId("ann"), tier))
    assert today == Allowance(limit, date(2026, 3, 14), datetime(2026, 3, 15, tzinfo=BERLIN))


def test_a_new_day_begins_at_midnight_in_the_communitys_zone(allowances: Allowances, clock: StoppedClock) -> None:
    """Not in ours."""
    account = Account(AccountId("ann"), GUEST)
    clock.move(timedelta(minutes=29, seconds=59))
    assert allowances.today(account).day == date(2026, 3, 14)
    clock.move(timedelta(seconds=1))
    assert allowances.today(account).day == date(2026, 3, 15)


def test_a_hold_says_whose_pictures_are_set_aside_on_which_day(allowances: Allowances) -> None:
    """So that a job over midnight gives them back to the right one."""
    account = Account(AccountId("ann"), PREMIUM)
    assert allowances.hold(account, 4) == Hold(HOUSE, AccountId("ann"), 4, allowances.today(account))
