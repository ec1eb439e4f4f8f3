"""Tells new events from repeated ones."""

from bot.adapters.shared.newest_entries import NewestEntries

_REMEMBERED = 10_000


class Deduplicator:
    """Remembers the keys of recent events."""

    def __init__(self) -> None:
        self._seen = NewestEntries[str, None](_REMEMBERED)

    def is_new(self, key: str) -> bool:
        """Return whether no recent event had this key, and remember it."""
        if key in self._seen:
            return False
        self._seen[key] = None
        return True
