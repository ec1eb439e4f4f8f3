"""The gateway: HELLO, IDENTIFY, heartbeats, events, resumes, and all the ways in which it breaks."""

import asyncio
import json
import time
from collections import deque
from dataclasses import dataclass, field

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from tests.fakes.discord.seen import Beat, Hello
from tests.fakes.discord.sessions import Connection, Session
from tests.fakes.discord.wire import ALL_INTENTS, PRIVILEGED, Intent, Json
from tests.fakes.discord.world import Event, World
from tests.fakes.program import CLOSE_TIMEOUT_S

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _RECONNECT, _INVALID, _HELLO, _ACK = 0, 1, 2, 6, 7, 9, 10, 11
_QUIET = (3, 4, 8)
"""Presence, voice state and member requests: taken, and not answered."""
_UNKNOWN_OP, _BAD_FRAME, _NOT_IDENTIFIED, _BAD_TOKEN, _TWICE = 4001, 4002, 4003, 4004, 4005
_TOO_FAST, _TIMED_OUT, _BAD_SHARD, _BAD_INTENTS, _FORBIDDEN_INTENTS = 4008, 4009, 4010, 4013, 4014
_IDENTIFY_PACE_S = 5.0
_GRACE_S = 0.5
_FINAL = (1000, 1001)
"""A client that closes like this does not come back to its session."""


@dataclass(eq=False)
class _Line:
    """A connection with what has to be known of it to judge the next frame."""

    connection: Connection
    opened: float = field(default_factory=time.monotonic)
    last_beat: float | None = None
    frames: deque[float] = field(default_factory=deque)


