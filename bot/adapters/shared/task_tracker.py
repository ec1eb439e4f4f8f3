"""The tasks of a front end that are under way."""

import asyncio
from datetime import timedelta
from typing import Any


class TaskTracker:
    """Holds tasks until they end."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def track(self, task: "asyncio.Task[Any]") -> None:
        """Hold a task until it ends."""
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def drain(self, within: timedelta) -> None:
        """Wait until all tasks have ended; after `within` those that have not are cancelled."""
        if self._running:
            await asyncio.wait(self._running, timeout=within.total_seconds())
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
