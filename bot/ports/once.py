"""Idempotency keys of events and warnings."""

from typing import Protocol


class Once(Protocol):
    """Remembers for good what has happened: a webhook's event, a warning. May raise `StorageFailed`."""

    async def first(self, key: str) -> bool:
        """Whether nobody has said this key before; from now on somebody has."""
        ...

    async def again(self, key: str) -> None:
        """Forget the key: what it stood for did not work out and may come again."""
        ...
