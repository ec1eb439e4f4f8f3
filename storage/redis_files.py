"""Small files that processes share in Redis. Importing this needs `easel[redis]`."""

from contextlib import suppress
from datetime import timedelta

from bot.errors import StorageFailed
from storage.redis_link import RedisLink

_LIFETIME = timedelta(hours=1)
_MOST_BYTES = 4 * 1024 * 1024
"""What is larger is not shared: Redis keeps everything in memory."""


class RedisFiles:
    """Implements `bot.ports.shared_files.SharedFiles` for all processes of one prefix."""

    def __init__(self, link: RedisLink, *, prefix: str) -> None:
        self._link = link
        self._prefix = prefix

    async def keep(self, name: str, content: bytes) -> None:
        """Store the file, if Redis is there and the file is small enough."""
        if len(content) <= _MOST_BYTES:
            with suppress(StorageFailed):
                await self._link.ask(lambda: self._link.redis.set(self._key(name), content, ex=_LIFETIME))

    async def get(self, name: str) -> bytes | None:
        """Return the file, if Redis is there and has it."""
        content: bytes | None = None
        with suppress(StorageFailed):
            content = await self._link.ask(lambda: self._link.redis.get(self._key(name)))
        return content

    def _key(self, name: str) -> str:
        return f"{self._prefix}:file:{name}"
