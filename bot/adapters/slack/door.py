"""What Slack sends by HTTP: believed only with its signature, and acknowledged at once."""

from http import HTTPStatus

import structlog
from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot.adapters.slack.ears import Ears
from bot.adapters.slack.manifest import EVENTS_PATH
from bot.services.bodies import whole

log = structlog.get_logger(__name__)

_LONGEST_BODY = 1024 * 1024


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
        body = await whole(request.stream(), _LONGEST_BODY)
        if body is None:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not self._is_genuine(request, body):
            log.info("slack.forged_request")
            return Response(status_code=HTTPStatus.UNAUTHORIZED)
        try:
            asked = to_async_bolt_request(request, body)
        except (AttributeError, KeyError, TypeError, ValueError):
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        with self._ears.taking():
            return to_starlette_response(await self._app.async_dispatch(asked))

    def _is_genuine(self, request: Request, body: bytes) -> bool:
        stamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        try:
            return self._signatures.is_valid(body, stamp, signature)
        except ValueError:  # a timestamp that is no number, or bytes that are no text
            return False
