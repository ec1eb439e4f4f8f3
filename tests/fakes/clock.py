"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
"""A moment far from every midnight and every change of the clocks."""


class StoppedClock:
    """Tells the same time until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the moment."""
        return self._now

    def move(self, by: timedelta) -> None:
        """Let so much time pass."""
        self._now += by
