"""Asks Stripe's endpoint: whom does it believe, and what does it understand? What comes of it is asked of every database."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from bot.domain.billing import FailedRefund, InvoicePayment, Purchase, Reversal, SubscriptionUpdate
from bot.domain.people import AccountId
from tests.fakes.logs import plain_log
from tests.fakes.stripe_events import (
    BEGIN,
    DAY,
    LINK,
    PRICE,
    StripeWebhookSender,
    a_charge,
    a_checkout,
    a_sale,
    an_event,
    an_invoice,
    signed,
)

ANNS = AccountId("id00000000000000000007")


class RecordingBilling:
    """Billing that only remembers what it was told."""

    def __init__(self) -> None:
        self.news: list[SubscriptionUpdate | Purchase | Reversal | InvoicePayment | FailedRefund] = []

    async def record_subscription(self, news: SubscriptionUpdate) -> None:
        """Remember it."""
        self.news.append(news)

    async def buy(self, purchase: Purchase) -> None:
        """Remember it."""
        self.news.append(purchase)

    async def reverse(self, reversal: Reversal) -> None:
        """Remember it."""
        self.news.append(reversal)

    async def record_payment(self, payment: InvoicePayment) -> None:
        """Remember it."""
        self.news.append(payment)

    async def record_failed_refund(self, refund: FailedRefund) -> None:
        """Remember it."""
        self.news.append(refund)


@pytest.fixture
def billing() -> RecordingBilling:
    """Return what is heard."""
    return RecordingBilling()


@pytest.fixture
async def till(billing: RecordingBilling) -> AsyncIterator[StripeWebhookSender]:
    """Open the till."""
    async with StripeWebhookSender(billing) as till:
        yield till


@pytest.fixture(autouse=True)
def log() -> Iterator[None]:
    """Keep the log quick and readable."""
    with plain_log():
        yield


async def test_an_older_invoice_names_its_subscription_itself(till: StripeWebhookSender, billing: RecordingBilling) -> None:
    """As they did before 2025."""
    await till.send(an_invoice(BEGIN + 30 * DAY, parent=None, subscription_="sub_9", id="in_9", payment_intent="pi_9"))
    news, paid = billing.news
    assert isinstance(news, SubscriptionUpdate)
    assert news.id == "sub_9"
    assert paid == InvoicePayment(source="stripe", invoice="in_9", payment="pi_9")


async def test_what_is_not_paid_yet_gives_nothing(till: StripeWebhookSender, billing: RecordingBilling) -> None:
    """A bank transfer takes days; when it has come, it counts. A trial is paid with nothing."""
    assert await till.send(a_checkout(ANNS, payment_status="unpaid")) == 200
    assert billing.news == []
    late = a_checkout(ANNS, at=BEGIN + 4 * DAY) | {"type": "checkout.session.async_payment_succeeded"}
    for event in (late, a_checkout(ANNS, payment_status="no_payment_required")):
        assert await till.send(event) == 200
    assert len(billing.news) == 2


@pytest.mark.parametrize(
    "event",
    [an_event("charge.failed", {"id": "ch_1"}), an_invoice(BEGIN, parent=None), a_sale(ANNS, ""), a_sale(ANNS, 1, metadata=None)],
)
async def test_other_news_are_taken_and_change_nothing(
    till: StripeWebhookSender, billing: RecordingBilling, event: dict[str, Any]
) -> None:
    """Else Stripe would bring them for days. The same account may sell postcards."""
    assert await till.send(event) == 200
    assert billing.news == []


@pytest.mark.parametrize(("link", "is_accepted"), [(LINK, True), ("plink_other", False), (None, False), ({"id": LINK}, True)])
async def test_a_link_is_accepted_or_not(
    till: StripeWebhookSender, billing: RecordingBilling, link: object, is_accepted: bool
) -> None:
    """By its id."""
    await till.send(a_checkout(ANNS, payment_link=link))
    [news] = billing.news
    assert isinstance(news, SubscriptionUpdate)
    assert news.is_accepted == is_accepted


async def test_without_prices_an_invoice_makes_nobody_a_member(till: StripeWebhookSender, billing: RecordingBilling) -> None:
    """The link does, and the invoice says how long."""
    await till.send(an_invoice(BEGIN + DAY, price=PRICE))
    [news] = billing.news
    assert isinstance(news, SubscriptionUpdate)
    assert not news.is_accepted
    assert news.invoice is not None


async def test_a_forged_event_is_refused(till: StripeWebhookSender, billing: RecordingBilling) -> None:
    """Signed by another, or changed on the way."""
    assert await till.send(a_checkout(ANNS), secret="whsec_other") == 401
    body, stamp = json.dumps(a_checkout(ANNS)), round(time.time())
    assert await till.post(body.replace("sub_1", "sub_2"), f"t={stamp},v1={signed(body, stamp)}") == 401
    assert await till.post(body, f"t={stamp + 1},v1={signed(body, stamp)}") == 401
    assert billing.news == []


@pytest.mark.parametrize(
    "signature",
    ["", "t=1", "v1=aa", "t=x,v1=aa", "t=,v1=", "nonsense", ",,,", "t=1,v1=ä".encode("latin-1"), f"t={'9' * 5000},v1=aa"],
)
async def test_a_signature_that_is_none_is_refused(
    till: StripeWebhookSender, billing: RecordingBilling, signature: str | bytes
) -> None:
    """And breaks nothing."""
    assert await till.post(json.dumps(a_checkout(ANNS)), signature) == 401
    assert billing.news == []


async def test_a_signature_of_another_scheme_is_refused(till: StripeWebhookSender) -> None:
    """`v0` is for tests."""
    body, stamp = json.dumps(a_checkout(ANNS)), round(time.time())
    assert await till.post(body, f"t={stamp},v0={signed(body, stamp)}") == 401


async def test_while_a_secret_is_rolled_either_signature_will_do(till: StripeWebhookSender) -> None:
    """Stripe then sends both."""
    body, stamp = json.dumps(a_checkout(ANNS)), round(time.time())
    assert await till.post(body, f"t={stamp},v1={signed(body, stamp, 'whsec_old')},v1={signed(body, stamp)}") == 200


async def test_what_was_overheard_long_ago_is_refused(till: StripeWebhookSender, billing: RecordingBilling) -> None:
    """Six minutes are long, four are not."""
    assert await till.send(a_checkout(ANNS), at=time.time() - 360) == 401
    assert billing.news == []
    assert await till.send(a_checkout(ANNS), at=time.time() - 240) == 200


@pytest.mark.parametrize(
    "event",
    [
        [],
        "text",
        None,
        {},
        {"type": "invoice.paid"},
        {"type": "invoice.paid", "created": BEGIN, "data": None},
        {"type": "invoice.paid", "created": "soon", "data": {"object": {}}},
        {"type": "invoice.paid", "created": 10**30, "data": {"object": {}}},
        {"type": "invoice.paid", "created": BEGIN, "data": {"object": []}},
        {"type": "invoice.paid", "created": BEGIN, "data": {"object": "in_1"}},
        an_invoice(BEGIN, parent="sub_1"),
        an_invoice(BEGIN, lines=None),
        an_invoice(BEGIN, lines={"data": [{"period": {}}]}),
        an_invoice(10**15),
        a_sale(ANNS, "many"),
        a_sale(ANNS, 10**30),
        a_charge(refunded=1, amount="much"),
        a_sale(ANNS, 1, metadata=["credits"]),
        an_event("customer.subscription.deleted", {"ended_at": BEGIN}),
        an_event("checkout.session.completed", {"id": "cs_1"}),
    ],
)
async def test_odd_events_are_refused(till: StripeWebhookSender, billing: RecordingBilling, event: object) -> None:
    """They are signed, so something has changed at Stripe's: the operator sees them fail there, and nothing breaks here."""
    assert await till.send(event) == 400
    assert billing.news == []


async def test_signed_nonsense_is_refused(till: StripeWebhookSender) -> None:
    """No JSON, no text, nothing."""
    for body in ("{", "", "NaN{"):
        stamp = round(time.time())
        assert await till.post(body, f"t={stamp},v1={signed(body, stamp)}") == 400
    stamp = round(time.time())
    deep = "[" * 60_000
    assert await till.post(deep, f"t={stamp},v1={signed(deep, stamp)}") == 400
    assert await till.post(b"\xff\xfe", f"t={stamp},v1={'a' * 64}") == 401


async def test_no_event_is_endless(till: StripeWebhookSender) -> None:
    """It is not even looked at: not at all without a signature, and else no further than it may be long."""
    assert await till.post(b"x" * (64 * 1024 + 1), f"t=1,v1={'a' * 64}") == 413
    assert await till.post(b"x" * (64 * 1024 + 1), "") == 401
