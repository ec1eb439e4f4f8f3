"""Which rate limiters and locks are asked, and how time passes for each."""

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol

import pytest

from bot.ports.rate_limiter import Locks, RateLimiter
from storage.limits.local import LocalLocks, LocalRateLimiter
from tests.fakes.clock import StoppedClock
from tests.fakes.redis import RedisServer

LIMITERS = ["local", pytest.param("redis", marks=pytest.mark.needs("redis"))]
"""Every implementation; a new one is added here, with a stage, and passes all of it."""

_numbers = itertools.count()


class LimitsStage(Protocol):
    """A rate limiter and locks for each of two processes: with nothing to share, both are one process's."""

    limiters: tuple[RateLimiter, RateLimiter]
    locks: tuple[Locks, Locks]

    async def move(self, by: timedelta) -> None:
        """Let so much time pass; but for this it hardly does."""
        ...


class LocalLimitsStage:
    """One process, for which time stands still."""

    def __init__(self) -> None:
        self._clock = StoppedClock()
        limiter, locks = LocalRateLimiter(self._clock), LocalLocks()
        self.limiters: tuple[RateLimiter, RateLimiter] = (limiter, limiter)
        self.locks: tuple[Locks, Locks] = (locks, locks)

    async def move(self, by: timedelta) -> None:
        """Move the clock."""
        self._clock.move(by)


class RedisStage:
    """Two processes at one Redis. Time is moved by moving what is counted there: a script goes by Redis's own clock."""

    def __init__(self, redis: Any, prefix: str, limiters: tuple[RateLimiter, RateLimiter], locks: tuple[Locks, Locks]) -> None:
        self._redis = redis
        self._prefix = prefix
        self.limiters = limiters
        self.locks = locks

    async def move(self, by: timedelta) -> None:
        """Have all that was counted be older, and all that ends end sooner."""
        for key in await self._redis.keys(f"{self._prefix}:*"):
            if key.startswith(f"{self._prefix}:rate:".encode()):
                for use, at in await self._redis.zrange(key, 0, -1, withscores=True):
                    await self._redis.zadd(key, {use: at - by // timedelta(microseconds=1)})
            left = await self._redis.pttl(key) - by // timedelta(milliseconds=1)
            await (self._redis.pexpire(key, left) if left > 0 else self._redis.delete(key))


@asynccontextmanager
async def redis_stage(redis: RedisServer, patience: timedelta = timedelta(minutes=1)) -> AsyncIterator[RedisStage]:
    """Open a stage at that Redis."""
    from storage.limits.redis import RedisLocks, RedisRateLimiter  # noqa: PLC0415 - tests that need it are skipped without it
    from storage.redis_link import RedisLink  # noqa: PLC0415 - as above

    prefix, clock = f"limits{next(_numbers)}", StoppedClock()
    async with AsyncExitStack() as stack:
        links = [await stack.enter_async_context(RedisLink(redis.url, patience=patience)) for _ in range(2)]
        one, two = (RedisRateLimiter(link, prefix=prefix, alone=LocalRateLimiter(clock)) for link in links)
        first, second = (RedisLocks(link, prefix=prefix, alone=LocalLocks()) for link in links)
        yield RedisStage(links[0].redis, prefix, (one, two), (first, second))


@pytest.fixture(params=LIMITERS)
async def limits_stage(request: pytest.FixtureRequest) -> AsyncIterator[LimitsStage]:
    """Open each in turn."""
    if request.param == "local":
        yield LocalLimitsStage()
        return
    async with redis_stage(request.getfixturevalue("redis")) as stage:
        yield stage
