"""The web page's own channel: messages that outlive the process."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMessage:
    """One message as the page shows it. `body` is the surface's own JSON; `version` grows with every change in the channel."""

    id: str
    channel: str
    author: str
    body: str
    version: int
    created_at: datetime
    is_deleted: bool = False


class PageMessages(Protocol):
    """Keeps the messages of channels that no platform keeps for us. May raise `StorageFailed`."""

    async def add(self, *, channel: str, author: str, body: str, key: str) -> PageMessage:
        """Add a message, and return it; for a known `key` return the message that has it."""
        ...

    async def replace(self, message: str, body: str, *, version: int | None = None) -> PageMessage | None:
        """Replace a message's body; return None if it is deleted, was never there, or has another version than the given."""
        ...

    async def delete(self, message: str) -> PageMessage | None:
        """Empty a message's body and mark it deleted; None when there is nothing to delete."""
        ...

    async def get(self, message: str) -> PageMessage | None:
        """Return a message that is not deleted."""
        ...

    async def page(
        self, channel: str, *, most: int, before: str | None = None, author: str | None = None
    ) -> tuple[PageMessage, ...]:
        """Return the newest messages that are not deleted, oldest first; only ones older than the message `before`, if given.

        With an `author` only theirs, and those that have none.
        """
        ...

    async def authors(self, channel: str) -> frozenset[str]:
        """Return the authors of all messages in a channel that are not deleted."""
        ...

    async def since(self, channel: str, version: int) -> tuple[PageMessage, ...]:
        """Return every message changed after `version`, deleted ones too, in order of version."""
        ...
