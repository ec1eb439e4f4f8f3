"""Stripe's webhook: believed only with its signature, no older than five minutes, and harmless when it comes twice or late.

Facts: docs.stripe.com/webhooks (signatures), docs.stripe.com/api/events/types; a subscription's id moved from an
invoice's own field to `parent.subscription_details` in 2025, so both are read.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
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
from bot.services.bodies import whole
from bot.services.subscriptions import SubscriptionNews, Subscriptions

log = structlog.get_logger(__name__)

_OLDEST = 300
"""Seconds; what somebody overheard long ago is not taken again."""

_LONGEST_BODY = 512 * 1024
_BUDGET = timedelta(seconds=10)
"""How long a body may take to arrive."""


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
            try:
                async with asyncio.timeout(_BUDGET.total_seconds()):
                    body = await whole(request.stream(), _LONGEST_BODY)
            except TimeoutError:
                return Response(status_code=HTTPStatus.REQUEST_TIMEOUT)
            if body is None:
                return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            event = self._believed(body, request.headers.get("stripe-signature", ""))
            return Response(status_code=HTTPStatus.BAD_REQUEST if event is None else await self._noted(event))

        return routes

    def _believed(self, body: bytes, signature: str) -> Json | None:
        """Give the event, unless somebody else sent it."""
        try:
            stripe.WebhookSignature.verify_header(body.decode(), signature, self._secret, _OLDEST)
            event = json.loads(body)
        except (stripe.SignatureVerificationError, TypeError, ValueError) as error:
            # A TypeError is a signature in letters that none is written in.
            log.info("stripe.forged_event", reason=type(error).__name__)
            return None
        return event if isinstance(event, dict) else None

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


def _subscription_of(invoice: Json) -> str:
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return str(details.get("subscription") or invoice.get("subscription") or "")


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
