"""Waiting for a rate limiter, in order of arrival."""

import asyncio
from weakref import WeakValueDictionary

from bot.ports.rate_limiter import Rate, RateLimiter


class _Line:
    """Those of this process who wait for one key."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0


class Turns:
    """Has whoever wants to do something wait until the rate of its key allows it. Who gives up takes nobody's turn."""

    def __init__(self, rate_limiter: RateLimiter) -> None:
        self._rate_limiter = rate_limiter
        self._lines: WeakValueDictionary[str, _Line] = WeakValueDictionary()

    async def acquire(self, key: str, rate: Rate) -> None:
        """Wait until it may be done, and count it."""
        line = self._lines.setdefault(key, _Line())
        line.waiting += 1
        try:
            async with line.lock:
                while pause := (await self._rate_limiter.try_acquire(key, rate)).total_seconds():  # noqa: ASYNC110 - other processes take turns too
                    await asyncio.sleep(pause)
        finally:
            line.waiting -= 1

    def has_waiting(self, key: str) -> bool:
        """Whether anybody of this process waits for the key."""
        line = self._lines.get(key)
        return line is not None and line.waiting > 0
