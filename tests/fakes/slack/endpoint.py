"""Delivery by HTTP: signed POSTs to the app's request URL, and forged ones."""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.deliveries import COMMANDS, EVENTS, REFUSED, TIMEOUT, UNREACHED, Attempt, SlackEventDelivery
from tests.fakes.slack.wire import Json, dumps

if TYPE_CHECKING:
    from tests.fakes.slack.world import World

_OLD_S = 600


class Forgery(StrEnum):
    """Ways in which a request to the app is not what it should be."""

    NONE = "none"
    WRONG_SECRET = "wrong secret"
    CHANGED_BODY = "changed body"
    NO_SIGNATURE = "no signature"
    GARBLED = "garbled signature"
    OLD = "old timestamp"
    """Signed as it should be, ten minutes ago."""
    FUTURE = "timestamp ahead"
    NO_NUMBER = "a timestamp that is no number"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the app answered. `status` 0: nothing at all."""

    status: int
    text: str = ""
    content_type: str = ""
    is_timeout: bool = False
    wants_no_retry: bool = False

    def json(self) -> Json:
        """Read the body as a payload; plain text is `{"text": …}`, an empty one `{}`."""
        if not self.text:
            return {}
        if "json" not in self.content_type:
            return {"text": self.text}
        value = json.loads(self.text)
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Posted:
    """A request as it went over the wire."""

    body: bytes
    headers: dict[str, str]


class Endpoint:
    """The way out to the app's request URL. It owns its HTTP session."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._session: aiohttp.ClientSession | None = None
        self.posted: list[Posted] = []
        """Everything that was sent, for replays."""

    async def attempt(self, delivery: SlackEventDelivery, number: int, reason: str) -> Attempt:
        """Send a payload and wait for the answer."""
        attempt = Attempt(number, "http", reason)
        started = time.monotonic()
        reply = await self.post(delivery.kind, delivery.payload, retry=number, reason=reason)
        took_ms = (time.monotonic() - started) * 1000
        attempt.status, attempt.is_last = reply.status, reply.wants_no_retry
        if 200 <= reply.status < 300:
            attempt.ack_ms, attempt.response = took_ms, reply.json()
        else:
            attempt.error = TIMEOUT if reply.is_timeout else REFUSED if reply.status else UNREACHED
        return attempt

    async def post(self, kind: str, payload: Json, *, forgery: Forgery = Forgery.NONE, retry: int = 0, reason: str = "") -> Reply:
        """Send anything, signed well or badly. `kind` is `slash_commands`, `interactive` or `events_api`."""
        body, content_type = _encoded(kind, payload)
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (fake)", **self._signature(body, forgery)}
        if retry:
            headers |= {"x-slack-retry-num": str(retry), "x-slack-retry-reason": reason or TIMEOUT}
        sent = Posted(body + b" " if forgery is Forgery.CHANGED_BODY else body, headers)
        self.posted.append(sent)
        return await self.replay(sent)

    async def replay(self, sent: Posted) -> Reply:
        """Send the very same bytes and headers (again)."""
        timeout = aiohttp.ClientTimeout(total=None)
        if self._session is None:
            # A connection for each: a server closes one that rests, perhaps just when the next request is on its way.
            self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0, force_close=True))
        try:
            async with asyncio.timeout(self._world.limits.acknowledge_within.total_seconds()):
                return await self._sent(sent)
        except TimeoutError:
            return Reply(0, is_timeout=True)
        except aiohttp.ClientError:
            return Reply(0)

    async def verify(self) -> Reply:
        """Ask the app to prove that the URL is its own, as the settings page does."""
        challenge = {"type": "url_verification", "token": self._world.app.verification_token, "challenge": "a-challenge"}
        return await self.post(EVENTS, challenge)

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()

    async def _sent(self, sent: Posted) -> Reply:
        assert self._session is not None
        url = self._world.app.request_url or ""
        async with self._session.post(url, data=sent.body, headers=sent.headers, allow_redirects=False) as response:
            wants_no_retry = response.headers.get("x-slack-no-retry") == "1"
            return Reply(response.status, await response.text(), response.content_type, wants_no_retry=wants_no_retry)

    def _signature(self, body: bytes, forgery: Forgery) -> dict[str, str]:
        if forgery is Forgery.NO_SIGNATURE:
            return {}
        age = {Forgery.OLD: _OLD_S, Forgery.FUTURE: -_OLD_S}.get(forgery, 0)
        stamp = "yesterday" if forgery is Forgery.NO_NUMBER else str(int(time.time()) - age)
        secret = "not-the-secret" if forgery is Forgery.WRONG_SECRET else self._world.app.signing_secret
        signature = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        value = "v0=not-hex" if forgery is Forgery.GARBLED else f"v0={signature}"
        return {"X-Slack-Signature": value, "X-Slack-Request-Timestamp": stamp}


def _encoded(kind: str, payload: Json) -> tuple[bytes, str]:
    if kind == EVENTS:
        return dumps(payload).encode(), "application/json"
    fields = payload if kind == COMMANDS else {"payload": dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"