class Gateway:
    """Serves any number of shards of any number of processes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sessions: dict[str, Session] = {}
        self._lines: set[_Line] = set()
        self._sockets: set[web.WebSocketResponse] = set()
        self._identified: dict[int, float] = {}
        self._starts = 0
        self.shards = 1
        """How many shards the platform recommends."""
        self.is_down = False
        """Refuse new connections with a 503."""
        self.acknowledges_heartbeats = True
        world.listeners.append(self._dispatch)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{self._world.base_url.replace('http', 'ws', 1)}/gateway/"

    @property
    def sessions(self) -> list[Session]:
        """The sessions that somebody is connected to."""
        return [session for session in self._sessions.values() if session.connection is not None]

    @property
    def remembered(self) -> list[Session]:
        """The sessions that somebody is connected to or could resume."""
        return list(self._sessions.values())

    @property
    def strangers(self) -> int:
        """How many connections have not said yet who they are."""
        return sum(line.connection.session is None for line in self._lines)

    def info(self) -> Json:
        """Answer `GET /gateway/bot`."""
        limits = self._world.limits
        start = {
            "total": limits.identifies_a_day,
            "remaining": max(0, limits.identifies_a_day - self._starts),
            "reset_after": 86_400_000,
            "max_concurrency": limits.max_concurrency,
        }
        return {"url": self.url, "shards": self.shards, "session_start_limit": start}

    async def ready(self, *, shards: int = 1, within: float = 10) -> None:
        """Wait until so many shards are connected.

        Raises:
            NotSeen: They were not in time.
        """
        await self._world.changes.until(lambda: len(self.sessions) >= shards, within=within, what=f"{shards} connected shards")

    def ask_reconnect(self, shard: int | None = None) -> None:
        """Ask clients to reconnect and resume (op 7)."""
        for session in self._of(shard):
            session.put_op(_RECONNECT)

    def invalidate(self, shard: int | None = None, *, is_resumable: bool = False) -> None:
        """Tell clients that their session is invalid (op 9); unless it is resumable, it is forgotten."""
        for session in self._of(shard):
            if not is_resumable:
                self._sessions.pop(session.id, None)
            session.put_op(_INVALID, data=is_resumable)

    def drop(self, shard: int | None = None, *, code: int | None = None) -> None:
        """Break connections, with a close code or without a word."""
        for session in self._of(shard):
            if session.connection is not None and code is not None:
                session.connection.close(code)
            elif session.connection is not None:
                session.connection.cut()

    def forget(self, shard: int | None = None) -> None:
        """Forget sessions, so that the next RESUME is answered with op 9."""
        for session in self._sessions.values():
            session.is_forgotten = session.is_forgotten or shard in (None, session.shard[0])

    def _of(self, shard: int | None) -> list[Session]:
        return [session for session in self.sessions if shard in (None, session.shard[0])]

    def _dispatch(self, event: Event) -> None:
        for session in self._sessions.values():
            if session.hears(event):
                session.dispatch(event.name, event.payload)
                self._world.seen.sent.append((session.shard[0], event.name))

    async def close(self) -> None:
        """Close every connection."""
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        if self.is_down:
            return web.Response(status=503)
        socket = web.WebSocketResponse(max_msg_size=0, timeout=CLOSE_TIMEOUT_S)
        await socket.prepare(request)
        line = _Line(Connection(socket, request))
        self._lines.add(line)
        self._sockets.add(socket)
        writer = asyncio.create_task(line.connection.write())
        try:
            line.connection.put(_HELLO, {"heartbeat_interval": self._world.limits.heartbeat_every.total_seconds() * 1000})
            await self._read(socket, line)
        finally:
            self._lines.discard(line)
            self._sockets.discard(socket)
            self._lost(line, socket.close_code)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return socket

    async def _read(self, socket: web.WebSocketResponse, line: _Line) -> None:
        patience = self._world.limits.heartbeat_every.total_seconds() * 2 + _GRACE_S
        while True:
            try:
                message = await socket.receive(timeout=patience)
            except TimeoutError:
                await socket.close(code=_TIMED_OUT)
                return
            if message.type is not WSMsgType.TEXT:
                return
            self._frame(line, message)

    def _frame(self, line: _Line, message: WSMessage) -> None:
        try:
            frame: Json = json.loads(message.data)
            op, data = frame["op"], frame.get("d") or {}
        except (ValueError, KeyError, TypeError):
            line.connection.close(_BAD_FRAME, "Error while decoding payload.")
            return
        if self._is_too_fast(line):
            line.connection.close(_TOO_FAST, "Rate limited.")
        elif op == _HEARTBEAT:
            self._beat(line)
        elif op == _IDENTIFY:
            self._identify(line, data)
        elif op == _RESUME:
            self._resume(line, data)
        elif op not in _QUIET:
            line.connection.close(_UNKNOWN_OP, "Unknown opcode.")
        elif line.connection.session is None:
            line.connection.close(_NOT_IDENTIFIED, "Not authenticated.")

    def _is_too_fast(self, line: _Line) -> bool:
        now, rate = time.monotonic(), self._world.limits.gateway_sends
        line.frames.append(now)
        while line.frames[0] + rate.seconds <= now:
            line.frames.popleft()
        return len(line.frames) > rate.limit

    def _beat(self, line: _Line) -> None:
        now = time.monotonic()
        if line.last_beat is not None:
            late = now - line.last_beat - self._world.limits.heartbeat_every.total_seconds()
            session = line.connection.session
            self._world.seen.beats.append(Beat(session.shard[0] if session else -1, now, max(0.0, late)))
        line.last_beat = now
        if self.acknowledges_heartbeats:
            line.connection.put(_ACK)
        self._world.changes.notify()

    def _identify(self, line: _Line, data: Json) -> None:
        number, count = shard = tuple(data.get("shard") or (0, 1))
        intents = int(data.get("intents", -1))
        code = self._refusal(line, data, number, count, intents)
        is_early = code is None and self._comes_too_early(number)
        self._world.seen.hellos.append(
            Hello("IDENTIFY", (number, count), time.monotonic(), code is None and not is_early, intents)
        )
        if code is not None:
            line.connection.close(code)
        elif is_early:
            line.connection.put(_INVALID, data=False)
        else:
            self._starts += 1
            session = Session(shard, Intent(intents))
            self._sessions[session.id] = session
            session.attach(line.connection)
            self._welcome(session)
        self._world.changes.notify()

    def _refusal(self, line: _Line, data: Json, number: int, count: int, intents: int) -> int | None:
        if data.get("token") != self._world.application.token:
            return _BAD_TOKEN
        if line.connection.session is not None:
            return _TWICE
        if not 0 <= number < count:
            return _BAD_SHARD
        if not 0 <= intents <= ALL_INTENTS:
            return _BAD_INTENTS
        forbidden = PRIVILEGED & ~self._world.application.privileged
        return _FORBIDDEN_INTENTS if Intent(intents) & forbidden else None

    def _comes_too_early(self, number: int) -> bool:
        bucket, now = number % self._world.limits.max_concurrency, self._world.clock.now().timestamp()
        is_early = now - self._identified.get(bucket, float("-inf")) < _IDENTIFY_PACE_S
        self._identified[bucket] = now
        return is_early and self._world.limits.enforces_identify_pace

    def _welcome(self, session: Session) -> None:
        world = self._world
        number, count = session.shard
        guilds = [guild for guild in world.guilds.values() if guild.has_bot and (guild.id >> 22) % count == number]
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": {**world.bot.json(), "verified": True, "mfa_enabled": False, "email": None},
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "private_channels": [],
                "relationships": [],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": self.url,
                "shard": [number, count],
                "application": {"id": str(world.application.id), "flags": 0},
            },
        )
        if Intent.GUILDS in session.intents:
            for guild in guilds:
                if guild.is_available:
                    session.dispatch("GUILD_CREATE", guild.known_json())

    def _resume(self, line: _Line, data: Json) -> None:
        session = self._sessions.get(str(data.get("session_id")))
        since = int(data.get("seq") or 0)
        if session is None or data.get("token") != self._world.application.token or not self._is_fresh(session, since):
            self._world.seen.hellos.append(Hello("RESUME", (-1, -1), time.monotonic(), accepted=False))
            line.connection.put(_INVALID, data=False)
            return
        if session.connection is not None:
            session.connection.close(4000, "Resumed elsewhere.")
        session.attach(line.connection)
        replayed = session.replay(since)
        session.dispatch("RESUMED", {"_trace": []})
        self._world.seen.hellos.append(Hello("RESUME", session.shard, time.monotonic(), accepted=True, replayed=replayed))
        self._world.changes.notify()

    def _is_fresh(self, session: Session, since: int) -> bool:
        lost = session.lost_at
        is_young = lost is None or time.monotonic() - lost < self._world.limits.resumable_for.total_seconds()
        return is_young and not session.is_forgotten and session.can_replay(since)

    def _lost(self, line: _Line, code: int | None) -> None:
        session = line.connection.session
        if session is not None and session.connection is line.connection:
            session.detach()
            if code in _FINAL and not line.connection.is_closing:
                self._sessions.pop(session.id, None)
        self._world.changes.notify()
