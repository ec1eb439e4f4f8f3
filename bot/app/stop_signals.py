"""SIGINT and SIGTERM for whatever runs for a while: the first asks for an end, the second insists."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class StopRequest:
    """Whether somebody asked to stop, and whether at once."""

    graceful: asyncio.Event = field(default_factory=asyncio.Event)
    immediate: asyncio.Event = field(default_factory=asyncio.Event)
    may_finish: bool = True
    """Whether the first signal leaves time to end; where it does not, it asks for an end at once."""

    on_immediate: Callable[[], object] | None = None
    """Called at each signal that asks for an end at once."""

    code: int = 0
    """130 or 143 once a signal came."""

    def request(self, number: signal.Signals) -> None:
        """Handle a signal."""
        is_second = self.graceful.is_set()
        self.code = 128 + number
        self.graceful.set()
        if is_second or not self.may_finish:
            self.immediate.set()
            if self.on_immediate:
                self.on_immediate()


@contextlib.contextmanager
def listen_for_stop(*, may_finish: bool = True, on_immediate: Callable[[], object] | None = None) -> Iterator[StopRequest]:
    """Listen for both signals while the body runs."""
    stop, loop = StopRequest(may_finish=may_finish, on_immediate=on_immediate), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.request, number)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
