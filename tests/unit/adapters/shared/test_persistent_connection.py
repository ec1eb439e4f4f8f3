"""Asks whether a connection is held again and again, ever more patiently, and what is said of it meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.adapters.shared.persistent_connection import PersistentConnection
from bot.domain.health import Health


class ScriptedConnection:
    """A connection that holds as long as it is told, or never comes about; it notes when it was tried."""

    def __init__(self, holds: Callable[[int], float | None]) -> None:
        self.connection = PersistentConnection("loom", self._connect_once)
        self._holds = holds
        self.tried_at: list[float] = []

    async def _connect_once(self) -> str:
        self.tried_at.append(asyncio.get_running_loop().time())
        seconds = self._holds(len(self.tried_at))
        if seconds is None:
            return "no such wool"
        self.connection.note_connected()
        await asyncio.sleep(seconds)
        return "closed"

    @asynccontextmanager
    async def held(self, seconds: float) -> AsyncIterator[None]:
        """Hold it for so many seconds before the body runs, and until the body ends."""
        task = asyncio.create_task(self.connection.run())
        await asyncio.sleep(seconds)
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_what_fails_is_tried_ever_more_rarely() -> None:
    """Up to once a minute; and why is said."""
    line = ScriptedConnection(lambda _: None)
    async with line.held(200):
        assert line.tried_at == [0, 1, 3, 7, 15, 31, 63, 123, 183]
        trouble = line.connection.trouble()
    assert trouble.health is Health.WRONG
    assert "(no such wool)" in trouble.text


async def test_after_a_good_connection_the_pause_is_short_again() -> None:
    """More than a minute is good."""
    line = ScriptedConnection(lambda number: 61 if number > 3 else None)
    async with line.held(80):
        assert line.tried_at == [0, 1, 3, 7, 69]
        assert line.connection.is_connected


async def test_a_break_is_nothing_to_speak_of_for_half_a_minute() -> None:
    """Reconnecting is a matter of course."""
    line = ScriptedConnection(lambda number: 5 if number == 1 else 0)
    async with line.held(5.5):
        assert (line.connection.is_connected, line.connection.trouble().health) == (False, Health.NOTE)


async def test_before_the_first_connection_it_is_nothing_to_speak_of_either() -> None:
    """It is on its way; after half a minute something is wrong."""
    connection = PersistentConnection("loom", asyncio.Event().wait)  # type: ignore[arg-type]  # it never says why
    assert connection.trouble().health is Health.NOTE
    await asyncio.sleep(31)
    assert connection.trouble().health is Health.WRONG
