"""Values of billing events: subscriptions, purchases of credits, refunds and disputes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from bot.domain.people import AccountId

PAYMENT_GRACE = timedelta(days=3)
"""How long one is a member before the first payment is heard of, and after the last paid day."""


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """An invoice that was paid, and until when it pays for its subscription."""

    id: str
    paid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionUpdate:
    """What one message says of a subscription: whose it is, an invoice that was paid, that it has ended, that we sell it.

    What it does not say is None. `source` names who bills, `at` is when it happened there.
    """

    source: str
    id: str
    at: datetime
    account: AccountId | None = None
    invoice: PaidInvoice | None = None
    ended_at: datetime | None = None
    is_accepted: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """All that is known of a subscription but its invoices, whatever came first: an end stays.

    `paid_until` is what version 0.1 knew, which kept no invoices.
    """

    begun_at: datetime
    account: AccountId | None = None
    paid_until: datetime | None = None
    ended_at: datetime | None = None
    is_accepted: bool = False

    def merge(self, news: SubscriptionUpdate) -> "Subscription":
        """Return the subscription with the update applied."""
        return Subscription(
            min(self.begun_at, news.at),
            news.account or self.account,
            self.paid_until,
            min(filter(None, (self.ended_at, news.ended_at)), default=None),
            self.is_accepted or news.is_accepted,
        )

    def until(self, paid: Collection[datetime], reversed_: Collection[datetime]) -> datetime:
        """Return when the membership ends, as far as is known: with the last invoice that is paid for, and some days more.

        Where a later invoice was reversed, there are no more days: its money was not late, but went back.
        """
        paid_until = max(filter(None, (self.paid_until, *paid)), default=self.begun_at)
        went_back = any(moment > paid_until for moment in reversed_)
        last = paid_until if went_back else paid_until + PAYMENT_GRACE
        return min(last, self.ended_at) if self.ended_at else last


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """Credits that were paid for. `payment` is what a refund will name; without an `account` nobody knows for whom."""

    source: str
    id: str
    payment: str
    account: AccountId | None
    credits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """That `part` of the `whole` of a payment went back, or was disputed, as of `at`. A final one is not changed any more."""

    source: str
    id: str
    payment: str
    at: datetime
    part: int
    whole: int
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRefund:
    """A refund that failed: `amount` of what the reversal `reversal` named came back to us, as of `at`."""

    source: str
    id: str
    payment: str
    reversal: str
    at: datetime
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePayment:
    """Which payment paid an invoice, or a part of it."""

    source: str
    invoice: str
    payment: str


@dataclass(frozen=True, slots=True)
class RefundedShare:
    """That `part` of the `whole` of a payment is gone, neither of them below 0."""

    part: int
    whole: int

    def of(self, credits: int) -> int:  # noqa: A002 - what they are
        """Return how many of so many credits are gone with it, rounded in favour of the payer."""
        return credits * self.part // self.whole if self.whole else 0


def is_all_gone(shares: Collection[RefundedShare]) -> bool:
    """Return whether nothing is left of a payment."""
    return sum((Fraction(one.part, one.whole) for one in shares if one.whole), Fraction()) >= 1
