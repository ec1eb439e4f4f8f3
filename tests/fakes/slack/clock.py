"""The fake's own time, ids, and the timestamps that are a message's name."""

import asyncio
from datetime import UTC, datetime, timedelta


class SlackClock:
    """Real time plus as much as a test has moved it. It fits the house's own clock port."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the fake's time."""
        return datetime.now(UTC) + self._ahead

    def seconds(self) -> float:
        """Return the fake's time in seconds since 1970."""
        return self.now().timestamp()

    def forward(self, by: timedelta) -> None:
        """Move on: triggers, tokens and response URLs age, rate limits recover."""
        self._ahead += by


class LoopClock(SlackClock):
    """The running event loop's time, plus as much as a test has moved it: a loop that leaps takes it along."""

    def __init__(self) -> None:
        super().__init__()
        self._start = datetime.now(UTC)

    def now(self) -> datetime:
        """Return the fake's time."""
        return self._start + timedelta(seconds=asyncio.get_running_loop().time()) + self._ahead


class SlackIds:
    """Makes what the platform makes: ids by kind (`C…`, `U…`), and timestamps that no two messages share."""

    def __init__(self, clock: SlackClock) -> None:
        self._clock = clock
        self._count = 0
        self._latest = 0

    def new(self, kind: str) -> str:
        """Return an id that was never given before; `kind` is its first letters."""
        self._count += 1
        return f"{kind}0FAKE{self._count:05d}"

    def ts(self) -> str:
        """Return a message's timestamp, later than any before."""
        self._latest = max(self._latest + 1, int(self._clock.seconds() * 1_000_000))
        return f"{self._latest // 1_000_000}.{self._latest % 1_000_000:06d}"
