"""Unfinished pictures: in memory only, the newest of each message, gone when it is final."""

import hashlib
from dataclasses import dataclass

from bot.adapters.shared.media_types import media_type_of
from bot.adapters.shared.newest_entries import NewestEntries

_MOST_ENTRIES = 32
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Preview:
    """One unfinished picture."""

    id: str
    media_type: str
    content: bytes


def preview_id(content: bytes) -> str:
    """Return what a preview of these bytes is called: always the same, and nothing where no browser would show it."""
    return "" if media_type_of(content) is None else hashlib.sha256(content).hexdigest()[:16]


class Previews:
    """Holds previews by message; the oldest give way when there are too many, or too much of them."""

    def __init__(self, *, most_entries: int = _MOST_ENTRIES, most_bytes: int = _MOST_BYTES) -> None:
        self._newest = NewestEntries[str, Preview](most_entries, most_bytes=most_bytes, size_of=lambda one: len(one.content))

    def keep(self, message: str, content: bytes) -> None:
        """Make `content` the message's newest preview, unless no browser would show it."""
        media_type = media_type_of(content)
        if media_type is not None:
            self._newest[message] = Preview(preview_id(content), media_type, content)

    def newest(self, message: str) -> Preview | None:
        """Return the message's preview, if it still has one."""
        return self._newest.get(message)

    def link(self, message: str) -> str | None:
        """Return the address of the message's preview, if it still has one."""
        preview = self._newest.get(message)
        return f"previews/{message}/{preview.id}" if preview else None

    def drop(self, message: str) -> None:
        """Forget the message's preview; twice is no error."""
        self._newest.pop(message, None)
