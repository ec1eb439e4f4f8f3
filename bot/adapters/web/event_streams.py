"""Server-sent events: each change of the channel as it comes, resumable by the version of the last one seen."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from http import HTTPStatus

import structlog
from fastapi import Response
from fastapi.responses import StreamingResponse

from bot.adapters.web.feed import Feed
from bot.adapters.web.problems import problem
from bot.adapters.web.security import Receive, Scope, Send
from bot.errors import StorageFailed
from bot.ports.page_messages import PageMessage

log = structlog.get_logger(__name__)

View = Callable[[PageMessage], str]

_HEARTBEAT = timedelta(seconds=15)
_MOST_STREAMS = 1000
_GREETING = "retry: 2000\n\n"
_HEARTBEAT_LINE = ":\n\n"


class EventStreams:
    """The open streams of one channel."""

    def __init__(self, feed: Feed, channel: str, *, most_streams: int = _MOST_STREAMS, heartbeat: timedelta = _HEARTBEAT) -> None:
        self._feed = feed
        self._channel = channel
        self._most_streams = most_streams
        self._heartbeat = heartbeat
        self._open = 0

    async def open(self, since: str | None, view: View) -> Response:
        """Return a stream of what changes after version `since`, or from now on."""
        if since is not None and not (since.isascii() and since.isdecimal() and len(since) <= 18):  # noqa: PLR2004 - fits 64 bits
            return problem(HTTPStatus.BAD_REQUEST, "A stream goes on after the number of the last event.")
        if self._open >= self._most_streams or self._feed.is_closed:
            return problem(
                HTTPStatus.SERVICE_UNAVAILABLE, "Too many pages are open right now; please close some.", retry_after=10
            )
        # Counted before anything is waited for: else a crowd that comes at once would not be seen.
        self._open += 1
        try:
            version = int(since) if since is not None else await self._feed.head(self._channel)
        except BaseException:
            self._open -= 1
            raise
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return _EndingStream(self._stream_with_greeting(version, view), headers, self._release)

    def _release(self) -> None:
        self._open -= 1

    async def _stream_with_greeting(self, version: int, view: View) -> AsyncIterator[str]:
        try:
            yield _GREETING
            async for text in self._stream(version, view):
                yield text
        except StorageFailed as error:
            # The stream ends here; the page comes back for the rest.
            log.warning("web.stream_broke", reason=str(error))

    async def _stream(self, version: int, view: View) -> AsyncIterator[str]:
        while not self._feed.is_closed:
            signal = self._feed.signal
            changes = await self._feed.after(self._channel, version)
            if changes is None:
                version = await self._feed.head(self._channel)
                yield _event("reset", version, "{}")
            elif changes:
                version = changes[-1].version
                yield "".join(_event("message", change.version, view(change)) for change in changes)
            elif not await self._feed.wait(signal, self._heartbeat):
                self._feed.expect_changes()
                yield _HEARTBEAT_LINE


class _EndingStream(StreamingResponse):
    """A stream that says when it has ended, however it did."""

    def __init__(self, parts: AsyncIterator[str], headers: Mapping[str, str], on_end: Callable[[], None]) -> None:
        super().__init__(parts, headers=headers, media_type="text/event-stream")
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream, and note that it has ended."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._on_end()


def _event(name: str, version: int, data: str) -> str:
    return f"id: {version}\nevent: {name}\ndata: {data}\n\n"
