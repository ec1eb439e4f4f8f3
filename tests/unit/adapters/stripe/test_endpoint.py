"""Asks Stripe's endpoint: whom does it believe, and does the same membership come of any order?"""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from bot.adapters.stripe import PATH
from bot.adapters.stripe.endpoint import Endpoint
from bot.domain.credits import MOST_CREDITS
from bot.domain.people import HOUSE, PREMIUM, AccountId
from bot.domain.rules import Matter
from bot.errors import StorageFailed
from bot.services.subscriptions import Subscriptions
from tests.fakes.books import Books
from tests.fakes.clock import StoppedClock
from tests.fakes.credits import MemoryCredits
from tests.fakes.ids import CountingIds
from tests.fakes.logs import plain_log
from tests.fakes.rules import MemoryRulebook

SECRET = "whsec_made_up"
ANNS = AccountId("id00000000000000000007")
BEGIN, DAY = 1_773_489_600, 86_400
"""14 March 2026, noon, in Stripe's seconds."""

Json = dict[str, Any]


def an_event(kind: str, thing: Json, at: int = BEGIN) -> Json:
    """Give an event as Stripe writes it."""
    return {"id": f"evt_{kind}_{at}", "object": "event", "type": kind, "created": at, "data": {"object": thing}}


def a_checkout(kind: str = "checkout.session.completed", at: int = BEGIN, **changes: Any) -> Json:
    """Give a checkout of Ann's."""
    session = {"id": "cs_1", "client_reference_id": ANNS, "payment_status": "paid", "subscription": "sub_1", "metadata": {}}
    return an_event(kind, session | changes, at)


def an_invoice(until: int, at: int = BEGIN, **changes: Any) -> Json:
    """Give a paid invoice, as it looks since 2025."""
    parent = {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}}
    lines = {"data": [{"period": {"start": at, "end": at}}, {"period": {"start": at, "end": until}}]}
    return an_event("invoice.paid", {"id": "in_1", "parent": parent, "lines": lines} | changes, at)


def an_end(at: int, ended_at: int | None = None) -> Json:
    """Give the end of the subscription."""
    return an_event("customer.subscription.deleted", {"id": "sub_1", "ended_at": ended_at}, at)


FIRST = an_invoice(BEGIN + 30 * DAY)
SECOND = an_invoice(BEGIN + 60 * DAY, BEGIN + 30 * DAY)
END = an_end(BEGIN + 45 * DAY, BEGIN + 45 * DAY)


class Till:
    """The endpoint on a server, and somebody who sends things to it."""

    def __init__(self) -> None:
        books, clock, ids = Books(), StoppedClock(), CountingIds()
        self.rulebook = MemoryRulebook(books, clock, ids)
        self.credits = MemoryCredits(books, clock, ids)
        endpoint = Endpoint(SECRET, subscriptions=Subscriptions(self.rulebook, PREMIUM), credits=self.credits)
        app = FastAPI()
        app.include_router(endpoint.routes())
        self.client = AsyncClient(transport=ASGITransport(app), base_url="http://till")

    async def send(self, event: object, *, secret: str = SECRET, at: float | None = None) -> int:
        """Send an event as Stripe does, and give the status of the answer."""
        body = json.dumps(event)
        stamp = round(time.time() if at is None else at)
        return await self.post(body, f"t={stamp},v1={signed(body, stamp, secret)}")

    async def post(self, body: str | bytes, signature: str | bytes) -> int:
        """Send any body with any signature."""
        header = signature if isinstance(signature, bytes) else signature.encode()
        return (await self.client.post(PATH, content=body, headers={b"stripe-signature": header})).status_code

    @property
    def memberships(self) -> list[str]:
        """What Ann has of the house."""
        return [
            value
            for (community, key), value in self.rulebook.by_key.items()
            if (community, key.matter, key.account) == (HOUSE, Matter.MEMBERSHIP, ANNS)
        ]

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was written down."""
        return not self.rulebook.by_key

    async def balance(self) -> int:
        """Say what Ann has in credits."""
        return await self.credits.balance(HOUSE, ANNS)


def signed(body: str, stamp: float, secret: str = SECRET) -> str:
    """Sign as https://docs.stripe.com/webhooks says."""
    return hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()


@pytest.fixture
async def till() -> AsyncIterator[Till]:
    """Open the till."""
    till = Till()
    async with till.client:
        yield till


