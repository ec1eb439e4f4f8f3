"""Discord takes one IDENTIFY in five seconds, from all processes of a bot together."""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bot.adapters.shared.rate_limit_queue import RateLimitQueue
from bot.ports.clock import Clock
from bot.ports.rate_limiter import Rate, RateLimiter

_INTERVAL_S = 5.5
"""Seconds. Discord counts its five when an IDENTIFY arrives, and one may be longer on its way than the next."""

_RETRY_AFTER_S = 0.1
_CLOCK_TOLERANCE_S = 0.01
"""What the file's time may lie ahead of ours; one that lies further ahead was written by a clock that was wrong."""


class IdentifyLimiter:
    """Limits IDENTIFY over all processes that share the rate limiter, and in any case over those of this machine.

    The latter share a file that holds the time of the last one: it is all that
    is left where processes share no rate limiter, or restart too often to remember.
    """

    def __init__(self, path: Path, clock: Clock, rate_limiter: RateLimiter) -> None:
        self._path = path
        self._clock = clock
        self._limit_queue = RateLimitQueue(rate_limiter)

    async def acquire(self, bucket: int = 0) -> None:
        """Wait until an IDENTIFY of a bucket may be sent, and note that one is. Large bots have several, side by side."""
        path = self._path.with_name(f"{self._path.name}.{bucket}") if bucket else self._path
        while (pause := self._try_acquire(path)) > 0:  # noqa: ASYNC110 - other processes take turns too
            await asyncio.sleep(min(pause, _INTERVAL_S))
        # Last, because it is this one that other machines go by.
        await self._limit_queue.acquire(f"discord:identify:{bucket}", Rate(1, timedelta(seconds=_INTERVAL_S)))

    def _try_acquire(self, path: Path) -> float:
        """Take the slot, or return the seconds until another try is worth it. Quick: the file is never held for long."""
        with _lock_file(path) as file:
            if file is None:
                return _RETRY_AFTER_S
            newest = _read_time(file)
            now = self._clock.now().timestamp()
            left = newest + _INTERVAL_S - now
            if 0 < left <= _INTERVAL_S + _CLOCK_TOLERANCE_S:
                return left
            os.ftruncate(file, 0)
            os.pwrite(file, f"{now:.3f}".encode(), 0)
            return 0.0


@contextlib.contextmanager
def _lock_file(path: Path) -> Iterator[int | None]:
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        yield None
        return
    try:
        yield file
    finally:
        os.close(file)


def _read_time(file: int) -> float:
    try:
        return float(os.pread(file, 32, 0))
    except ValueError:
        return 0.0
