"""Stripe's webhook: believed only with its signature, no older than five minutes, and harmless when it comes twice or late.

Facts: docs.stripe.com/webhooks (signatures), docs.stripe.com/api/events/types; a subscription's id moved from an
invoice's own field to `parent.subscription_details` in 2025, so both are read.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import stripe
import structlog
from fastapi import APIRouter, Request, Response

from bot.adapters.stripe import PATH, STRIPE
from bot.domain.credits import MOST_CREDITS, CreditKind, CreditMove
from bot.domain.people import HOUSE, AccountId
from bot.domain.rules import NOBODY, Actor
from bot.errors import BadInput, EaselError
from bot.ports.credits import Credits
from bot.services.bodies import BodyRefused, read_body
from bot.services.subscriptions import SubscriptionNews, Subscriptions

log = structlog.get_logger(__name__)

_OLDEST = 300
"""Seconds; what somebody overheard long ago is not taken again."""

_SIGNED = re.compile(r"(?:^|,)v1=[0-9a-f]{64}")


_CHECKOUTS = {"checkout.session.completed", "checkout.session.async_payment_succeeded"}
"""A bank transfer is completed unpaid, and succeeds days later."""

_PAID = {"paid", "no_payment_required"}

Json = Mapping[str, Any]


class Endpoint:
    """Takes events in. What could not be written down is answered with 503, and Stripe brings it again."""

    def __init__(self, secret: str, *, subscriptions: Subscriptions, credits: Credits) -> None:  # noqa: A002 - what they are
        self._secret = secret
        self._subscriptions = subscriptions
        self._credits = credits

    def routes(self) -> APIRouter:
        """Build `POST /webhooks/stripe`."""
        routes = APIRouter()

        @routes.post(PATH, include_in_schema=False)
        async def take_in(request: Request) -> Response:
            return Response(status_code=await self._taken(request))

        return routes

    async def _taken(self, request: Request) -> HTTPStatus:
        signature = request.headers.get("stripe-signature", "")
        if not _SIGNED.search(signature):
            log.info("stripe.forged_event", reason="no signature")
            return HTTPStatus.UNAUTHORIZED
        try:
            body = await read_body(request.stream())
        except BodyRefused as refused:
            return refused.status
        if not self._is_genuine(body, signature):
            return HTTPStatus.UNAUTHORIZED
        event = _read(body)
        return HTTPStatus.BAD_REQUEST if event is None else await self._noted(event)

    def _is_genuine(self, body: bytes, signature: str) -> bool:
        """Whether Stripe signed it, just now."""
        try:
            stripe.WebhookSignature.verify_header(body.decode(), signature, self._secret, _OLDEST)
        except (stripe.SignatureVerificationError, TypeError, ValueError) as error:
            # A TypeError is a signature in letters that none is written in.
            log.info("stripe.forged_event", reason=type(error).__name__)
            return False
        return True

    async def _noted(self, event: Json) -> HTTPStatus:
        try:
            await self._note(str(event["type"]), event["data"]["object"], _moment(event["created"]))
        except BadInput as error:
            log.warning("stripe.not_credited", reason=error.user_text)
        except EaselError as error:
            log.warning("stripe.not_noted", reason=str(error))
            return HTTPStatus.SERVICE_UNAVAILABLE
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            log.warning("stripe.odd_event", reason=type(error).__name__)
            return HTTPStatus.BAD_REQUEST
        return HTTPStatus.OK

    async def _note(self, kind: str, thing: Json, at: datetime) -> None:
        if kind in _CHECKOUTS and thing["payment_status"] in _PAID:
            await self._checked_out(thing, at)
        elif kind == "invoice.paid" and (subscription := _subscription_of(thing)):
            paid_until = max((_moment(line["period"]["end"]) for line in thing["lines"]["data"]), default=at)
            await self._subscriptions.note(SubscriptionNews(source=STRIPE, id=subscription, at=at, paid_until=paid_until))
        elif kind == "customer.subscription.deleted":
            ended_at = _moment(thing.get("ended_at") or at.timestamp())
            await self._subscriptions.note(SubscriptionNews(source=STRIPE, id=str(thing["id"]), at=at, ended_at=ended_at))

    async def _checked_out(self, session: Json, at: datetime) -> None:
        """Note whose subscription it is, or give the credits that were bought; without a reference nobody knows for whom."""
        account = AccountId(str(session.get("client_reference_id") or ""))
        if not account:
            log.warning("stripe.nobodys_checkout", session=session["id"])
        elif session.get("subscription"):
            news = SubscriptionNews(source=STRIPE, id=str(session["subscription"]), at=at, account=account)
            await self._subscriptions.note(news)
        elif sold := int((session.get("metadata") or {}).get("credits", 0)):
            await self._sold(sold, account, str(session["id"]))

    async def _sold(self, sold: int, account: AccountId, session: str) -> None:
        if not 0 < sold <= MOST_CREDITS:
            log.warning("stripe.odd_credits", session=session, credits=sold)
            return
        move = CreditMove(
            community=HOUSE,
            account=account,
            delta=sold,
            kind=CreditKind.PURCHASE,
            key=f"{STRIPE}:{session}",
            by=Actor(NOBODY, STRIPE.capitalize()),
        )
        await self._credits.move(move)


def _read(body: bytes) -> Json | None:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _subscription_of(invoice: Json) -> str:
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return str(details.get("subscription") or invoice.get("subscription") or "")


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
