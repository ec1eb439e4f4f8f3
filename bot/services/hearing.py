"""What a front end has heard: once each, and known here until it is dealt with."""

import asyncio
from collections import OrderedDict
from datetime import timedelta
from typing import Any

_REMEMBERED = 10_000


class Hearing:
    """Tells what is new from what came before, and knows the tasks that deal with it."""

    def __init__(self) -> None:
        self._heard: OrderedDict[str, None] = OrderedDict()
        self._running: set[asyncio.Task[Any]] = set()

    def is_new(self, key: str) -> bool:
        """Whether nothing of this key was heard lately; from now on it was."""
        if key in self._heard:
            return False
        self._heard[key] = None
        if len(self._heard) > _REMEMBERED:
            self._heard.popitem(last=False)
        return True

    def know(self, task: "asyncio.Task[Any]") -> None:
        """Know a task until it ends."""
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def quiet(self, within: timedelta) -> None:
        """Wait for what was heard to be dealt with; after `within` it is cancelled."""
        if self._running:
            await asyncio.wait(self._running, timeout=within.total_seconds())
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
