"""Ctrl-C and SIGTERM for commands that run for a while."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class StopRequest:
    """Whether somebody asked to stop, and by which signal."""

    requested: asyncio.Event = field(default_factory=asyncio.Event)
    code: int = 0
    may_finish: bool = False
    """Whether the asked one can end by itself; until then, and at the second signal, it is cancelled."""


@contextlib.asynccontextmanager
async def listen_for_stop() -> AsyncIterator[StopRequest]:
    """Listen for both signals while the body runs; `code` is 130 or 143 afterwards if one came."""
    stop, loop, task = StopRequest(), asyncio.get_running_loop(), asyncio.current_task()

    def ask(number: signal.Signals) -> None:
        is_second = stop.requested.is_set()
        stop.code = 128 + number
        stop.requested.set()
        if task and (is_second or not stop.may_finish):
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ask, number)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
