"""An object store in memory, which can be down."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from bot.domain.health import Finding, Health
from bot.errors import ObjectMissing
from bot.ports.objects import StoredObject
from tests.fakes.clock import NOON
from tests.fakes.scripted_failures import ScriptedFailures


class MemoryObjects:
    """Keeps bytes in a dict. `trouble` makes its methods fail before they change anything."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.failures = ScriptedFailures()
        self.modified: dict[str, datetime] = {}
        """When objects were last put, where that matters; noon where nothing is said."""

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        """Keep the bytes."""
        self.failures.raise_next("put")
        self.objects[key] = (content, media_type)

    async def get(self, key: str) -> bytes:
        """Return the bytes back."""
        self.failures.raise_next("get")
        if key not in self.objects:
            raise ObjectMissing("memory", "nothing under that key")
        return self.objects[key][0]

    async def delete(self, key: str) -> None:
        """Forget the key."""
        self.failures.raise_next("delete")
        self.objects.pop(key, None)

    async def list(self, folder: str, *, page: int) -> AsyncIterator[tuple[StoredObject, ...]]:
        """List what was there at the beginning."""
        self.failures.raise_next("list")
        sizes = {key: len(content) for key, (content, _) in self.objects.items() if key.startswith(f"{folder}/")}
        found = [StoredObject(key, self.modified.get(key, NOON), size) for key, size in sizes.items()]
        for start in range(0, len(found), page):
            yield tuple(found[start : start + page])

    async def link(self, key: str, lasts: timedelta) -> str | None:
        """Return none: only `get` can fetch from here."""
        return None

    async def check(self) -> tuple[Finding, ...]:
        """Find everything well."""
        return (Finding("memory", Health.OK, "pictures are kept in memory"),)
