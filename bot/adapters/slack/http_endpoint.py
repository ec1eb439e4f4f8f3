"""What Slack sends by HTTP: believed only with its signature, and acknowledged at once."""

import re
from datetime import timedelta
from http import HTTPStatus

import structlog
from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot.adapters.shared.bodies import BodyRefused, read_body
from bot.adapters.slack.event_handlers import SlackEventHandlers
from bot.adapters.slack.manifest import EVENTS_PATH

log = structlog.get_logger(__name__)

_LONGEST_AGE = timedelta(minutes=5)


class SlackHttpEndpoint:
    """Takes payloads in. Before anything in them is read, their signature is checked; it is good for five minutes."""

    def __init__(self, app: AsyncApp, handlers: SlackEventHandlers, signing_secret: str) -> None:
        self._signatures = SignatureVerifier(signing_secret)
        self._app = app
        self._handlers = handlers

    def routes(self) -> APIRouter:
        """Build `POST /slack/events`, where commands, interactions and events all arrive."""
        routes = APIRouter()

        @routes.post(EVENTS_PATH)
        async def receive(request: Request) -> Response:
            return await self._receive(request)

        return routes

    async def _receive(self, request: Request) -> Response:
        if not self._handlers.is_open:
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        if not self._looks_signed(request):
            return _reject_forged()
        try:
            body = await read_body(request.stream())
        except BodyRefused as refused:
            return Response(status_code=refused.status)
        if not self._is_signed_by_slack(request, body):
            return _reject_forged()
        try:
            bolt_request = to_async_bolt_request(request, body)
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        with self._handlers.acknowledge_first():
            return to_starlette_response(await self._app.async_dispatch(bolt_request))

    def _is_signed_by_slack(self, request: Request, body: bytes) -> bool:
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        try:
            return self._signatures.is_valid(body, timestamp, signature)
        except ValueError:  # bytes that are no text
            return False

    def _looks_signed(self, request: Request) -> bool:
        """Whether it carries a signature of just now, right or wrong: without one its body is not even read."""
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        if not re.fullmatch(r"[0-9]{1,12}", timestamp):
            return False
        is_fresh = abs(self._signatures.clock.now() - int(timestamp)) <= _LONGEST_AGE.total_seconds()
        return is_fresh and re.fullmatch(r"v0=[0-9a-f]{64}", request.headers.get("x-slack-signature", "")) is not None


def _reject_forged() -> Response:
    log.info("slack.forged_request")
    return Response(status_code=HTTPStatus.UNAUTHORIZED)
