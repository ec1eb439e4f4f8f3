"""How fakes of platforms say that something has changed, and how one waits for it, with a deadline."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_POLL_SECONDS = 0.02
"""Seconds. What the fake knows wakes a waiter at once; what only the bot knows is looked at this often."""


class NotSeen(AssertionError):
    """What was waited for did not happen in time, or a real client would not have offered it."""


class FakeChanges:
    """Tells waiters that something has changed."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def notify(self) -> None:
        """Wake everybody who waits."""
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, look: Callable[[], T | None], *, within: float, what: str) -> T:
        """Wait until `look` gives something that counts as true, and give that.

        The seconds are counted by looks and not by the clock: on a machine that
        lets nobody run for a while, none of them pass.

        Raises:
            NotSeen: `within` seconds have passed; `what` says what was missing.
        """
        left = within / _POLL_SECONDS
        while not (found := look()):
            if left <= 0:
                raise NotSeen(f"not within {within:g} s: {what}")
            left -= 0.1 if await self._a_change() else 1
        return found

    async def next(self) -> None:
        """Wait for the next change, whatever it is."""
        await self._next.wait()

    async def _a_change(self) -> bool:
        """Wait for the next change for one look's time; say whether there was one."""
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await self._next.wait()
        except TimeoutError:
            return False
        return True