@pytest.fixture(autouse=True)
def log() -> Iterator[None]:
    """Keep the log quick and readable."""
    with plain_log():
        yield


async def test_who_checks_out_is_a_member(till: Till) -> None:
    """For three days, until the first payment is heard of."""
    assert await till.send(a_checkout()) == 200
    assert till.memberships == ["premium until 2026-03-17T12:00:00+00:00"]
    assert await till.send(FIRST) == 200
    assert till.memberships == ["premium until 2026-04-16T12:00:00+00:00"]


async def test_every_order_gives_the_same_membership(till: Till) -> None:
    """Each event comes twice, and both payments with it."""
    for order in itertools.permutations((a_checkout(), FIRST, SECOND, END)):
        one = Till()
        async with one.client:
            assert [await one.send(event) for event in (*order, *order)] == [200] * 8
            assert one.memberships == ["premium until 2026-04-28T12:00:00+00:00"]


async def test_an_older_invoice_names_its_subscription_itself(till: Till) -> None:
    """As they did before 2025."""
    await till.send(a_checkout())
    await till.send(an_invoice(BEGIN + 30 * DAY, parent=None, subscription="sub_1"))
    assert till.memberships == ["premium until 2026-04-16T12:00:00+00:00"]


async def test_an_end_without_its_moment_is_now(till: Till) -> None:
    """The moment of the event is what is known."""
    await till.send(a_checkout())
    await till.send(an_end(BEGIN + DAY))
    assert till.memberships == ["premium until 2026-03-15T12:00:00+00:00"]


async def test_what_is_not_paid_yet_gives_nothing(till: Till) -> None:
    """A bank transfer takes days; when it has come, it counts."""
    assert await till.send(a_checkout(payment_status="unpaid")) == 200
    assert till.is_untouched
    assert await till.send(a_checkout("checkout.session.async_payment_succeeded", BEGIN + 4 * DAY)) == 200
    assert till.memberships == ["premium until 2026-03-21T12:00:00+00:00"]


async def test_a_trial_is_a_membership(till: Till) -> None:
    """Nothing was to be paid."""
    await till.send(a_checkout(payment_status="no_payment_required"))
    assert len(till.memberships) == 1


async def test_a_checkout_of_nobody_is_taken_and_gives_nothing(till: Till) -> None:
    """Somebody opened the page without the ending of the address."""
    for nobody in (None, ""):
        assert await till.send(a_checkout(client_reference_id=nobody)) == 200
    assert till.is_untouched


@pytest.mark.parametrize("event", [an_event("charge.refunded", {"id": "ch_1"}), an_invoice(BEGIN, parent=None)])
async def test_other_news_are_taken_and_change_nothing(till: Till, event: Json) -> None:
    """Else Stripe would bring them for days."""
    assert await till.send(event) == 200
    assert till.is_untouched


async def test_credits_are_given_once(till: Till) -> None:
    """For each checkout, however often its event comes."""
    sale = a_checkout(subscription=None, metadata={"credits": "50"})
    assert [await till.send(sale) for _ in range(3)] == [200] * 3
    assert await till.balance() == 50
    await till.send(a_checkout(id="cs_2", subscription=None, metadata={"credits": "50"}))
    assert await till.balance() == 100


@pytest.mark.parametrize("credits", ["0", "-5", str(MOST_CREDITS + 1)])
async def test_credits_that_nobody_can_have_are_not_given(till: Till, credits: str) -> None:  # noqa: A002 - what they are
    """The operator finds it in the log; Stripe need not bring it again."""
    assert await till.send(a_checkout(subscription=None, metadata={"credits": credits})) == 200
    assert await till.balance() == 0


async def test_who_has_all_the_credits_there_can_be_gets_no_more(till: Till) -> None:
    """That will be no different tomorrow."""
    for number in (1, 2):
        assert await till.send(a_checkout(id=f"cs_{number}", subscription=None, metadata={"credits": str(MOST_CREDITS)})) == 200
    assert await till.balance() == MOST_CREDITS


async def test_a_checkout_of_something_else_gives_nothing(till: Till) -> None:
    """The same account may sell postcards."""
    assert await till.send(a_checkout(subscription=None, metadata=None)) == 200
    assert till.is_untouched
    assert await till.balance() == 0


