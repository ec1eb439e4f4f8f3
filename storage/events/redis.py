"""Events of a house in many processes, by Redis's publish and subscribe. Importing this needs `easel[redis]`."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, get_args

import structlog
from pydantic import ConfigDict, TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.ports.events import E, Event, EventsMissed
from storage.events.local import LocalEvents
from storage.events.outbox import Outbox

log = structlog.get_logger(__name__)

_PATIENCE = timedelta(seconds=2)
_PAUSE = timedelta(seconds=1)
_LAST_PATIENCE = timedelta(seconds=1)
_PING_EVERY = timedelta(seconds=5)
_SILENCE = timedelta(seconds=20)
"""A connection on which not even pings are answered for so long is a dead one."""

_OUTAGE = 2
"""Failures in a row. One by itself is a connection that Redis, or something between, closed because it was idle."""

_AS_JSON = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


def _build_adapter(kind: Any) -> TypeAdapter[list[Event]]:
    """Return what reads and writes a topic: in a list, because pydantic takes no configuration for a dataclass by itself."""
    return TypeAdapter(list[kind], config=_AS_JSON)


_TOPICS = {kind.__name__: _build_adapter(kind) for kind in get_args(Event)}


class RedisEvents:
    """Tells subscribers of this process at once, and those of others over Redis.

    It connects when there is something to send, and when somebody subscribes.
    While Redis is away the others are told nothing, which publishers do not
    notice; afterwards subscribers are told `EventsMissed`. `sender` names this
    process, without spaces. Open it with `async with`.
    """

    def __init__(self, url: str, *, prefix: str, sender: str) -> None:
        # The client's own retries would hide that something was missed.
        self._redis = Redis.from_url(
            url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=_PATIENCE.total_seconds(), max_connections=4
        )
        self._channel = f"{prefix}:events"
        self._sender = sender.encode()
        self._local = LocalEvents()
        self._outbox = Outbox(self._encode(EventsMissed()))
        self._has_subscribers = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._failures: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        """Begin; nothing is connected yet."""
        self._tasks = [asyncio.create_task(self._send_all()), asyncio.create_task(self._receive_all())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Send what waits if that goes quickly, and let go of the connections."""
        if not self._failures["sending"]:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST_PATIENCE.total_seconds()):
                    await self._outbox.wait_until_sent()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(RedisError, OSError):
            async with asyncio.timeout(_LAST_PATIENCE.total_seconds()):
                await self._redis.aclose()

    async def publish(self, event: Event) -> None:
        """Tell this process, and have the others told."""
        await self._local.publish(event)
        self._outbox.add(self._encode(event))

    @contextmanager
    def subscribe(self, topic: type[E], subscriber: Callable[[E], None]) -> Iterator[None]:
        """Call `subscriber` while the body runs. It is told `EventsMissed` as soon as others are heard too."""
        with self._local.subscribe(topic, subscriber):
            self._has_subscribers.set()
            yield

    async def _send_all(self) -> None:
        while True:
            message = await self._outbox.take()
            async with self._surviving("sending"):
                try:
                    async with asyncio.timeout(_PATIENCE.total_seconds()):
                        await self._redis.publish(self._channel, message)
                except BaseException:
                    self._outbox.lose()
                    raise
                self._outbox.note_sent()
                self._note_return("sending")

    async def _receive_all(self) -> None:
        await self._has_subscribers.wait()
        while True:
            async with self._surviving("receiving"), self._redis.pubsub() as pubsub:
                async with asyncio.timeout(_PATIENCE.total_seconds()):
                    await pubsub.subscribe(self._channel)
                await self._receive(pubsub)

    async def _receive(self, pubsub: PubSub) -> None:
        """Tell what comes until the connection is lost."""
        pinging = asyncio.create_task(_keep_pinging(pubsub))
        try:
            while True:
                async with asyncio.timeout(_SILENCE.total_seconds()):
                    message = await pubsub.get_message(timeout=None)
                if message is not None and message["type"] == "subscribe":
                    self._note_return("receiving")
                    await self._local.publish(EventsMissed())
                elif message is not None and message["type"] == "message":
                    await self._tell(message["data"])
        finally:
            pinging.cancel()
            await asyncio.gather(pinging, return_exceptions=True)

    async def _tell(self, data: bytes) -> None:
        """Tell this process what another one sent."""
        sender, topic, body = [*data.split(b" ", 2), b"", b""][:3]
        if sender == self._sender:
            return
        try:
            [event] = _TOPICS[topic.decode()].validate_json(body)
        except (KeyError, ValueError, ValidationError):
            log.warning("event.not_understood", topic=topic[:40].decode(errors="replace"))
        else:
            await self._local.publish(event)

    def _encode(self, event: Event) -> bytes:
        topic = type(event).__name__
        return b"%s %s %s" % (self._sender, topic.encode(), _TOPICS[topic].dump_json([event]))

    @asynccontextmanager
    async def _surviving(self, what: str) -> AsyncIterator[None]:
        """Take a lost connection for what it is, and connect anew; where that fails too, say so once, and wait a moment."""
        try:
            yield
        except (RedisError, OSError) as error:  # a time-out is an OSError
            self._failures[what] += 1
            if self._failures[what] == _OUTAGE:
                log.warning("events.away", what=what, reason=str(error) or type(error).__name__)
            if self._failures[what] >= _OUTAGE:
                await asyncio.sleep(_PAUSE.total_seconds())

    def _note_return(self, what: str) -> None:
        if self._failures.pop(what, 0) >= _OUTAGE:
            log.info("events.back", what=what)


async def _keep_pinging(pubsub: PubSub) -> None:
    """Ask for signs of life; if that cannot be sent, whoever reads finds out."""
    with contextlib.suppress(RedisError, OSError):
        while True:
            await asyncio.sleep(_PING_EVERY.total_seconds())
            await pubsub.ping()
