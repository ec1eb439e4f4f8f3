"""Stripe's webhook: verifies the signature (at most five minutes old) and records each event; repeats change nothing.

Facts: docs.stripe.com/webhooks (signatures), docs.stripe.com/api/events/types; a subscription's id moved from an
invoice's own field to `parent.subscription_details` in 2025, so both are read. What paid it moved at the same time from
its `payment_intent` to invoice payments, which have events of their own
(docs.stripe.com/changelog/basil/2025-03-31/add-support-for-multiple-partial-payments-on-invoices).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import stripe
import structlog
from fastapi import APIRouter, Request, Response

from bot.adapters.shared.bodies import parse_json_object
from bot.adapters.shared.signed_endpoint import signed_routes
from bot.adapters.stripe import PATH, STRIPE
from bot.domain.billing import FailedRefund, InvoicePayment, PaidInvoice, Purchase, Reversal, SubscriptionUpdate
from bot.domain.people import AccountId
from bot.errors import EaselError
from bot.ports.billing import Billing

log = structlog.get_logger(__name__)

_LONGEST_AGE_S = 300
"""Seconds; what somebody overheard long ago is not taken again."""

_HEADER = "stripe-signature"
_SIGNATURE = re.compile(r"(?:^|,)v1=[0-9a-f]{64}")


_CHECKOUTS = {"checkout.session.completed", "checkout.session.async_payment_succeeded"}
"""A bank transfer is completed unpaid, and succeeds days later."""

_PAID = {"paid", "no_payment_required"}

_ENDED_DISPUTES = {"won", "lost", "warning_closed", "prevented"}
_HARMLESS_DISPUTES = {"won", "prevented", "warning_closed", "warning_needs_response", "warning_under_review"}
"""No money has gone back: a warning is a bank's question."""

_REFUND_NEWS = {"refund.failed", "refund.updated", "charge.refund.updated"}
"""Stripe may tell of a failure in each of them, by its version."""

_UNPAID_REFUNDS = {"failed", "canceled"}

_LARGEST_INTEGER = 2**31 - 1

Json = Mapping[str, Any]


