"""The object store of pictures."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.health import Finding

RAW_FOLDER = "raw"
"""Below it lie paid pictures as they came, each for the moments in which easel makes of it what was wished for."""

TRIAL_FOLDER = "trial"
"""Below it lie the small objects of check-ups, each for a moment. A check-up that is cut off leaves its own there."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What a store tells about an object without reading its bytes."""

    key: str
    modified_at: datetime
    size_bytes: int


class ObjectStore(Protocol):
    """Keeps bytes under keys.

    A key is 1-512 characters of `[a-z0-9._/-]`, without `//`, a `/` at an
    end, or a part that is `.` or `..`.
    """

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        """Keep `content` whole or not at all; the same key again replaces it.

        Raises:
            StorageFailed: The store is unreachable, full, or refuses the key.
        """
        ...

    async def get(self, key: str) -> bytes:
        """Return the object's bytes.

        Raises:
            ObjectMissing: Nothing is kept under the key.
            StorageFailed: The store is unreachable or refuses the key.
        """
        ...

    async def delete(self, key: str) -> None:
        """Delete the object; twice is no error.

        Raises:
            StorageFailed: The store is unreachable or refuses the key.
        """
        ...

    def list(self, folder: str, *, page: int) -> AsyncIterator[tuple[StoredObject, ...]]:
        """Return all objects whose keys begin with `folder` and a slash, up to `page` at a time, in any order.

        Files that no key leads to are left out. What is put or deleted
        meanwhile may be among them or not.

        Raises:
            StorageFailed: The store is unreachable or refuses the folder.
        """
        ...

    async def link(self, key: str, lasts: timedelta) -> str | None:
        """Return an address that anyone can fetch the object from for at least `lasts`, or None where only `get` can.

        Raises:
            StorageFailed: No address can be made for the key.
        """
        ...

    async def check(self) -> tuple[Finding, ...]:
        """Put, read back and delete a small object, and return what is wrong. Never raises."""
        ...
