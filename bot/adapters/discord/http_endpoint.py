"""The HTTP endpoint for Discord interactions: verifies the signature, then answers through Discord's API."""

import re
from collections.abc import Mapping
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
from bot.adapters.shared.bodies import parse_json_object
from bot.adapters.shared.signed_endpoint import signed_routes
from bot.errors import SurfaceFailed
from bot.ports.clock import Clock

log = structlog.get_logger(__name__)

PATH = "/discord/interactions"

_SIGNATURE, _TIMESTAMP = "x-signature-ed25519", "x-signature-timestamp"
_LONGEST_AGE = timedelta(minutes=5)
_PING = 1


class DiscordHttpEndpoint:
    """Receives interactions. Each is acknowledged with an empty 202; the answer goes to Discord's API."""

    def __init__(self, public_key: str, *, handlers: DiscordEventHandlers, bot_client: DiscordBotClient, clock: Clock) -> None:
        self._check = _DiscordSignature(public_key, clock)
        self._handlers = handlers
        self._bot_client = bot_client
        self._client: discord.Client | None = None

    def routes(self) -> APIRouter:
        """Build `POST /discord/interactions`."""
        return signed_routes(PATH, self._check, self._answer)

    async def _answer(self, _: Request, body: bytes) -> Response:
        payload = parse_json_object(body)
        if payload is None or not isinstance(payload.get("type"), int):
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


class _DiscordSignature:
    """Ed25519 over the timestamp and the body."""

    def __init__(self, public_key: str, clock: Clock) -> None:
        self._key = VerifyKey(bytes.fromhex(public_key))
        self._clock = clock

    def looks_signed(self, headers: Mapping[str, str]) -> bool:
        """Return whether there is a signature of the last five minutes: what somebody overheard long ago is not taken again."""
        try:
            age = self._clock.now().timestamp() - int(headers.get(_TIMESTAMP, ""))
        except ValueError:
            return False
        is_signature = re.fullmatch(r"[0-9A-Fa-f]{128}", headers.get(_SIGNATURE, "")) is not None
        return is_signature and abs(age) <= _LONGEST_AGE.total_seconds()

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Return whether Discord signed it."""
        try:
            self._key.verify(headers[_TIMESTAMP].encode() + body, bytes.fromhex(headers[_SIGNATURE]))
        except (BadSignatureError, ValueError):
            return False
        return True
