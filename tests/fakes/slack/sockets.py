"""Socket Mode: up to ten connections of the app, each payload to any one of them."""

import asyncio
import json
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from tests.fakes.program import CLOSE_TIMEOUT_S
from tests.fakes.slack.deliveries import EVENTS, LOST, TIMEOUT, UNREACHED, Attempt, SlackEventDelivery
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.wire import Json, dumps

if TYPE_CHECKING:
    from tests.fakes.slack.world import World

_PATH = "/link/"


@dataclass(eq=False)
class Connection:
    """An open websocket of the app. `is_leaving` gets no more payloads."""

    id: str
    socket: web.WebSocketResponse
    is_leaving: bool = False
    waiting: "dict[str, asyncio.Future[Json | None]]" = field(default_factory=dict)
    """Envelopes that are not acknowledged; None as result is a broken line."""
    received: int = 0


@dataclass(slots=True)
class _Sent:
    delivery: SlackEventDelivery
    started: float


class Sockets:
    """The server's end of Socket Mode."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._tickets: dict[str, float] = {}
        self._connections: list[Connection] = []
        self._late: dict[str, _Sent] = {}
        self._turn = 0
        self.is_down = False
        """Whether `apps.connections.open` fails."""
        self.opened = 0
        """How many connections there have been."""

    @property
    def connections(self) -> list[Connection]:
        """Those that payloads go to."""
        return [one for one in self._connections if not one.is_leaving]

    def add_to(self, app: web.Application) -> None:
        """Serve the websocket."""
        app.router.add_get(_PATH, self._connect)

    def ticket(self) -> str:
        """Return a URL that can be connected to once, soon.

        Raises:
            ApiError: Socket Mode is down.
        """
        if self.is_down:
            raise ApiError("internal_error")
        value = secrets.token_hex(12)
        self._tickets[value] = self._world.clock.seconds()
        return f"{self._world.base_url.replace('http', 'ws', 1)}{_PATH}?ticket={value}&app_id={self._world.app.id}"

    async def recycle(self, reason: str = "refresh_requested") -> int:
        """Tell every connection to go and come back, as the platform does every few hours; give how many were told."""
        open_ones = self.connections
        for one in open_ones:
            one.is_leaving = True
            await _say(one.socket, {"type": "disconnect", "reason": reason, "debug_info": {"host": "fake"}})
        return len(open_ones)

    async def drop(self) -> None:
        """Break every connection without a word."""
        for one in list(self._connections):
            one.is_leaving = True
            self._break(one)
            await one.socket.close(code=1011)

    async def attempt(self, delivery: SlackEventDelivery, number: int, reason: str) -> Attempt:
        """Send a payload to one connection and wait for its acknowledgement."""
        attempt = Attempt(number, "socket", reason)
        within = self._world.limits.acknowledge_within.total_seconds()
        started = time.monotonic()
        connection = await self._any_connection(within)
        if connection is None:
            attempt.error = UNREACHED
            return attempt
        attempt.connection = connection.id
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "type": delivery.kind,
            "accepts_response_payload": delivery.kind != EVENTS,
            "payload": delivery.payload,
        }
        if number or delivery.kind == EVENTS:
            envelope |= {"retry_attempt": number, "retry_reason": "timeout" if number else ""}
        await self._exchange(connection, envelope, _Sent(delivery, started), attempt)
        return attempt

    async def close(self) -> None:
        """Hang up on everybody."""
        for one in list(self._connections):
            self._break(one)
            await one.socket.close()

    async def _exchange(self, connection: Connection, envelope: Json, sent: _Sent, attempt: Attempt) -> None:
        answer: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = answer
        sent.started = time.monotonic()
        try:
            await _say(connection.socket, envelope)
            async with asyncio.timeout(self._world.limits.acknowledge_within.total_seconds()):
                payload = await answer
        except TimeoutError:
            attempt.error = TIMEOUT
            self._late[envelope["envelope_id"]] = sent
        else:
            if payload is None:
                attempt.error = LOST
            else:
                attempt.ack_ms = (time.monotonic() - sent.started) * 1000
                attempt.status, attempt.response = 200, payload
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    async def _any_connection(self, within: float) -> Connection | None:
        try:
            async with asyncio.timeout(within):
                while not self.connections:
                    await self._world.changes.next()
        except TimeoutError:
            return None
        self._turn += 1
        return self.connections[self._turn % len(self.connections)]

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        made_at = self._tickets.pop(request.query.get("ticket", ""), None)
        if made_at is None or self._world.clock.seconds() - made_at > self._world.limits.ticket_lives.total_seconds():
            return web.Response(status=403, text="ticket is not valid")
        socket = web.WebSocketResponse(timeout=CLOSE_TIMEOUT_S)
        await socket.prepare(request)
        if len(self._connections) >= self._world.limits.connections:
            await _say(socket, {"type": "disconnect", "reason": "too_many_websockets", "debug_info": {"host": "fake"}})
            await socket.close()
            return socket
        connection = Connection(secrets.token_hex(4), socket)
        self._connections.append(connection)
        self.opened += 1
        try:
            await _say(socket, self._hello())
            self._world.changes.notify()
            await self._listen(connection)
        finally:
            self._connections.remove(connection)
            self._break(connection)
            self._world.changes.notify()
        return socket

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            answer = json.loads(message.data)
            envelope = str(answer.get("envelope_id", ""))
            connection.received += 1
            future = connection.waiting.get(envelope)
            if future is not None and not future.done():
                payload = answer.get("payload")
                future.set_result(payload if isinstance(payload, dict) else {})
            elif envelope in self._late:
                late = self._late.pop(envelope)
                late.delivery.late_ack_ms = (time.monotonic() - late.started) * 1000

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {"host": "fake", "build_number": 1, "approximate_connection_time": 18_060},
            "connection_info": {"app_id": self._world.app.id},
        }

    @staticmethod
    def _break(connection: Connection) -> None:
        for future in connection.waiting.values():
            if not future.done():
                future.set_result(None)


async def _say(socket: web.WebSocketResponse, body: Json) -> None:
    try:
        await socket.send_str(dumps(body))
    except (ConnectionError, RuntimeError):
        return  # whoever waits for the answer sees that the line is broken
