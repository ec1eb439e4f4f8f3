"""Small files that all processes of a house have for a while."""

from typing import Protocol


class SharedFiles(Protocol):
    """Keeps files by name, for about an hour. Nothing here ever raises: while processes cannot share, nothing is kept."""

    async def keep(self, name: str, content: bytes) -> None:
        """Have every process find the file from now on."""
        ...

    async def get(self, name: str) -> bytes | None:
        """Return what is kept under the name, if anything is."""
        ...
