"""The HTTP endpoint for Slack payloads: verifies the signature and acknowledges at once."""

import re
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot.adapters.shared.signed_endpoint import signed_routes
from bot.adapters.slack.event_handlers import SlackEventHandlers
from bot.adapters.slack.manifest import EVENTS_PATH

_SIGNATURE, _TIMESTAMP = "x-slack-signature", "x-slack-request-timestamp"
_LONGEST_AGE = timedelta(minutes=5)


class SlackHttpEndpoint:
    """Receives Slack's HTTP payloads. The signature is checked before the payload is parsed and is valid for five minutes."""

    def __init__(self, app: AsyncApp, handlers: SlackEventHandlers, signing_secret: str) -> None:
        self._check = _SlackSignature(signing_secret)
        self._app = app
        self._handlers = handlers

    def routes(self) -> APIRouter:
        """Build `POST /slack/events`, where commands, interactions and events all arrive."""
        return signed_routes(EVENTS_PATH, self._check, self._answer)

    async def _answer(self, request: Request, body: bytes) -> Response:
        if not self._handlers.is_open:
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            bolt_request = to_async_bolt_request(request, body)
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        with self._handlers.acknowledge_first():
            return to_starlette_response(await self._app.async_dispatch(bolt_request))


class _SlackSignature:
    """HMAC-SHA256 over the timestamp and the body, as slack-sdk verifies it."""

    def __init__(self, signing_secret: str) -> None:
        self._verifier = SignatureVerifier(signing_secret)

    def looks_signed(self, headers: Mapping[str, str]) -> bool:
        """Return whether there is a signature of the last five minutes."""
        timestamp = headers.get(_TIMESTAMP, "")
        if not re.fullmatch(r"[0-9]{1,12}", timestamp):
            return False
        is_fresh = abs(self._verifier.clock.now() - int(timestamp)) <= _LONGEST_AGE.total_seconds()
        return is_fresh and re.fullmatch(r"v0=[0-9a-f]{64}", headers.get(_SIGNATURE, "")) is not None

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Return whether Slack signed it."""
        try:
            return self._verifier.is_valid(body, headers[_TIMESTAMP], headers[_SIGNATURE])
        except ValueError:  # bytes that are no text
            return False
