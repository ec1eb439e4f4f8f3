"""Asks whether a body is read whole, and never more of it than it may be long."""

from collections.abc import AsyncIterator

from bot.services.bodies import whole


class Parts:
    """A body that comes in parts, and counts how many were taken."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = parts
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give one after the other."""
        for part in self._parts:
            self.taken += 1
            yield part


async def test_parts_are_put_together() -> None:
    """Up to the last byte that is allowed."""
    assert await whole(Parts(b"ab", b"", b"c"), 3) == b"abc"
    assert await whole(Parts(), 3) == b""


async def test_what_is_too_long_is_not_read_on() -> None:
    """However much follows."""
    parts = Parts(b"ab", b"cd", b"ef")
    assert await whole(parts, 3) is None
    assert parts.taken == 2
