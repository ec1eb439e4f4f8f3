"""An event loop that does not wait: where nothing is left to be done, its time leaps to the next timer."""

import asyncio
import selectors
from collections.abc import Callable
from typing import TypeVarTuple, Unpack

Ts = TypeVarTuple("Ts")


class NothingWillHappen(AssertionError):
    """Everybody waits, and no timer is set: the test would hang."""


class LeapingLoop(asyncio.SelectorEventLoop):
    """Makes budgets, pauses and retries take no time at all, and exactly as long as they say on `time()`.

    While a thread is at work its time stands still, so that nothing comes too
    late because the machine is slow.
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._threads = 0
        super().__init__(_Leaping(self._can_leap, self._leap))

    def time(self) -> float:
        """Give the seconds that have passed inside the loop."""
        return self._now

    def run_in_executor(  # type: ignore[override]  # the stub promises an awaitable that says less than a future
        self, executor: object, func: Callable[[Unpack[Ts]], object], *args: *Ts
    ) -> "asyncio.Future[object]":
        """Run `func` in a thread, and let no time pass until it is done."""
        self._threads += 1
        future = super().run_in_executor(executor, func, *args)  # type: ignore[arg-type]  # any executor will do
        future.add_done_callback(self._thread_is_done)
        return future

    async def shutdown_default_executor(self) -> None:
        """Wait for the threads to go, as long as they take."""
        self._threads += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self._threads -= 1

    def _thread_is_done(self, future: "asyncio.Future[object]") -> None:
        self._threads -= 1

    def _can_leap(self) -> bool:
        return self._threads == 0

    def _leap(self, seconds: float) -> None:
        self._now += seconds


class _Leaping(selectors.DefaultSelector):
    """Looks for events, and leaps instead of waiting for them."""

    def __init__(self, can_leap: Callable[[], bool], leap: Callable[[float], None]) -> None:
        super().__init__()
        self._can_leap = can_leap
        self._leap = leap

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if not self._can_leap():
            return super().select(None if timeout is None or timeout > 0 else timeout)
        events = super().select(0)
        if events or timeout == 0:
            return events
        if timeout is None:
            raise NothingWillHappen
        self._leap(timeout)
        return events
