"""Asks whether a body is read whole, and never more of it than it may be long or longer than it may take."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from starlette.requests import ClientDisconnect

from bot.adapters.shared.bodies import BodyRefused, read_body


class BodyInParts:
    """A body that comes in parts, and counts how many were taken."""

    def __init__(self, *parts: bytes, is_endless: bool = False) -> None:
        self._parts = parts
        self._is_endless = is_endless
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield one after the other."""
        for part in self._parts:
            self.taken += 1
            yield part
        if self._is_endless:
            await asyncio.Event().wait()


async def test_parts_are_put_together() -> None:
    """Up to the last byte that is allowed."""
    assert await read_body(BodyInParts(b"ab", b"", b"c"), largest=3) == b"abc"
    assert await read_body(BodyInParts(), largest=3) == b""


async def test_what_is_too_long_is_not_read_on() -> None:
    """However much follows."""
    parts = BodyInParts(b"ab", b"cd", b"ef")
    with pytest.raises(BodyRefused) as refused:
        await read_body(parts, largest=3)
    assert (refused.value.status, parts.taken) == (413, 2)


async def test_what_takes_too_long_is_not_waited_for() -> None:
    """Whatever came of it already."""
    with pytest.raises(BodyRefused) as refused:
        await read_body(BodyInParts(b"ab", is_endless=True), time_limit=timedelta(milliseconds=10))
    assert refused.value.status == 408


async def test_who_leaves_in_the_middle_is_no_fault_of_ours() -> None:
    """Nobody reads the answer; the log gets no traceback."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"ab"
        raise ClientDisconnect

    with pytest.raises(BodyRefused) as refused:
        await read_body(parts())
    assert refused.value.status == 400
