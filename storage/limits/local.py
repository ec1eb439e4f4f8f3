"""Rates and locks of a house in one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.ports.clock import Clock
from bot.ports.rate_limiter import Rate, Usage

_SWEEP_EVERY = timedelta(minutes=1)
_NOTHING = timedelta()


@dataclass(slots=True)
class _Window:
    """When one key was used, oldest first, and from when until when it is blocked."""

    within: timedelta = _NOTHING
    uses: list[datetime] = field(default_factory=list)
    block: tuple[datetime, datetime] | None = None

    def forget(self, now: datetime) -> None:
        """Forget what is over, and what lies in the future: that comes from a clock that was set back."""
        self.uses = [at for at in self.uses if now - self.within < at <= now]
        if self.block is not None and not self.block[0] <= now < self.block[1]:
            self.block = None

    @property
    def is_idle(self) -> bool:
        """Return whether forgetting it would change nothing."""
        return not self.uses and self.block is None


class LocalRateLimiter:
    """Implements `bot.ports.rate_limiter.RateLimiter`. What is over is forgotten once a minute, however many keys there are."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}
        self._swept_at = clock.now()

    async def try_acquire(self, key: str, rate: Rate) -> timedelta:
        """Count the uses in the span that ends now, and add one if there is room."""
        usage = await self.usage(key, rate)
        if usage.wait <= _NOTHING:
            self._windows.setdefault(key, _Window(rate.within)).uses.append(self._clock.now())
        return usage.wait

    async def usage(self, key: str, rate: Rate) -> Usage:
        """Return the uses in the span that ends now."""
        now = self._clock.now()
        self._sweep(now)
        window = self._windows.get(key)
        if window is None:
            return Usage(0, _NOTHING)
        window.within = rate.within
        window.forget(now)
        wait = window.uses[-rate.most] + rate.within - now if len(window.uses) >= rate.most else _NOTHING
        return Usage(len(window.uses), wait if window.block is None else max(wait, window.block[1] - now))

    async def block(self, key: str, duration: timedelta) -> None:
        """Block the key until then, unless it is blocked for longer."""
        now = self._clock.now()
        window = self._windows.setdefault(key, _Window())
        if window.block is None or window.block[1] < now + duration:
            window.block = (now, now + duration)

    def _sweep(self, now: datetime) -> None:
        if _NOTHING <= now - self._swept_at < _SWEEP_EVERY:
            return
        self._swept_at = now
        for window in self._windows.values():
            window.forget(now)
        self._windows = {key: window for key, window in self._windows.items() if not window.is_idle}


class LocalLocks:
    """Implements `bot.ports.rate_limiter.Locks` in this process. A lock is forgotten when nobody waits for it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def lock(self, key: str) -> AsyncIterator[None]:
        """Hold the key's lock while the body runs."""
        lock = self._locks.get(key) or asyncio.Lock()
        self._locks[key] = lock
        async with lock:
            yield
