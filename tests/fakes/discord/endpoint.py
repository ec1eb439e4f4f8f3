"""Interactions sent to the app's own HTTP endpoint: signed, with a deadline, and sometimes badly on purpose."""

import asyncio
import json
import time
from dataclasses import dataclass
from enum import StrEnum

import aiohttp
from nacl.signing import SigningKey

from tests.fakes.discord.answers import Answers
from tests.fakes.discord.bodies import Body
from tests.fakes.discord.errors import ApiError
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.seen import DiscordEventDelivery
from tests.fakes.discord.wire import Json, dumps
from tests.fakes.discord.world import World

_PING: Json = {"type": 1, "version": 1}
_OLD_S = 600
_DEADLINE_S = 10.0
"""How long the fake itself waits for a dead endpoint; the 3 seconds of the platform are judged apart."""


class Forgery(StrEnum):
    """Ways in which a request to the endpoint is not what it should be."""

    NONE = "none"
    WRONG_KEY = "wrong key"
    CHANGED_BODY = "changed body"
    NO_SIGNATURE = "no signature"
    GARBLED = "garbled signature"
    OLD = "old timestamp"
    """Signed as it should be, ten minutes ago: somebody replays what they once overheard."""


class EndpointRefused(AssertionError):
    """The portal would not take this URL: it did not answer a ping, or took a bad signature."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the endpoint answered. `status` 0: nothing at all."""

    status: int
    body: bytes = b""

    def json(self) -> Json:
        """Read the body as JSON; an empty one is `{}`."""
        value = json.loads(self.body or b"{}")
        return value if isinstance(value, dict) else {}


class Endpoint:
    """The way out to the endpoint. It owns its tasks and its HTTP session."""

    def __init__(self, world: World, answers: Answers) -> None:
        self._world = world
        self._answers = answers
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def use(self, url: str) -> None:
        """Enter a URL in the portal, which checks it as the platform does.

        Raises:
            EndpointRefused: It does not behave.
        """
        good = await self.post(_PING, url=url)
        if good.status != 200 or good.json().get("type") != 1:
            raise EndpointRefused(f"a ping was answered with {good.status} {good.body[:200]!r}")
        for forgery in (Forgery.WRONG_KEY, Forgery.GARBLED):
            bad = await self.post(_PING, url=url, forgery=forgery)
            if bad.status != 401:
                raise EndpointRefused(f"a ping with {forgery} was answered with {bad.status}, not 401")
        self._world.application.interactions_url = url

    def deliver(self, interaction: Interaction) -> None:
        """Send an interaction, and take the answer that comes in the same breath."""
        task = asyncio.create_task(self._deliver(interaction))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, interaction: Interaction) -> None:
        started = time.monotonic()
        reply = await self.post(interaction.json())
        if reply.status == 200 and reply.body:
            try:
                self._answers.callback(interaction.id, interaction.token, Body(reply.json()))
            except ApiError as error:
                reply = Reply(error.status, dumps(error.json()).encode())
        self._world.seen.deliveries.append(DiscordEventDelivery(interaction.id, reply.status, time.monotonic() - started))
        self._world.changes.notify()

    async def post(self, payload: Json, *, url: str | None = None, forgery: Forgery = Forgery.NONE) -> Reply:
        """Send anything to the endpoint, signed well or badly."""
        body = dumps(payload).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "Discord-Interactions/1.0 (fake)"}
        headers |= self._signature(body, forgery)
        sent = body + b" " if forgery is Forgery.CHANGED_BODY else body
        if self._session is None:
            # A connection for each: a server closes one that rests, perhaps just when the next request is on its way.
            connector = aiohttp.TCPConnector(force_close=True)
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_DEADLINE_S), connector=connector)
        try:
            target = url or self._world.application.interactions_url or ""
            async with self._session.post(target, data=sent, headers=headers) as response:
                return Reply(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError):
            return Reply(0)

    def _signature(self, body: bytes, forgery: Forgery) -> dict[str, str]:
        if forgery is Forgery.NO_SIGNATURE:
            return {}
        age = _OLD_S if forgery is Forgery.OLD else 0
        stamp = str(int(self._world.clock.now().timestamp()) - age)
        key = SigningKey.generate() if forgery is Forgery.WRONG_KEY else self._world.application.key
        signature = key.sign(stamp.encode() + body).signature.hex()
        if forgery is Forgery.GARBLED:
            signature = "not hex at all"
        return {"X-Signature-Ed25519": signature, "X-Signature-Timestamp": stamp}

    async def close(self) -> None:
        """Stop what is on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
