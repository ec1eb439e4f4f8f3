"""Events of a house in many processes, by whatever they can shout to each other over."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Any, Protocol, Self, get_args

import structlog
from pydantic import ConfigDict, TypeAdapter, ValidationError

from bot.ports.events import E, Event, EventsMissed
from storage.events.local import LocalEvents
from storage.events.outbox import Outbox

log = structlog.get_logger(__name__)

_PATIENCE = timedelta(seconds=2)
_PAUSE = timedelta(seconds=1)
_LAST_PATIENCE = timedelta(seconds=1)

_OUTAGE = 2
"""Failures in a row. One by itself is a connection that the server, or something between, closed because it was idle."""

_AS_JSON = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

Receive = Callable[[], Awaitable[bytes]]


class Channel(Protocol):
    """Brings messages to everybody who listens at that moment, those of one sender in their order."""

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """Return what is raised where its server cannot be reached; a time-out is among them."""
        ...

    async def send(self, message: bytes) -> None:
        """Send a message; it connects for that if need be."""
        ...

    def listen(self) -> AbstractAsyncContextManager[Receive]:
        """Connect, and yield what waits for the next message: all of those that are sent from then on, or a failure."""
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...


def _build_adapter(kind: Any) -> TypeAdapter[list[Event]]:
    """Return what reads and writes a topic: in a list, because pydantic takes no configuration for a dataclass by itself."""
    return TypeAdapter(list[kind], config=_AS_JSON)


_TOPICS = {kind.__name__: _build_adapter(kind) for kind in get_args(Event)}


class RemoteEvents:
    """Tells subscribers of this process at once, and those of others over a channel.

    It connects when there is something to send, and when somebody subscribes.
    While the channel's server is away the others are told nothing, which
    publishers do not notice; afterwards subscribers are told `EventsMissed`.
    `sender` names this process, without spaces. Open it with `async with`.
    """

    def __init__(self, channel: Channel, *, sender: str) -> None:
        self._channel = channel
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
        with contextlib.suppress(*self._channel.failures):
            async with asyncio.timeout(_LAST_PATIENCE.total_seconds()):
                await self._channel.close()

    async def publish(self, event: Event) -> None:
        """Tell the subscribers of this process, and queue the event for the other processes."""
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
                        await self._channel.send(message)
                except BaseException:
                    self._outbox.lose()
                    raise
                self._outbox.note_sent()
                self._note_return("sending")

    async def _receive_all(self) -> None:
        await self._has_subscribers.wait()
        while True:
            async with self._surviving("receiving"), self._channel.listen() as receive:
                self._note_return("receiving")
                await self._local.publish(EventsMissed())
                while True:
                    await self._tell(await receive())

    async def _tell(self, data: bytes) -> None:
        """Tell the subscribers of this process what another process sent."""
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
        """Reconnect after a lost connection; log once that the server is away, and wait a moment before each new try."""
        try:
            yield
        except self._channel.failures as error:
            self._failures[what] += 1
            if self._failures[what] == _OUTAGE:
                log.warning("events.away", what=what, reason=str(error) or type(error).__name__)
            if self._failures[what] >= _OUTAGE:
                await asyncio.sleep(_PAUSE.total_seconds())

    def _note_return(self, what: str) -> None:
        if self._failures.pop(what, 0) >= _OUTAGE:
            log.info("events.back", what=what)
