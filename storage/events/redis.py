"""Events over Redis's publish and subscribe. Importing this needs `easel[redis]`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from storage.events.remote import Receive

_PATIENCE = timedelta(seconds=2)
_PING_EVERY = timedelta(seconds=5)
_SILENCE = timedelta(seconds=20)
"""A connection on which not even pings are answered for so long is a dead one."""


class RedisChannel:
    """A channel of Redis, which keeps nothing."""

    failures: tuple[type[Exception], ...] = (RedisError, OSError)

    def __init__(self, url: str, *, prefix: str) -> None:
        # The client's own retries would hide that something was missed.
        self._redis = Redis.from_url(
            url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=_PATIENCE.total_seconds(), max_connections=4
        )
        self._name = f"{prefix}:events"

    async def send(self, message: bytes) -> None:
        """Publish the message."""
        await self._redis.publish(self._name, message)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Receive]:
        """Subscribe, and yield the receiver."""
        async with self._redis.pubsub() as pubsub:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                await pubsub.subscribe(self._name)
                await _receive(pubsub, "subscribe")
            pinging = asyncio.create_task(_keep_pinging(pubsub))
            try:
                yield lambda: _receive(pubsub, "message")
            finally:
                pinging.cancel()
                await asyncio.gather(pinging, return_exceptions=True)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._redis.aclose()


async def _receive(pubsub: PubSub, kind: str) -> bytes:
    """Return the next message of that kind."""
    while True:
        async with asyncio.timeout(_SILENCE.total_seconds()):
            message = await pubsub.get_message(timeout=None)
        if message is not None and message["type"] == kind:
            return message["data"] if kind == "message" else b""


async def _keep_pinging(pubsub: PubSub) -> None:
    """Ping the server; where a ping cannot be sent, the reader of the connection raises."""
    with contextlib.suppress(RedisError, OSError):
        while True:
            await asyncio.sleep(_PING_EVERY.total_seconds())
            await pubsub.ping()
