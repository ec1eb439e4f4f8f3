"""Whether docket's queues have a worker, by the signs of life that it writes into Redis. Importing this needs `easel[redis]`."""

import asyncio
from datetime import timedelta
from typing import Any

from docket import Docket
from redis.exceptions import RedisError

_HEARD_FROM = timedelta(minutes=1)
"""Who said nothing for so long works no more; workers say something every few seconds, and when they stop."""

_REMEMBERED_FOR = timedelta(seconds=3)
_PATIENCE = timedelta(seconds=2)


async def has_worker(redis: Any, queue: str) -> bool:
    """Return whether a worker of the queue has been heard from of late; that is one round trip."""
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.time()
        pipeline.zrange(f"{queue}:workers", 0, 0, desc=True, withscores=True)
        (now, _), newest = await pipeline.execute()
    return any(heard_at >= now - _HEARD_FROM.total_seconds() for _, heard_at in newest)


class QueueWorkers:
    """Answers for a few seconds from memory, so that of many wishes hardly any waits for Redis."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, bool | None]] = {}

    async def has_worker(self, docket: Docket) -> bool | None:
        """Return whether the queue has a worker, or None while Redis does not say."""
        now = asyncio.get_running_loop().time()
        asked_at, known = self._known.get(docket.name, (None, None))
        if asked_at is None or now - asked_at >= _REMEMBERED_FOR.total_seconds():
            known = await _ask(docket)
            self._known[docket.name] = (now, known)
        return known


async def _ask(docket: Docket) -> bool | None:
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()), docket.redis() as redis:
            return await has_worker(redis, docket.name)
    except (RedisError, OSError):  # a time-out is an OSError
        return None
