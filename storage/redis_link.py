"""A connection to Redis for what nobody may wait for long. Importing this needs `easel[redis]`."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Self, TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.errors import StorageFailed

log = structlog.get_logger(__name__)

T = TypeVar("T")

_PATIENCE = timedelta(seconds=2)
_MOST_CONNECTIONS = 1000
_PAUSE = timedelta(seconds=2)
"""How long Redis is left alone after it did not answer: what is said in chats waits for it once, not each time."""


class RedisLink:
    """Asks Redis for what nobody may wait for long. While Redis is away, that is said once, and it is asked rarely.

    Open it with `async with`.
    """

    def __init__(self, url: str, *, patience: timedelta = _PATIENCE) -> None:
        self._patience_s = patience.total_seconds()
        # One retry, for a connection that was closed because it was idle.
        self.redis: Any = Redis.from_url(  # its own types leave open what a command gives
            url, retry=Retry(NoBackoff(), 1), socket_connect_timeout=self._patience_s, max_connections=_MOST_CONNECTIONS
        )
        self._away_until = 0.0
        self._is_away: bool | None = None
        """None until it was asked: one that is not there when a process starts is the engine's to complain about."""

    async def __aenter__(self) -> Self:
        """Begin; nothing is connected yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of the connections."""
        with contextlib.suppress(RedisError, OSError):
            async with asyncio.timeout(self._patience_s):
                await self.redis.aclose()

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Return the answer.

        Raises:
            StorageFailed: There is none in time, or there was none a moment ago.
        """
        if _now() < self._away_until:
            raise StorageFailed("redis", "it did not answer a moment ago")
        try:
            async with asyncio.timeout(self._patience_s):
                answer = await question()
        except (RedisError, OSError) as error:  # a time-out is an OSError
            self._away_until = _now() + _PAUSE.total_seconds()
            reason = str(error) or type(error).__name__
            if self._is_away is False:
                log.warning("redis.away", reason=reason)
                self._is_away = True
            raise StorageFailed("redis", reason) from error
        if self._is_away:
            log.info("redis.back")
        self._is_away = False
        return answer


def _now() -> float:
    return asyncio.get_running_loop().time()
