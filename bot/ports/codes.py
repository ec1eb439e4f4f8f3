"""Codes that open something once, and only for a while."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Purpose(StrEnum):
    """What a code is for; one that was made for something else opens nothing."""

    LINK = "link"
    INSTALL = "install"
    EXPORT = "export"
    MODERATION_LINK = "moderation-link"
    MODERATION_SESSION = "moderation-session"
    PART_LINK = "part-link"
    PART_SESSION = "part-session"
    DESCRIPTION = "description"


class Codes(Protocol):
    """Keeps codes by their hash, so that a reader of the table can use none. All methods may raise `StorageFailed`."""

    async def issue(self, purpose: Purpose, code_hash: str, holder: str, expires_at: datetime) -> None:
        """Write a code down; earlier ones of the same holder and purpose stop working. An empty holder keeps them all."""
        ...

    async def redeem(self, purpose: Purpose, code_hash: str) -> str | None:
        """Return the holder, once: the same code opens nothing a second time, nor after it has expired."""
        ...

    async def find(self, purpose: Purpose, code_hash: str) -> str | None:
        """Return the holder of a code that has not expired, and leave it as it is."""
        ...
