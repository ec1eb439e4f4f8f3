"""Rates and locks of a house in many processes, kept in Redis. Importing this needs `easel[redis]`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from redis.exceptions import LockError

from bot.errors import StorageFailed
from bot.ports.rate_limiter import Locks, Rate, RateLimiter, Usage
from storage.redis_link import RedisLink

_LONGEST_WAIT = timedelta(seconds=5)
_LONGEST_HOLD = timedelta(seconds=4)
"""Less than anybody waits: a lock that a killed process left is taken over by the first who waits, and not waited for by each."""

_LOOK_EVERY = timedelta(milliseconds=20)
_MICROSECOND = timedelta(microseconds=1)
_NOTHING = timedelta()

_COUNT = """
local parts = redis.call('TIME')
local now = parts[1] * 1000000 + parts[2]
local most, within = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - within)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf')
local used, wait = redis.call('ZCARD', KEYS[1]), 0
if used >= most then
  wait = redis.call('ZRANGE', KEYS[1], -most, -most, 'WITHSCORES')[2] + within - now
end
wait = math.max(wait, redis.call('PTTL', KEYS[2]) * 1000)
if wait == 0 and ARGV[3] == '1' then
  redis.call('ZADD', KEYS[1], now, string.format('%.0f-%d', now, used))
  redis.call('PEXPIRE', KEYS[1], math.ceil(within / 1000))
end
return {used, wait}
"""
"""By Redis's own clock, so that machines need not agree about the time. A use is its microsecond, and which one in it."""

_BLOCK = """
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], 1, 'PX', ARGV[1]) end
"""


class RedisRateLimiter:
    """Implements `bot.ports.rate_limiter.RateLimiter` for all processes of one prefix; `alone` counts while Redis is away."""

    def __init__(self, link: RedisLink, *, prefix: str, alone: RateLimiter) -> None:
        self._link = link
        self._prefix = prefix
        self._alone = alone
        self._count = link.redis.register_script(_COUNT)
        self._block = link.redis.register_script(_BLOCK)

    async def try_acquire(self, key: str, rate: Rate) -> timedelta:
        """Count a use if there is room."""
        try:
            return (await self._ask(key, rate, counts=True)).wait
        except StorageFailed:
            return await self._alone.try_acquire(key, rate)

    async def usage(self, key: str, rate: Rate) -> Usage:
        """Return the uses of the span, and count none."""
        try:
            return await self._ask(key, rate, counts=False)
        except StorageFailed:
            return await self._alone.usage(key, rate)

    async def block(self, key: str, duration: timedelta) -> None:
        """Block the key for all processes, and in this one's own limiter too, which counts should Redis go away."""
        await self._alone.block(key, duration)
        milliseconds = duration // timedelta(milliseconds=1)
        if milliseconds > 0:
            with contextlib.suppress(StorageFailed):
                await self._link.ask(lambda: self._block(keys=[self._block_key(key)], args=[milliseconds]))

    async def _ask(self, key: str, rate: Rate, *, counts: bool) -> Usage:
        keys = [f"{self._prefix}:rate:{key}", self._block_key(key)]
        arguments = [rate.most, rate.within // _MICROSECOND, int(counts)]
        used, wait = await self._link.ask(lambda: self._count(keys=keys, args=arguments))
        return Usage(used, wait * _MICROSECOND)

    def _block_key(self, key: str) -> str:
        return f"{self._prefix}:block:{key}"


class RedisLocks:
    """Implements `bot.ports.rate_limiter.Locks` for all processes of one prefix. `alone` keeps this one's in their order."""

    def __init__(self, link: RedisLink, *, prefix: str, alone: Locks) -> None:
        self._link = link
        self._prefix = prefix
        self._alone = alone

    @asynccontextmanager
    async def lock(self, key: str) -> AsyncIterator[None]:
        """Hold it here first, so that at most one of each process asks for it in Redis."""
        async with self._alone.lock(key):
            lock = self._link.redis.lock(f"{self._prefix}:lock:{key}", timeout=_LONGEST_HOLD.total_seconds())
            is_held = await self._acquire(lock)
            try:
                yield
            finally:
                if is_held:
                    with contextlib.suppress(StorageFailed):
                        await self._link.ask(lambda: _release(lock))

    async def _acquire(self, lock: Any) -> bool:
        """Wait for the process that holds the lock. If that takes too long, its holder was killed or Redis is away."""
        until = _now() + _LONGEST_WAIT.total_seconds()
        while _now() < until:
            try:
                if await self._link.ask(lambda: lock.acquire(blocking=False)):
                    return True
            except StorageFailed:
                return False
            await asyncio.sleep(_LOOK_EVERY.total_seconds())
        return False


async def _release(lock: Any) -> None:
    with contextlib.suppress(LockError):  # held for longer than may be, so that it is somebody else's by now
        await lock.release()


def _now() -> float:
    return asyncio.get_running_loop().time()
