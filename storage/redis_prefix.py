"""Whether the keys of one prefix in Redis are those of one house. Importing this needs `easel[redis]`."""

import asyncio
import contextlib
from datetime import timedelta

import structlog

from bot.errors import StorageFailed
from storage.redis_link import RedisLink

log = structlog.get_logger(__name__)

_LEASE = timedelta(seconds=20)
_RENEW_EVERY = timedelta(seconds=5)

_CLAIM = """
local owner = redis.call('GET', KEYS[1])
if not owner or owner == ARGV[1] then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1 end
return 0
"""


class RedisPrefix:
    """Claims a prefix for the house with the database `deployment`, for all processes of it, while one of them runs.

    Two houses with one prefix would take each other's jobs, which neither finds
    in its own database.
    """

    def __init__(self, link: RedisLink, *, prefix: str, deployment: str) -> None:
        self._link = link
        self._key = f"{prefix}:deployment"
        self._deployment = deployment
        self._claim = link.redis.register_script(_CLAIM)
        self._is_shared = False

    async def claim(self) -> bool:
        """Return whether the prefix is this house's: it was, or from now on because it was nobody's.

        Raises:
            StorageFailed: Redis is away.
        """
        arguments = [self._deployment, _LEASE // timedelta(milliseconds=1)]
        is_ours = bool(await self._link.ask(lambda: self._claim(keys=[self._key], args=arguments)))
        if not is_ours and not self._is_shared:
            log.error("redis.prefix_shared", key=self._key)
        self._is_shared = not is_ours
        return is_ours

    async def run(self) -> None:
        """Renew the claim until cancelled. So it is known, and logged, how Redis is, also while nobody needs it."""
        while True:
            with contextlib.suppress(StorageFailed):
                await self.claim()
            await asyncio.sleep(_RENEW_EVERY.total_seconds())
