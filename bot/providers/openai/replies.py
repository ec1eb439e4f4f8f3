"""Reads what an image call answered: a whole answer or a stream, whatever it is labelled, and as tolerantly as it can."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.domain.images import Progress
from bot.errors import OutcomeUnknown, PromptRefused, ProviderFailed, ProviderFault
from bot.ports.images import OnProgress
from bot.providers.openai.answers import Answer, Usage, parse, read_answer, read_usage
from bot.providers.openai.base64s import decode
from bot.providers.openai.complaints import Complaint, read_complaint
from bot.providers.openai.errors import judge
from bot.providers.openai.streams import EventSplitter, Line, parse_event

P = TypeVar("P")
T = TypeVar("T")

_OK = 200
_BLANK = b" \t\r\n\xef\xbb\xbf"
_NOT_AN_EVENT: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer, how many previews came before it, and the service's id of it."""

    answer: Answer
    previews: int
    request_id: str | None


class Desk:
    """Does work of megabytes in a thread, one thing at a time: threads that compute side by side would starve the event loop."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    @property
    def is_busy(self) -> bool:
        """Whether somebody's work is being done."""
        return self._lock.locked()

    async def work(self, work: Callable[[P], T], argument: P) -> T:
        """Do it."""
        async with self._lock:
            return await asyncio.to_thread(work, argument)


class ReplyReader:
    """Reads one reply. `previews` is how many were asked for, and `largest` how many bytes it may have."""

    def __init__(
        self,
        service: str,
        desk: Desk,
        *,
        request_id: str | None,
        previews: int,
        largest: int,
        on_progress: OnProgress,
        on_usage: Callable[[Usage], Awaitable[None]],
    ) -> None:
        self._service = service
        self._desk = desk
        self._request_id = request_id
        self._previews = previews
        self._largest = largest
        self._on_progress = on_progress
        self._on_usage = on_usage
        self._seen = 0

    async def read(self, stream: AsyncIterator[bytes]) -> Reply:
        """Give the reply; a body that begins like a JSON object is a whole answer, whatever its label says.

        Raises:
            PromptRefused: It is a refusal.
            OutcomeUnknown: It cannot be read, or does not say what became of the drawing.
            ProviderFailed: It is another error.
        """
        async with aclosing(self._bounded(stream)) as pieces:
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
            return await self._follow(head, pieces)

    async def _bounded(self, stream: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        length = 0
        async for piece in stream:
            length += len(piece)
            if length > self._largest:
                raise self._unknown(f"an answer of more than {self._largest} bytes")
            yield piece

    async def _read_whole(self, body: bytes) -> Reply:
        try:
            fields = await self._desk.work(parse, body)
        except ValueError as error:
            raise self._unknown(f"an answer that is {error}") from error
        await self._note_usage(fields)
        if fields.get("error"):
            raise judge(replace(self._complaint(fields), status=_OK), self._service)
        return self._reply(fields)

    async def _follow(self, head: bytes, pieces: AsyncIterator[bytes]) -> Reply:
        """Read events until the picture comes; nothing after it can spoil it, so nothing after it is read."""
        async with aclosing(self._events(head, pieces)) as events:
            async for event in events:
                fields = await self._read_event(event)
                kind = fields.get("type")
                if _is_final(kind, fields):
                    await self._note_usage(fields)
                    return self._reply(fields)
                if kind == "image_generation.partial_image":
                    self._seen += 1
                    await self._show(fields)
                elif kind == "error" or fields.get("error"):
                    await self._note_usage(fields)
                    raise self._judge_midway(fields)
        raise self._unknown("the stream ended before the picture", fault=ProviderFault.UNREACHABLE)

    async def _events(self, head: bytes, pieces: AsyncIterator[bytes]) -> AsyncGenerator[list[Line]]:
        splitter = EventSplitter()
        for event in splitter.feed(head):
            yield event
        async for piece in pieces:
            for event in splitter.feed(piece):
                yield event
        for event in splitter.rest():
            yield event

    async def _read_event(self, event: list[Line]) -> Mapping[str, object]:
        """Give an event's fields; one that is none of ours has nothing to say."""
        try:
            return await self._desk.work(parse_event, event)
        except ValueError:
            return _NOT_AN_EVENT

    async def _show(self, fields: Mapping[str, object]) -> None:
        """Pass a preview on; one that cannot be read, or comes while finished pictures wait to be, is only a preview less."""
        index = fields.get("partial_image_index")
        share = min(1.0, (index + 1) / (self._previews + 1)) if isinstance(index, int) and index >= 0 else None
        if self._desk.is_busy:
            await self._on_progress(Progress(share))
            return
        try:
            preview = await self._desk.work(decode, str(fields.get("b64_json")))
        except ValueError:
            return
        await self._on_progress(Progress(share, preview))

    async def _note_usage(self, fields: Mapping[str, object]) -> None:
        usage = read_usage(fields.get("usage"))
        if usage is not None:
            await self._on_usage(usage)

    def _judge_midway(self, fields: Mapping[str, object]) -> PromptRefused | ProviderFailed:
        """Say what an error event means; once a preview has come, drawing had begun."""
        failure = judge(self._complaint(fields), self._service)
        if self._seen and isinstance(failure, ProviderFailed):
            return self._unknown(f"after {self._seen} previews: {failure}", fault=ProviderFault.OVERLOADED)
        return failure

    def _complaint(self, fields: Mapping[str, object]) -> Complaint:
        return read_complaint(fields, request_id=self._request_id)

    def _reply(self, fields: Mapping[str, object]) -> Reply:
        return Reply(read_answer(fields), self._seen, self._request_id)

    def _unknown(self, reason: str, *, fault: ProviderFault = ProviderFault.BAD_ANSWER) -> OutcomeUnknown:
        return OutcomeUnknown(self._service, reason, fault=fault, request_id=self._request_id)


def _is_final(kind: object, fields: Mapping[str, object]) -> bool:
    """Whether an event holds the picture: by its type, or without one by what it holds."""
    if kind == "image_generation.completed":
        return True
    return not kind and "partial_image_index" not in fields and bool(read_answer(fields).pictures)
