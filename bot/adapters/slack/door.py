"""What Slack sends by HTTP: believed only with its signature, and acknowledged at once."""

import re
from datetime import timedelta
from http import HTTPStatus

import structlog
from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot.adapters.slack.ears import Ears
from bot.adapters.slack.manifest import EVENTS_PATH
from bot.services.bodies import BodyRefused, read_body

log = structlog.get_logger(__name__)

_FRESH = timedelta(minutes=5)


class Door:
    """Takes payloads in. Before anything in them is read, their signature is checked; it is good for five minutes."""

    def __init__(self, app: AsyncApp, ears: Ears, signing_secret: str) -> None:
        self._signatures = SignatureVerifier(signing_secret)
        self._app = app
        self._ears = ears

    def routes(self) -> APIRouter:
        """Build `POST /slack/events`, where commands, interactions and events all arrive."""
        routes = APIRouter()

        @routes.post(EVENTS_PATH)
        async def take_in(request: Request) -> Response:
            return await self._taken(request)

        return routes

    async def _taken(self, request: Request) -> Response:
        if not self._ears.is_open:
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        if not self._looks_signed(request):
            return _forged()
        try:
            body = await read_body(request.stream())
        except BodyRefused as refused:
            return Response(status_code=refused.status)
        if not self._is_genuine(request, body):
            return _forged()
        try:
            asked = to_async_bolt_request(request, body)
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        with self._ears.taking():
            return to_starlette_response(await self._app.async_dispatch(asked))

    def _is_genuine(self, request: Request, body: bytes) -> bool:
        stamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        try:
            return self._signatures.is_valid(body, stamp, signature)
        except ValueError:  # bytes that are no text
            return False

    def _looks_signed(self, request: Request) -> bool:
        """Whether it carries a signature of just now, right or wrong: without one its body is not even read."""
        stamp = request.headers.get("x-slack-request-timestamp", "")
        if not re.fullmatch(r"[0-9]{1,12}", stamp):
            return False
        is_fresh = abs(self._signatures.clock.now() - int(stamp)) <= _FRESH.total_seconds()
        return is_fresh and re.fullmatch(r"v0=[0-9a-f]{64}", request.headers.get("x-slack-signature", "")) is not None


def _forged() -> Response:
    log.info("slack.forged_request")
    return Response(status_code=HTTPStatus.UNAUTHORIZED)
