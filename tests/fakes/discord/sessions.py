"""Gateway sessions: what a shard has been sent, so that it can be sent again."""

import asyncio
import secrets
import time
from collections import deque
from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.discord.wire import Intent, Json, dumps
from tests.fakes.discord.world import Event

_REMEMBERED = 2000
"""Events that a session can be sent again; the platform keeps a bounded number too."""


@dataclass(frozen=True, slots=True)
class Close:
    """The last thing that goes into a connection."""

    code: int
    reason: str = ""


class Connection:
    """One socket, and a queue in front of it so that nobody waits for a slow client."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._socket = socket
        self._request = request
        self._out: asyncio.Queue[str | Close] = asyncio.Queue()
        self.session: Session | None = None
        self.is_closing = False
        """Whether the fake itself has closed or cut it."""

    def put(self, op: int, data: object = None, *, number: int | None = None, name: str | None = None) -> None:
        """Send a frame."""
        self._out.put_nowait(dumps({"op": op, "d": data, "s": number, "t": name}))

    def close(self, code: int, reason: str = "") -> None:
        """Send what is left, then close."""
        self.is_closing = True
        self._out.put_nowait(Close(code, reason))

    def cut(self) -> None:
        """Break the line without a word."""
        self.is_closing = True
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Write until the connection is closed."""
        while True:
            item = await self._out.get()
            if isinstance(item, Close):
                await self._socket.close(code=item.code, message=item.reason.encode())
                return
            await self._socket.send_str(item)


@dataclass(eq=False)
class Session:
    """What an IDENTIFY opened. It outlives its connection, so that it can be resumed."""

    shard: tuple[int, int]
    intents: Intent
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    connection: Connection | None = None
    is_forgotten: bool = False
    """Whether it can no longer be resumed, though it may still be connected."""
    lost_at: float | None = None
    """When the connection was lost, in monotonic seconds."""
    _sent: deque[tuple[int, str, Json]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def hears(self, event: Event) -> bool:
        """Whether the event belongs to this shard, and was asked for."""
        number, count = self.shard
        home = 0 if event.guild is None else (event.guild >> 22) % count
        return home == number and (event.intent == Intent.NONE or bool(event.intent & self.intents))

    def dispatch(self, name: str, payload: Json) -> None:
        """Number an event, remember it, and send it if somebody is there."""
        self.sequence += 1
        self._sent.append((self.sequence, name, payload))
        if self.connection is not None:
            self.connection.put(0, payload, number=self.sequence, name=name)

    def put_op(self, op: int, data: object = None) -> None:
        """Send a frame that is not an event."""
        if self.connection is not None:
            self.connection.put(op, data)

    def can_replay(self, since: int) -> bool:
        """Whether all that came after `since` is still remembered."""
        oldest = self._sent[0][0] if self._sent else self.sequence + 1
        return oldest - 1 <= since <= self.sequence

    def attach(self, connection: Connection) -> None:
        """Give the session a line."""
        self.connection, connection.session, self.lost_at = connection, self, None

    def detach(self) -> None:
        """Note that the line is gone."""
        self.connection, self.lost_at = None, time.monotonic()

    def replay(self, since: int) -> int:
        """Send again what came after `since`; say how much that was."""
        missed = [one for one in self._sent if one[0] > since]
        if self.connection is not None:
            for number, name, payload in missed:
                self.connection.put(0, payload, number=number, name=name)
        return len(missed)
