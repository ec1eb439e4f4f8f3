"""A connection that is held for as long as the house is open, whatever happens to it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.domain.health import Finding, Health

log = structlog.get_logger(__name__)

_SHORTEST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=60)
_STABLE_AFTER = timedelta(minutes=1)
"""A connection that held so long counts as a good one: the next pause is short again."""

_GRACE = timedelta(seconds=30)
"""How long an interrupted connection is nothing to speak of: reconnecting is a matter of course."""


class PersistentConnection:
    """Connects again whenever the connection ends, with growing pauses.

    `connect_once` is connected for as long as that goes, calls `note_connected`
    once it is, and returns why it ended. `name` is the platform's, for the log
    and for findings.
    """

    def __init__(self, name: str, connect_once: Callable[[], Awaitable[str]]) -> None:
        self._name = name
        self._connect_once = connect_once
        self._lost_at: float | None = _now()
        self.last_error = ""
        """Why the last try to connect failed; empty when it did not."""

    @property
    def is_connected(self) -> bool:
        """Whether it is connected now."""
        return self._lost_at is None

    def note_connected(self) -> None:
        """Note that it is connected."""
        self.last_error, self._lost_at = "", None
        log.info("platform.connected", platform=self._name)

    def trouble(self) -> Finding:
        """Return the finding for while it is not connected."""
        is_new = self._lost_at is not None and _now() - self._lost_at < _GRACE.total_seconds() and not self.last_error
        text = f"It is not connected{f' ({self.last_error})' if self.last_error else ''}; it tries again by itself."
        return Finding(self._name, Health.NOTE if is_new else Health.WRONG, text, "Run easel doctor.")

    async def run(self) -> None:
        """Hold the connection until cancelled."""
        pause = _SHORTEST_PAUSE
        while True:
            since = _now()
            reason = await self._connect_once()
            if self._lost_at is None:
                self._lost_at = _now()
            else:
                self.last_error = reason
            log.warning("platform.disconnected", platform=self._name, reason=reason, seconds=pause.total_seconds())
            if _now() - since > _STABLE_AFTER.total_seconds():
                pause = _SHORTEST_PAUSE
            await asyncio.sleep(pause.total_seconds())
            pause = min(_LONGEST_PAUSE, pause * 2)


def _now() -> float:
    return asyncio.get_running_loop().time()
