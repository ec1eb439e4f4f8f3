"""An event loop that does not wait: where nothing is left to be done, its time leaps to the next timer."""

import asyncio
import contextlib
import selectors
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVarTuple, Unpack

import aiohttp

Ts = TypeVarTuple("Ts")

_THREADS = ThreadPoolExecutor()


class LoopDeadlocked(AssertionError):
    """Everybody waits, and no timer is set: the test would hang."""


class FastForwardLoop(asyncio.SelectorEventLoop):
    """Makes budgets, pauses and retries take no time at all, and exactly as long as they say on `time()`.

    While a thread is at work, or within `hold`, its time stands still, so that
    nothing comes too late because the machine is slow.
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._holds = 0
        super().__init__(_FastForwardSelector(self._can_skip, self._skip))

    def time(self) -> float:
        """Return the seconds that have passed inside the loop."""
        return self._now

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Let no time pass meanwhile: what happens is waited for as long as it takes."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1

    def run_in_executor(  # type: ignore[override]  # the stub promises an awaitable that says less than a future
        self, executor: object, func: Callable[[Unpack[Ts]], object], *args: *Ts
    ) -> "asyncio.Future[object]":
        """Run `func` in a thread, and let no time pass until it is done.

        All loops share their threads: to start one takes longer than what most do in it.
        """
        self._holds += 1
        future = super().run_in_executor(executor or _THREADS, func, *args)  # type: ignore[arg-type]  # any executor will do
        future.add_done_callback(self._thread_is_done)
        return future

    def _thread_is_done(self, future: "asyncio.Future[object]") -> None:
        self._holds -= 1

    def _can_skip(self) -> bool:
        return self._holds == 0

    def _skip(self, seconds: float) -> None:
        self._now += seconds


class _FastForwardSelector(selectors.DefaultSelector):
    """Looks for events, and leaps instead of waiting for them."""

    def __init__(self, can_skip: Callable[[], bool], skip: Callable[[float], None]) -> None:
        super().__init__()
        self._can_skip = can_skip
        self._skip = skip

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if not self._can_skip():
            return super().select(None if timeout is None or timeout > 0 else timeout)
        events = super().select(0)
        if events or timeout == 0:
            return events
        if timeout is None:
            raise LoopDeadlocked
        self._skip(timeout)
        return events


def run_leaping(story: Callable[[], Awaitable[None]]) -> None:
    """Run a story in which minutes take no time."""

    async def run() -> None:  # the runner takes a coroutine, and a story may be any awaitable
        await story()

    with asyncio.Runner(loop_factory=FastForwardLoop) as runner:
        runner.run(run())


def hold_during_requests(session: aiohttp.ClientSession) -> None:
    """Let no time pass in the running `FastForwardLoop` between a request of this session and its answer."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, FastForwardLoop)
    under_way = dict[int, contextlib.ExitStack]()

    async def begin(_: object, context: object, __: object) -> None:
        under_way[id(context)] = contextlib.ExitStack()
        under_way[id(context)].enter_context(loop.hold())

    async def end(_: object, context: object, __: object) -> None:
        under_way.pop(id(context)).close()

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(begin)
    trace.on_request_end.append(end)
    trace.on_request_exception.append(end)
    trace.freeze()
    session.trace_configs.append(trace)
