"""What whoever bills for us tells: subscriptions, purchases of credits, and that money went back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.people import AccountId

FIRST_DAYS = timedelta(days=3)
"""How long one is a member before the first payment is heard of, and after the last paid day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionNews:
    """What one message says of a subscription: whose it is, until when it is paid, that it has ended, that we sell it.

    What it does not say is None. `source` names who bills, `at` is when it happened there.
    """

    source: str
    id: str
    at: datetime
    account: AccountId | None = None
    paid_until: datetime | None = None
    ended_at: datetime | None = None
    is_accepted: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """All that is known of a subscription. Two of them make one whatever their order: later dates win, an end stays."""

    begun_at: datetime
    account: AccountId | None = None
    paid_until: datetime | None = None
    ended_at: datetime | None = None
    is_accepted: bool = False

    def with_(self, news: SubscriptionNews) -> "Subscription":
        """Return what is known with the news."""
        return Subscription(
            min(self.begun_at, news.at),
            news.account or self.account,
            max(filter(None, (self.paid_until, news.paid_until)), default=None),
            min(filter(None, (self.ended_at, news.ended_at)), default=None),
            self.is_accepted or news.is_accepted,
        )

    @property
    def until(self) -> datetime:
        """When the membership ends, as far as is known."""
        last = (self.paid_until or self.begun_at) + FIRST_DAYS
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
