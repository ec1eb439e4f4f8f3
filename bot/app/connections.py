"""The web server's connections: no more than files can be opened for, and none that is kept open for nothing."""

import asyncio
import resource
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from bot.adapters.web.reason_phrase import REASON_HEADER

_RESERVED = 256
"""Files that the database, the pictures and the calls outwards need beside the connections."""

_MOST_FILES = 8192
"""As many as we ask the system for."""

_HEAD_TIMEOUT = 10.0
_READER_TIMEOUT = 60.0
_REASON = REASON_HEADER.encode()


def most_connections() -> int:
    """Return how many connections leave enough files for the work, after asking for as many files as are useful."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(_MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    files = _MOST_FILES if soft == resource.RLIM_INFINITY else soft
    return max(files // 2, files - _RESERVED)


class _Connection(h11.Connection):
    """h11's connection, which puts the reason that an answer gives into its first line: uvicorn has none but the usual ones."""

    def send(self, event: h11.Event) -> bytes | None:  # type: ignore[override]  # theirs says which event gives none
        """Return the bytes of an event."""
        if isinstance(event, h11.Response):
            reasons = [value for name, value in event.headers if name == _REASON]
            if reasons:
                headers = [(name, value) for name, value in event.headers if name != _REASON]
                event = h11.Response(status_code=event.status_code, headers=headers, reason=reasons[0])
        return super().send(event)


class BoundedProtocol(H11Protocol):
    """Uvicorn's protocol, with an end to what uvicorn waits for without one. Times are in seconds.

    The head of a request, or the rest of a body that was refused, has
    `head_timeout` to arrive, and somebody who reads has `reader_timeout` to go
    on reading. A connection beyond `most` is hung up at once.
    """

    def __init__(
        self,
        *arguments: Any,
        most: int,
        head_timeout: float = _HEAD_TIMEOUT,
        reader_timeout: float = _READER_TIMEOUT,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.conn = _Connection(h11.SERVER)
        self._most = most
        self._head_timeout = head_timeout
        self._reader_timeout = reader_timeout
        self._head_timer: asyncio.TimerHandle | None = None
        self._reader_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Accept the connection, or close it if there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self._most:
            transport.abort()
        else:
            self._time_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        for timer in (self._head_timer, self._reader_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse the data; the timeout runs until a whole head is there."""
        super().data_received(data)
        self._time_head()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._time_head()

    def pause_writing(self) -> None:
        """Start the timeout of a client that does not read."""
        super().pause_writing()
        self._reader_timer = self.loop.call_later(self._reader_timeout, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop the timeout of a client that does not read."""
        super().resume_writing()
        if self._reader_timer is not None:
            self._reader_timer.cancel()
            self._reader_timer = None

    def _time_head(self) -> None:
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn's own type leaves the None out
        is_served = cycle is not None and not cycle.response_complete
        if is_served and self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        elif not is_served and self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(self._head_timeout, self.transport.abort)


def server_config(
    web: Any, *, most: int, head_timeout: float = _HEAD_TIMEOUT, reader_timeout: float = _READER_TIMEOUT
) -> uvicorn.Config:
    """Return how the application `web` is served."""

    class Protocol(BoundedProtocol):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, most=most, head_timeout=head_timeout, reader_timeout=reader_timeout, **options)

    return uvicorn.Config(
        web,
        http=Protocol,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        backlog=128,  # when no file is left, asyncio of Python 3.11 logs once for each that waits
        timeout_graceful_shutdown=5,
    )
