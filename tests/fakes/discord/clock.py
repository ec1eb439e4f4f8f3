"""The fake's own time, and ids that carry it."""

from datetime import UTC, datetime, timedelta

_EPOCH_MS = 1_420_070_400_000
"""The first second of 2015: the platform counts its ids from there."""


class DiscordClock:
    """Real time plus as much as a test has moved it, or stopped. It fits the house's own clock port."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._stopped_at: datetime | None = None

    def now(self) -> datetime:
        """Return the fake's time."""
        return (self._stopped_at or datetime.now(UTC)) + self._ahead

    def stop(self) -> None:
        """Stand still from now on, but for `forward`."""
        self._stopped_at = self._stopped_at or datetime.now(UTC)

    def forward(self, by: timedelta) -> None:
        """Move on (or back, by a negative amount): tokens age, messages grow old, links expire."""
        self._ahead += by


class Snowflakes:
    """Makes ids as the platform does: milliseconds in the upper bits, a running number in the lower 22."""

    def __init__(self, clock: DiscordClock) -> None:
        self._clock = clock
        self._count = 0

    def new(self) -> int:
        """Return an id that was never given before."""
        return self._at(self._milliseconds())

    def new_on(self, shard: int, of: int) -> int:
        """Return an id that belongs to shard number `shard` of `of`."""
        now = self._milliseconds()
        return self._at(now + (shard - now) % of)

    def _milliseconds(self) -> int:
        return int(self._clock.now().timestamp() * 1000) - _EPOCH_MS

    def _at(self, milliseconds: int) -> int:
        self._count += 1
        return (milliseconds << 22) | (self._count & 0x3FFFFF)


def time_of(snowflake: int) -> datetime:
    """Read the time out of an id."""
    return datetime.fromtimestamp(((snowflake >> 22) + _EPOCH_MS) / 1000, UTC)
