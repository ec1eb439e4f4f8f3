"""Stripe: events as it writes them, built by its own types, and somebody who sends them signed."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterable
from typing import Any, Self, get_args

import stripe
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from bot.adapters.stripe import PATH
from bot.adapters.stripe.webhook import StripeWebhook
from bot.ports.billing import Billing

SECRET = "whsec_made_up"
LINK, PRICE = "plink_1", "price_1"
BEGIN, DAY = 1_773_489_600, 86_400
"""14 March 2026, noon, in Stripe's seconds."""

_EVENTS = frozenset(get_args(stripe.Event.__annotations__["type"]))
"""The kinds of events that Stripe sends."""

Json = dict[str, Any]


def an_event(kind: str, thing: Json, at: int = BEGIN) -> Json:
    """Return an event; its object has only fields that Stripe's type has."""
    assert kind in _EVENTS, kind
    first = kind.split(".", maxsplit=1)[0]
    name = {"checkout": "checkout.session", "customer": "subscription"}.get(first, first)
    name = {"charge.dispute": "dispute", "charge.refund": "refund"}.get(kind.rpartition(".")[0], name)
    known = _fields(name)
    assert thing.keys() <= known, thing.keys() - known
    return {
        "id": f"evt_{kind}_{at}",
        "object": "event",
        "type": kind,
        "created": at,
        "data": {"object": {"object": name, **thing}},
    }


def _fields(name: str) -> set[str]:
    """Return the fields of Stripe's type, and those that older versions of its interface had."""
    types: dict[str, type] = {
        "checkout.session": stripe.checkout.Session,
        "invoice": stripe.Invoice,
        "charge": stripe.Charge,
        "subscription": stripe.Subscription,
        "dispute": stripe.Dispute,
        "refund": stripe.Refund,
        "invoice_payment": stripe.InvoicePayment,
    }
    return {*types[name].__annotations__, *({"subscription", "payment_intent"} if name == "invoice" else ())}


def a_checkout(account: str | None, subscription: str = "sub_1", *, at: int = BEGIN, **changes: Any) -> Json:
    """Return a checkout of a subscription."""
    session: Json = {"id": f"cs_{subscription}", "mode": "subscription", "client_reference_id": account, "payment_status": "paid"}
    session |= {"subscription": subscription, "payment_link": LINK, "payment_intent": None, "metadata": {}}
    return an_event("checkout.session.completed", session | changes, at)


def a_sale(account: str | None, credits: int | str, *, at: int = BEGIN, **changes: Any) -> Json:  # noqa: A002 - what they are
    """Return a checkout of credits."""
    session: Json = {
        "id": "cs_1",
        "mode": "payment",
        "client_reference_id": account,
        "payment_status": "paid",
        "subscription": None,
    }
    session |= {"payment_link": LINK, "payment_intent": "pi_1", "metadata": {"credits": str(credits)}}
    return an_event("checkout.session.completed", session | changes, at)


def an_invoice(
    until: int,
    at: int = BEGIN,
    *,
    subscription: str = "sub_1",
    price: str = "",
    older_price: str = "",
    subscription_: str = "",
    **changes: Any,
) -> Json:
    """Return a paid invoice, as it looks since 2025, or with its price as before."""
    parent = {"type": "subscription_details", "subscription_details": {"subscription": subscription}}
    line: Json = {"period": {"start": at, "end": until}}
    if price:
        line["pricing"] = {"type": "price_details", "price_details": {"price": price, "product": "prod_1"}}
    if older_price:
        line["price"] = {"id": older_price, "object": "price"}
    if subscription_:
        changes["subscription"] = subscription_
    return an_event(
        "invoice.paid", {"id": f"in_{until}_{subscription}", "parent": parent, "lines": {"data": [line]}} | changes, at
    )


def an_end(ended_at: int, *, subscription: str = "sub_1") -> Json:
    """Return the end of a subscription."""
    return an_event("customer.subscription.deleted", {"id": subscription, "ended_at": ended_at}, ended_at)


def a_charge(*, refunded: int, at: int = BEGIN, **changes: Any) -> Json:
    """Return a payment of $5 of which something went back."""
    charge = {"id": "ch_1", "payment_intent": "pi_1", "amount": 500, "amount_refunded": refunded, "refunded": refunded == 500}
    return an_event("charge.refunded", charge | changes, at)


def a_payment(invoice: str, payment: str, *, at: int = BEGIN) -> Json:
    """Tell what paid an invoice, as Stripe does since 2025."""
    paid: Json = {"id": f"inpay_{payment}", "invoice": invoice, "status": "paid", "is_default": True}
    return an_event("invoice_payment.paid", paid | {"payment": {"type": "payment_intent", "payment_intent": payment}}, at)


def a_failed_refund(amount: int, kind: str = "refund.failed", *, at: int = BEGIN, **changes: Any) -> Json:
    """Return a refund that did not reach whoever had paid."""
    refund: Json = {"id": "re_1", "charge": "ch_1", "payment_intent": "pi_1", "amount": amount, "status": "failed"}
    return an_event(kind, refund | changes, at)


def a_dispute(status: str, kind: str = "charge.dispute.created", *, at: int = BEGIN, **changes: Any) -> Json:
    """Return a dispute of that payment."""
    dispute: Json = {"id": "du_1", "charge": "ch_1", "payment_intent": "pi_1", "amount": 500, "status": status}
    return an_event(kind, dispute | changes, at)


def signed(body: str, stamp: float, secret: str = SECRET) -> str:
    """Sign as https://docs.stripe.com/webhooks says."""
    return hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()


class StripeWebhookSender:
    """The endpoint on a server, and somebody who sends things to it."""

    def __init__(self, billing: Billing, accepts: Iterable[str] = (LINK,)) -> None:
        app = FastAPI()
        app.include_router(StripeWebhook(SECRET, billing=billing, accepts=frozenset(accepts)).routes())
        self._client = AsyncClient(transport=ASGITransport(app), base_url="http://till")

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.aclose()

    async def send(self, event: object, *, secret: str = SECRET, at: float | None = None) -> int:
        """Send an event as Stripe does, and give the status of the answer."""
        body = json.dumps(event)
        stamp = round(time.time() if at is None else at)
        return await self.post(body, f"t={stamp},v1={signed(body, stamp, secret)}")

    async def post(self, body: str | bytes, signature: str | bytes) -> int:
        """Send any body with any signature."""
        header = signature if isinstance(signature, bytes) else signature.encode()
        return (await self._client.post(PATH, content=body, headers={b"stripe-signature": header})).status_code