class StripeWebhook:
    """Receives Stripe's events. An event that could not be stored is answered with 503, so that Stripe sends it again.

    `accepts` are the ids of the Payment Links and prices that make members.
    """

    def __init__(self, secret: str, *, billing: Billing, accepts: frozenset[str]) -> None:
        self._check = _StripeSignature(secret)
        self._billing = billing
        self._accepts = accepts
        self._prices = frozenset(one for one in accepts if one.startswith("price_"))

    def routes(self) -> APIRouter:
        """Return the route `POST /webhooks/stripe`."""
        return signed_routes(PATH, self._check, self._answer)

    async def _answer(self, _: Request, body: bytes) -> Response:
        event = parse_json_object(body)
        return Response(status_code=HTTPStatus.BAD_REQUEST if event is None else await self._record_event(event))

    async def _record_event(self, event: Json) -> HTTPStatus:
        try:
            await self._record(str(event["type"]), event["data"]["object"], _to_datetime(event["created"]))
        except EaselError as error:
            log.warning("stripe.not_noted", reason=str(error))
            return HTTPStatus.SERVICE_UNAVAILABLE
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            log.warning("stripe.odd_event", reason=type(error).__name__)
            return HTTPStatus.BAD_REQUEST
        return HTTPStatus.OK

    async def _record(self, kind: str, thing: Json, at: datetime) -> None:
        if kind in _CHECKOUTS and thing["payment_status"] in _PAID:
            await self._record_checkout(thing, at)
        elif kind == "invoice.paid" and (subscription := _subscription_of(thing)):
            await self._billing.record_subscription(self._parse_paid_invoice(thing, subscription, at))
            await self._record_payment(thing["id"], thing.get("payment_intent"))
        elif kind == "invoice_payment.paid":
            await self._record_payment(thing["invoice"], thing["payment"].get("payment_intent"))
        elif kind == "customer.subscription.deleted":
            ended_at = _to_datetime(thing.get("ended_at") or at.timestamp())
            await self._billing.record_subscription(
                SubscriptionUpdate(source=STRIPE, id=str(thing["id"]), at=at, ended_at=ended_at)
            )
        elif payment := _id_of(thing.get("payment_intent")):
            await self._record_money_back(kind, thing, payment, at)

    async def _record_payment(self, invoice: Any, payment: Any) -> None:
        """Store what paid an invoice, where that is named."""
        if id_ := _id_of(payment):
            await self._billing.record_payment(InvoicePayment(source=STRIPE, invoice=_id_of(invoice), payment=id_))

    async def _record_money_back(self, kind: str, thing: Json, payment: str, at: datetime) -> None:
        """Store a refund or a dispute of a payment, or a refund that failed."""
        id_ = str(thing["id"])
        if kind == "charge.refunded":
            part, whole = int(thing["amount_refunded"]), int(thing["amount"])
            await self._billing.reverse(Reversal(source=STRIPE, id=id_, payment=payment, at=at, part=part, whole=whole))
        elif kind in _REFUND_NEWS and thing["status"] in _UNPAID_REFUNDS and (charge := _id_of(thing.get("charge"))):
            amount = int(thing["amount"])
            failed = FailedRefund(source=STRIPE, id=id_, payment=payment, reversal=charge, at=at, amount=amount)
            await self._billing.record_failed_refund(failed)
        elif kind.startswith("charge.dispute."):
            status = str(thing["status"])
            part, is_final = int(status not in _HARMLESS_DISPUTES), status in _ENDED_DISPUTES
            reversal = Reversal(source=STRIPE, id=id_, payment=payment, at=at, part=part, whole=1, is_final=is_final)
            await self._billing.reverse(reversal)

    def _parse_paid_invoice(self, invoice: Json, subscription: str, at: datetime) -> SubscriptionUpdate:
        """Return until when a subscription is paid: where prices are named, by the lines of those alone."""
        lines = invoice["lines"]["data"]
        ours = [line for line in lines if not self._prices or _price_of(line) in self._prices]
        paid_until = max((_to_datetime(line["period"]["end"]) for line in ours), default=None if lines else at)
        paid = None if paid_until is None else PaidInvoice(str(invoice["id"]), paid_until)
        is_accepted = bool(self._prices and ours)
        return SubscriptionUpdate(source=STRIPE, id=subscription, at=at, invoice=paid, is_accepted=is_accepted)

    async def _record_checkout(self, session: Json, at: datetime) -> None:
        """Store whose subscription it is, or give the credits that were bought."""
        account = AccountId(str(session.get("client_reference_id") or "")) or None
        if session.get("subscription"):
            is_accepted = _id_of(session.get("payment_link")) in self._accepts
            subscription = _id_of(session["subscription"])
            await self._billing.record_subscription(
                SubscriptionUpdate(source=STRIPE, id=subscription, at=at, account=account, is_accepted=is_accepted)
            )
        elif sold := (session.get("metadata") or {}).get("credits"):
            payment = _id_of(session.get("payment_intent"))
            await self._billing.buy(
                Purchase(source=STRIPE, id=str(session["id"]), payment=payment, account=account, credits=_parse_integer(sold))
            )


class _StripeSignature:
    """Stripe's header, as its own library verifies it."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def looks_signed(self, headers: Mapping[str, str]) -> bool:
        """Return whether there is a signature."""
        return _SIGNATURE.search(headers.get(_HEADER, "")) is not None

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Return whether Stripe signed it, just now."""
        try:
            stripe.WebhookSignature.verify_header(body.decode(), headers[_HEADER], self._secret, _LONGEST_AGE_S)
        except (stripe.SignatureVerificationError, TypeError, ValueError):
            # A TypeError is a signature in letters that none is written in.
            return False
        return True


def _parse_integer(text: str) -> int:
    """Return a number that a database takes too."""
    number = int(text)
    if abs(number) > _LARGEST_INTEGER:
        raise ValueError
    return number


def _id_of(thing: Any) -> str:
    """Return the id of an object that an event names, or contains whole."""
    return str(thing["id"]) if isinstance(thing, dict) else str(thing or "")


def _price_of(line: Json) -> str:
    """Return a line's price, which moved into `pricing` in 2025."""
    details = (line.get("pricing") or {}).get("price_details") or {}
    return _id_of(details.get("price") or line.get("price"))


def _subscription_of(invoice: Json) -> str:
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return _id_of(details.get("subscription") or invoice.get("subscription"))


def _to_datetime(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
