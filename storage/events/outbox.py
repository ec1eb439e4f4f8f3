"""What waits to be sent to other processes."""

import asyncio
from collections import deque

_MOST_BYTES = 16 * 1024 * 1024


class Outbox:
    """Keeps messages in their order, up to a number of bytes. What was lost is followed by one message that says so."""

    def __init__(self, loss: bytes, most_bytes: int = _MOST_BYTES) -> None:
        self._loss = loss
        self._most_bytes = most_bytes
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._has_some = asyncio.Event()
        self._is_empty = asyncio.Event()
        self._is_empty.set()

    def add(self, message: bytes) -> None:
        """Keep a message; where there is no room for it, everything that waits is lost."""
        if self._size + len(message) > self._most_bytes:
            self.lose()
        self._append(message)

    def lose(self) -> None:
        """Drop what waits, and what was taken and not sent."""
        self._waiting.clear()
        self._size = 0
        self._append(self._loss)

    async def take(self) -> bytes:
        """Return the next message when there is one."""
        await self._has_some.wait()
        message = self._waiting.popleft()
        self._size -= len(message)
        if not self._waiting:
            self._has_some.clear()
        return message

    def note_sent(self) -> None:
        """Note that the message that `take` returned is sent."""
        if not self._waiting:
            self._is_empty.set()

    async def wait_until_sent(self) -> None:
        """Wait until the outbox is empty."""
        await self._is_empty.wait()

    def _append(self, message: bytes) -> None:
        self._waiting.append(message)
        self._size += len(message)
        self._has_some.set()
        self._is_empty.clear()
