"""Waiting for a rate limiter, in order of arrival."""

import asyncio
from weakref import WeakValueDictionary

from bot.ports.rate_limiter import Rate, RateLimiter


class _Waiters:
    """The waiters of this process for one key."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.count = 0


class RateLimitQueue:
    """Has callers wait, in their order, until the rate of their key allows a use. A caller that gives up uses no turn."""

    def __init__(self, rate_limiter: RateLimiter) -> None:
        self._rate_limiter = rate_limiter
        self._waiters: WeakValueDictionary[str, _Waiters] = WeakValueDictionary()

    async def acquire(self, key: str, rate: Rate) -> None:
        """Wait until it may be done, and count it."""
        waiters = self._waiters.setdefault(key, _Waiters())
        waiters.count += 1
        try:
            async with waiters.lock:
                while pause := (await self._rate_limiter.try_acquire(key, rate)).total_seconds():  # noqa: ASYNC110 - other processes take turns too
                    await asyncio.sleep(pause)
        finally:
            waiters.count -= 1

    def has_waiting(self, key: str) -> bool:
        """Whether anybody of this process waits for the key."""
        waiters = self._waiters.get(key)
        return waiters is not None and waiters.count > 0
