"""Reads what an image call answered: a whole answer or a stream, whatever it is labelled, and as tolerantly as it can."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.domain.images import Progress
from bot.errors import PromptRefused
from bot.ports.images import OnProgress
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.openai.error_response import ErrorResponse, parse_error_body
from bot.providers.openai.errors import translate_error_response
from bot.providers.openai.image_response import ImageResponse, TokenUsage, parse_image_response, parse_json_object, parse_usage
from bot.providers.openai.server_sent_events import EventSplitter, LinePieces, parse_event
from bot.providers.shared.base64_text import decode_base64

P = TypeVar("P")
T = TypeVar("T")

_OK = 200
_BLANK = b" \t\r\n\xef\xbb\xbf"
_PARTIAL = {"image_generation.partial_image", "image_edit.partial_image"}
_COMPLETED = {"image_generation.completed", "image_edit.completed"}
_NO_FIELDS: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class ImageCallResult:
    """A whole answer, how many previews came before it, and the service's id of it."""

    response: ImageResponse
    previews: int
    request_id: str | None


class SerialThread:
    """Does work of megabytes in a thread, one thing at a time: threads that compute side by side would starve the event loop."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    @property
    def is_busy(self) -> bool:
        """Whether it works at this moment."""
        return self._lock.locked()

    async def run(self, function: Callable[[P], T], argument: P) -> T:
        """Run `function` in a thread and return its result."""
        async with self._lock:
            return await asyncio.to_thread(function, argument)


class ImageResponseReader:
    """Reads one reply. `previews` is how many were asked for, and `largest` how many bytes it may have."""

    def __init__(
        self,
        service: str,
        thread: SerialThread,
        *,
        request_id: str | None,
        previews: int,
        largest: int,
        on_progress: OnProgress,
        on_usage: Callable[[TokenUsage], Awaitable[None]],
    ) -> None:
        self._service = service
        self._thread = thread
        self._request_id = request_id
        self._previews = previews
        self._largest = largest
        self._on_progress = on_progress
        self._on_usage = on_usage
        self._previews_seen = 0

    async def read(self, stream: AsyncIterator[bytes]) -> ImageCallResult:
        """Return the reply; a body that begins like a JSON object is a whole answer, whatever its label says.

        Raises:
            PromptRefused: It is a refusal.
            OutcomeUnknown: It cannot be read, or does not say what became of the drawing.
            ProviderFailed: It is another error.
        """
        async with aclosing(self._limit_size(stream)) as pieces:
            head = b""
            async for piece in pieces:
                head = (head + piece).lstrip(_BLANK)
                if head:
                    break
            if head.startswith(b"{"):
                body = bytearray(head)
                async for piece in pieces:
                    body += piece
                return await self._read_whole(bytes(body))
            return await self._read_stream(head, pieces)

    async def _limit_size(self, stream: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        length = 0
        async for piece in stream:
            length += len(piece)
            if length > self._largest:
                raise self._outcome_unknown(f"an answer of more than {self._largest} bytes")
            yield piece

    async def _read_whole(self, body: bytes) -> ImageCallResult:
        try:
            fields = await self._thread.run(parse_json_object, body)
        except ValueError as error:
            raise self._outcome_unknown(f"an answer that is {error}") from error
        await self._note_usage(fields)
        if fields.get("error"):
            raise translate_error_response(replace(self._error_response(fields), status=_OK), self._service)
        return self._result(fields)

    async def _read_stream(self, head: bytes, pieces: AsyncIterator[bytes]) -> ImageCallResult:
        """Read events until the picture comes; nothing after it can spoil it, so nothing after it is read."""
        async with aclosing(self._events(head, pieces)) as events:
            async for event in events:
                fields = await self._read_event(event)
                kind = fields.get("type")
                if _is_final(kind, fields):
                    await self._note_usage(fields)
                    return self._result(fields)
                if kind in _PARTIAL:
                    self._previews_seen += 1
                    await self._forward_preview(fields)
                elif kind == "error" or fields.get("error"):
                    await self._note_usage(fields)
                    raise self._translate_error_event(fields)
        raise self._outcome_unknown("the stream ended before the picture", fault=ProviderFault.UNREACHABLE)

    async def _events(self, head: bytes, pieces: AsyncIterator[bytes]) -> AsyncGenerator[list[LinePieces]]:
        splitter = EventSplitter()
        for event in splitter.feed(head):
            yield event
        async for piece in pieces:
            for event in splitter.feed(piece):
                yield event
        for event in splitter.flush():
            yield event

    async def _read_event(self, event: list[LinePieces]) -> Mapping[str, object]:
        """Return an event's fields; one that is none of ours has nothing to say."""
        try:
            return await self._thread.run(parse_event, event)
        except ValueError:
            return _NO_FIELDS

    async def _forward_preview(self, fields: Mapping[str, object]) -> None:
        """Pass a preview on; one that cannot be read, or comes while finished pictures wait to be, is only a preview less."""
        index = fields.get("partial_image_index")
        share = min(1.0, (index + 1) / (self._previews + 1)) if isinstance(index, int) and index >= 0 else None
        if self._thread.is_busy:
            await self._on_progress(Progress(share))
            return
        try:
            preview = await self._thread.run(decode_base64, str(fields.get("b64_json")))
        except ValueError:
            return
        await self._on_progress(Progress(share, preview))

    async def _note_usage(self, fields: Mapping[str, object]) -> None:
        usage = parse_usage(fields.get("usage"))
        if usage is not None:
            await self._on_usage(usage)

    def _translate_error_event(self, fields: Mapping[str, object]) -> PromptRefused | ProviderFailed:
        """Return what an error event means; once a preview has come, drawing had begun."""
        failure = translate_error_response(self._error_response(fields), self._service)
        if self._previews_seen and isinstance(failure, ProviderFailed):
            return self._outcome_unknown(f"after {self._previews_seen} previews: {failure}", fault=ProviderFault.OVERLOADED)
        return failure

    def _error_response(self, fields: Mapping[str, object]) -> ErrorResponse:
        return parse_error_body(fields, request_id=self._request_id)

    def _result(self, fields: Mapping[str, object]) -> ImageCallResult:
        return ImageCallResult(parse_image_response(fields), self._previews_seen, self._request_id)

    def _outcome_unknown(self, reason: str, *, fault: ProviderFault = ProviderFault.BAD_ANSWER) -> OutcomeUnknown:
        return OutcomeUnknown(self._service, reason, fault=fault, request_id=self._request_id)


def _is_final(kind: object, fields: Mapping[str, object]) -> bool:
    """Whether an event holds the picture: by its type, or without one by what it holds."""
    if kind in _COMPLETED:
        return True
    return not kind and "partial_image_index" not in fields and bool(parse_image_response(fields).pictures)
