"""Asks until when somebody is a member, and how much of a payment is gone."""

from datetime import datetime, timedelta

import pytest

from bot.domain.billing import PAYMENT_GRACE, RefundedShare, Subscription, SubscriptionUpdate, is_all_gone
from bot.domain.people import AccountId
from tests.fakes.clock import NOON

DAY = timedelta(days=1)
MONTH = NOON + 30 * DAY
BEGUN = Subscription(NOON)


def news(at: datetime = NOON, **said: object) -> SubscriptionUpdate:
    """Return a message about a subscription."""
    return SubscriptionUpdate(source="stripe", id="sub_1", at=at, **said)  # type: ignore[arg-type]  # what the test says


def test_what_was_heard_of_a_subscription_adds_up_in_any_order() -> None:
    """The earliest begin and the earliest end count, and an account that was named stays."""
    updates = [
        news(NOON + DAY, account=AccountId("ann")),
        news(NOON, ended_at=MONTH + DAY),
        news(NOON + 2 * DAY, ended_at=MONTH, is_accepted=True),
    ]
    for order in (updates, updates[::-1]):
        known = Subscription(NOON + 9 * DAY)
        for update in order:
            known = known.merge(update)
        assert known == Subscription(NOON, AccountId("ann"), None, MONTH, is_accepted=True)


@pytest.mark.parametrize(
    ("known", "paid", "reversed_", "until"),
    [
        (BEGUN, [], [], NOON + PAYMENT_GRACE),
        (BEGUN, [MONTH, NOON + DAY], [], MONTH + PAYMENT_GRACE),
        (Subscription(NOON, paid_until=MONTH), [], [], MONTH + PAYMENT_GRACE),
        (BEGUN, [NOON + DAY], [MONTH], NOON + DAY),
        (BEGUN, [MONTH], [NOON + DAY], MONTH + PAYMENT_GRACE),
        (BEGUN, [MONTH], [MONTH], MONTH + PAYMENT_GRACE),
        (Subscription(NOON, ended_at=NOON + DAY), [MONTH], [], NOON + DAY),
        (Subscription(NOON, ended_at=MONTH), [NOON + DAY], [], NOON + DAY + PAYMENT_GRACE),
    ],
    ids=["unpaid", "paid", "paid before invoices", "went back", "an older went back", "paid again", "ended", "ends later"],
)
def test_a_membership_lasts_as_long_as_it_is_paid_for(
    known: Subscription, paid: list[datetime], reversed_: list[datetime], until: datetime
) -> None:
    """And some days more, unless it ended or its last money went back."""
    assert known.until(paid, reversed_) == until


@pytest.mark.parametrize(
    ("share", "gone"),
    [(RefundedShare(1, 3), 33), (RefundedShare(3, 3), 100), (RefundedShare(0, 3), 0), (RefundedShare(0, 0), 0)],
    ids=str,
)
def test_the_credits_that_go_with_a_share_are_rounded_for_whoever_paid(share: RefundedShare, gone: int) -> None:
    """A payment of nothing takes none."""
    assert share.of(100) == gone


@pytest.mark.parametrize(
    ("shares", "is_it"),
    [
        ([], False),
        ([RefundedShare(1, 3)] * 2, False),
        ([RefundedShare(1, 3)] * 3, True),
        ([RefundedShare(0, 0)], False),
        ([RefundedShare(5, 4)], True),
    ],
)
def test_a_payment_is_gone_when_all_of_its_shares_are(shares: list[RefundedShare], is_it: bool) -> None:
    """Exactly: three thirds are one."""
    assert is_all_gone(shares) is is_it
