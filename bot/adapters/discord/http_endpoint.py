"""Interactions that Discord sends by HTTP: believed only with its signature, and answered through the API."""

import json
import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import discord
import structlog
from fastapi import APIRouter, Request, Response
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from bot.adapters.discord.bot_client import DiscordBotClient
from bot.adapters.discord.event_handlers import DiscordEventHandlers
from bot.adapters.shared.bodies import BodyRefused, read_body
from bot.errors import SurfaceFailed
from bot.ports.clock import Clock

log = structlog.get_logger(__name__)

PATH = "/discord/interactions"

_LONGEST_AGE = timedelta(minutes=5)
_PING = 1


class DiscordHttpEndpoint:
    """Takes interactions in. Each is acknowledged with an empty 202; the answer goes to Discord's API."""

    def __init__(self, public_key: str, *, handlers: DiscordEventHandlers, bot_client: DiscordBotClient, clock: Clock) -> None:
        self._key = VerifyKey(bytes.fromhex(public_key))
        self._handlers = handlers
        self._bot_client = bot_client
        self._clock = clock
        self._client: discord.Client | None = None

    def routes(self) -> APIRouter:
        """Build `POST /discord/interactions`."""
        routes = APIRouter()

        @routes.post(PATH)
        async def receive(request: Request) -> Response:
            return await self._receive(request)

        return routes

    async def _receive(self, request: Request) -> Response:
        signature = request.headers.get("x-signature-ed25519", "")
        timestamp = request.headers.get("x-signature-timestamp", "")
        if not _is_signature(signature) or not self._is_fresh(timestamp):
            return _reject_forged()
        try:
            body = await read_body(request.stream())
        except BodyRefused as refused:
            return Response(status_code=refused.status)
        if not self._is_signed_by_discord(signature, timestamp, body):
            return _reject_forged()
        payload = _parse_payload(body)
        if payload is None:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        if payload["type"] == _PING:
            return Response('{"type":1}', media_type="application/json")
        return await self._dispatch(payload)

    async def _dispatch(self, payload: dict[str, Any]) -> Response:
        try:
            client = await self._client_with_handlers()
            client._connection.parse_interaction_create(payload)  # type: ignore[arg-type]  # noqa: SLF001 - discord.py has no public way in
        except SurfaceFailed as error:
            log.warning("discord.endpoint_not_ready", reason=str(error))
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        except (KeyError, TypeError, ValueError) as error:
            log.warning("discord.odd_interaction", reason=type(error).__name__)
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        return Response(status_code=HTTPStatus.ACCEPTED)

    async def _client_with_handlers(self) -> discord.Client:
        client = await self._bot_client.client()
        if self._client is not client:
            self._handlers.listen_for_interactions(client)
            self._client = client
        return client

    def _is_signed_by_discord(self, signature: str, timestamp: str, body: bytes) -> bool:
        """Whether Discord signed it."""
        try:
            self._key.verify(timestamp.encode() + body, bytes.fromhex(signature))
        except (BadSignatureError, ValueError):
            return False
        return True

    def _is_fresh(self, timestamp: str) -> bool:
        """Whether it was signed just now: what somebody overheard long ago is not taken again."""
        try:
            age = self._clock.now().timestamp() - int(timestamp)
        except ValueError:
            return False
        return abs(age) <= _LONGEST_AGE.total_seconds()


def _is_signature(text: str) -> bool:
    return re.fullmatch(r"[0-9A-Fa-f]{128}", text) is not None


def _reject_forged() -> Response:
    log.info("discord.forged_interaction")
    return Response(status_code=HTTPStatus.UNAUTHORIZED)


def _parse_payload(body: bytes) -> dict[str, Any] | None:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) and isinstance(payload.get("type"), int) else None
