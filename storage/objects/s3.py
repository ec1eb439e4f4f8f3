"""Pictures in S3, or in a store that speaks like it. Importing this needs nothing; using it needs `easel[s3]`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.domain.health import Finding, Health
from bot.errors import ConfigError, StorageFailed
from bot.ports.objects import StoredObject
from storage.objects.object_keys import SUBJECT
from storage.objects.s3_address import S3Address

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from storage.objects.s3_bucket import Bucket

__all__ = ["S3Address", "S3Objects"]

_PATIENCE = timedelta(seconds=60)


class S3Objects:
    """Keeps each object in a bucket, over one client that is opened once and shared.

    `open` it where its failures are wanted early, or use `async with`; else
    the first use opens it. Whoever used it calls `close`. `patience` is the
    longest that one call takes, all its attempts together.
    """

    def __init__(self, address: S3Address, *, patience: timedelta = _PATIENCE) -> None:
        self._address = address
        self._patience = patience
        self._lock = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._bucket: Bucket | None = None

    async def open(self) -> None:
        """Make the client ready; again changes nothing. No call goes to the store yet: that is what `check` is for.

        Raises:
            ConfigError: `easel[s3]` is not installed, or boto does not take the endpoint.
            StorageFailed: The machine's own AWS settings are broken, or its role was not told in time.
        """
        await self._ensure_open()

    async def close(self) -> None:
        """Let go of the connections; twice is no error, and a later use opens again."""
        async with self._lock:
            self._bucket = None
            await self._stack.aclose()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        """Keep `content` whole or not at all; it is sent with `media_type`, and as something that never changes."""
        await (await self._ensure_open()).put(key, content, media_type)

    async def get(self, key: str) -> bytes:
        """Return the bytes back."""
        return await (await self._ensure_open()).get(key)

    async def delete(self, key: str) -> None:
        """Forget the key."""
        await (await self._ensure_open()).delete(key)

    async def list(self, folder: str, *, page: int) -> AsyncIterator[tuple[StoredObject, ...]]:
        """Yield the objects below the folder."""
        bucket = await self._ensure_open()
        async for objects in bucket.list(folder, page=page):
            yield objects

    async def link(self, key: str, lasts: timedelta) -> str | None:
        """Return the public address, else one that is signed for `lasts`, at most 7 days; None with `redirects` off."""
        return await (await self._ensure_open()).link(key, lasts)

    async def check(self) -> tuple[Finding, ...]:
        """Put, read back and delete a small object."""
        try:
            bucket = await self._ensure_open()
        except ConfigError as error:
            return (Finding(SUBJECT, Health.WRONG, f"The store {self._address} cannot be used.", error.user_text),)
        except StorageFailed:
            text = f"The store {self._address} cannot be used: this machine's AWS settings or role gave no credentials in time."
            return (Finding(SUBJECT, Health.WRONG, text, "Set the S3 access key and secret key, or mend those settings."),)
        return await bucket.check()

    async def _ensure_open(self) -> "Bucket":
        if self._bucket is None:
            async with self._lock:
                if self._bucket is None:
                    self._bucket = await self._open()
        return self._bucket

    async def _open(self) -> "Bucket":
        try:
            # The import reads many files: the loop has better things to do.
            open_bucket = await asyncio.to_thread(_import_bucket)
        except ModuleNotFoundError as error:
            raise ConfigError("Pictures are to be kept in S3, which needs more packages: pip install easel[s3].") from error
        return await self._stack.enter_async_context(open_bucket(self._address, self._patience))


def _import_bucket() -> "Callable[[S3Address, timedelta], AbstractAsyncContextManager[Bucket]]":
    from storage.objects.s3_bucket import open_bucket  # noqa: PLC0415 - boto is slow to load, and only for those who use S3

    return open_bucket
