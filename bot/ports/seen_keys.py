"""Idempotency keys of events and warnings."""

from typing import Protocol


class SeenKeys(Protocol):
    """Remembers for good what has happened: a webhook's event, a warning. May raise `StorageFailed`."""

    async def add_if_new(self, key: str) -> bool:
        """Add the key, and return whether it is new."""
        ...

    async def is_seen(self, key: str) -> bool:
        """Return whether the key was added."""
        ...

    async def forget(self, key: str) -> None:
        """Forget the key: what it stood for did not work out and may come again."""
        ...