async def test_a_forged_event_is_refused(till: Till) -> None:
    """Signed by another, or changed on the way."""
    assert await till.send(a_checkout(), secret="whsec_other") == 401
    body, stamp = json.dumps(a_checkout()), round(time.time())
    assert await till.post(body.replace("sub_1", "sub_2"), f"t={stamp},v1={signed(body, stamp)}") == 401
    assert await till.post(body, f"t={stamp + 1},v1={signed(body, stamp)}") == 401
    assert till.is_untouched


@pytest.mark.parametrize(
    "signature",
    ["", "t=1", "v1=aa", "t=x,v1=aa", "t=,v1=", "nonsense", ",,,", "t=1,v1=ä".encode("latin-1"), f"t={'9' * 5000},v1=aa"],
)
async def test_a_signature_that_is_none_is_refused(till: Till, signature: str | bytes) -> None:
    """And breaks nothing."""
    assert await till.post(json.dumps(a_checkout()), signature) == 401
    assert till.is_untouched


async def test_a_signature_of_another_scheme_is_refused(till: Till) -> None:
    """`v0` is for tests."""
    body, stamp = json.dumps(a_checkout()), round(time.time())
    assert await till.post(body, f"t={stamp},v0={signed(body, stamp)}") == 401


async def test_while_a_secret_is_rolled_either_signature_will_do(till: Till) -> None:
    """Stripe then sends both."""
    body, stamp = json.dumps(a_checkout()), round(time.time())
    assert await till.post(body, f"t={stamp},v1={signed(body, stamp, 'whsec_old')},v1={signed(body, stamp)}") == 200


async def test_what_was_overheard_long_ago_is_refused(till: Till) -> None:
    """Six minutes are long, four are not."""
    assert await till.send(a_checkout(), at=time.time() - 360) == 401
    assert till.is_untouched
    assert await till.send(a_checkout(), at=time.time() - 240) == 200


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
        an_event("invoice.paid", []),  # type: ignore[arg-type]  # what Stripe never sends
        an_event("invoice.paid", "in_1"),  # type: ignore[arg-type]  # see above
        an_invoice(BEGIN, parent="sub_1"),
        an_invoice(BEGIN, lines=None),
        an_invoice(BEGIN, lines={"data": [{"period": {}}]}),
        an_invoice(10**15),
        a_checkout(subscription=None, metadata={"credits": "many"}),
        a_checkout(subscription=None, metadata=["credits"]),
        an_event("customer.subscription.deleted", {"ended_at": BEGIN}),
        an_event("checkout.session.completed", {"id": "cs_1"}),
    ],
)
async def test_odd_events_are_refused(till: Till, event: object) -> None:
    """They are signed, so something has changed at Stripe's: the operator sees them fail there, and nothing breaks here."""
    assert await till.send(event) == 400
    assert till.is_untouched


async def test_signed_nonsense_is_refused(till: Till) -> None:
    """No JSON, no text, nothing."""
    for body in ("{", "", "NaN{"):
        stamp = round(time.time())
        assert await till.post(body, f"t={stamp},v1={signed(body, stamp)}") == 400
    stamp = round(time.time())
    deep = "[" * 60_000
    assert await till.post(deep, f"t={stamp},v1={signed(deep, stamp)}") == 400
    assert await till.post(b"\xff\xfe", f"t={stamp},v1={'a' * 64}") == 401


async def test_no_event_is_endless(till: Till) -> None:
    """It is not even looked at: not at all without a signature, and else no further than it may be long."""
    assert await till.post(b"x" * (64 * 1024 + 1), f"t=1,v1={'a' * 64}") == 413
    assert await till.post(b"x" * (64 * 1024 + 1), "") == 401


async def test_what_could_not_be_written_down_comes_again(till: Till) -> None:
    """Stripe repeats what is answered with 503, and then it counts, once."""
    down = StorageFailed("records", "disk full")
    till.rulebook.trouble.comes("change", down, times=2)
    till.credits.trouble.comes("move", down)
    sale = a_checkout(id="cs_2", subscription=None, metadata={"credits": "5"})
    assert [await till.send(event) for event in (a_checkout(), FIRST, sale)] == [503] * 3
    assert [await till.send(event) for event in (a_checkout(), FIRST, sale)] == [200] * 3
    assert till.memberships == ["premium until 2026-04-16T12:00:00+00:00"]
    assert await till.balance() == 5
