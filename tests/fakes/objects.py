"""An object store in memory, which can be down."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from bot.domain.health import Finding, Health
from bot.errors import ObjectMissing
from bot.ports.objects import StoredObject
from tests.fakes.clock import NOON
from tests.fakes.trouble import Trouble


class MemoryObjects:
    """Keeps bytes in a dict. `trouble` makes its methods fail before they change anything."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.trouble = Trouble()
        self.modified: dict[str, datetime] = {}
        """When objects were last put, where that matters; noon where nothing is said."""

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        """Keep the bytes."""
        self.trouble.strike("put")
        self.objects[key] = (content, media_type)

    async def get(self, key: str) -> bytes:
        """Give the bytes back."""
        self.trouble.strike("get")
        if key not in self.objects:
            raise ObjectMissing("memory", "nothing under that key")
        return self.objects[key][0]

    async def delete(self, key: str) -> None:
        """Forget the key."""
        self.trouble.strike("delete")
        self.objects.pop(key, None)

    async def list(self, folder: str, *, page: int) -> AsyncIterator[tuple[StoredObject, ...]]:
        """List what was there at the beginning."""
        self.trouble.strike("list")
        sizes = {key: len(content) for key, (content, _) in self.objects.items() if key.startswith(f"{folder}/")}
        found = [StoredObject(key, self.modified.get(key, NOON), size) for key, size in sizes.items()]
        for start in range(0, len(found), page):
            yield tuple(found[start : start + page])

    async def link(self, key: str, lasts: timedelta) -> str | None:
        """Give none: only `get` can fetch from here."""
        return None

    async def check(self) -> tuple[Finding, ...]:
        """Find everything well."""
        return (Finding("memory", Health.OK, "pictures are kept in memory"),)
