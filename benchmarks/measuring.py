"""How a process is watched while it works: how long its loop stands still, and how much memory it takes."""

import asyncio
import time
from types import TracebackType
from typing import Self

import psutil

_BEAT = 0.005
_MEGABYTE = 1_000_000


class Watch:
    """Watches this process while the body of an `async with` runs."""

    def __init__(self) -> None:
        self.longest_stall_ms = 0.0
        self.added_mb = 0.0
        self._before = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._before = _resident_mb()
        self._task = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _beat(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_BEAT)
            late = time.perf_counter() - before - _BEAT
            self.longest_stall_ms = max(self.longest_stall_ms, late * 1000)
            self.added_mb = max(self.added_mb, _resident_mb() - self._before)


def _resident_mb() -> float:
    return float(psutil.Process().memory_info().rss) / _MEGABYTE
