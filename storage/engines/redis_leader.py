"""Leading one of many processes, by a lock in Redis. Importing this needs `easel[redis]`."""

import asyncio
import contextlib
from datetime import timedelta

import structlog
from redis.asyncio import Redis
from redis.exceptions import LockError, RedisError

log = structlog.get_logger(__name__)

_PATIENCE = timedelta(seconds=5)


class RedisLeaderLock:
    """Held by whoever took it first, as long as they renew it within a `lease`: that is what `run` is for."""

    def __init__(self, redis: Redis, name: str, lease: timedelta) -> None:
        self._lock = redis.lock(name, timeout=lease.total_seconds())
        self._lease = lease
        self._leads = False

    async def lead(self) -> bool:
        """Renew the lock, or take it if it is free. Where Redis is away, whoever asks leads."""
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                self._leads = await self._renew_or_take()
        except (RedisError, OSError) as error:  # a time-out is an OSError
            log.warning("leader.unknown", reason=str(error) or type(error).__name__)
            return True
        return self._leads

    async def run(self) -> None:
        """Stay the leader if this process is it, until cancelled; then let another lead at once."""
        try:
            while True:
                await asyncio.sleep(self._lease.total_seconds() / 3)
                if self._leads:
                    await self.lead()
        finally:
            await self._resign()

    async def _renew_or_take(self) -> bool:
        try:
            return bool(await self._lock.owned() and await self._lock.reacquire()) or await self._lock.acquire(blocking=False)
        except LockError:
            return False  # lost between the question and the renewal

    async def _resign(self) -> None:
        if self._leads:
            with contextlib.suppress(RedisError, OSError):
                async with asyncio.timeout(_PATIENCE.total_seconds()):
                    await self._lock.release()
