"""Asks whether a burst of calls goes out a few at a time as long as nobody knows how many a service takes."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

from bot.pipeline.slow_start import SlowStart
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.fast_forward_loop import FastForwardLoop


class LeapingClock(StoppedClock):
    """Tells the time of the running loop, which leaps."""

    def now(self) -> datetime:
        """Tell it."""
        return NOON + timedelta(seconds=asyncio.get_running_loop().time())


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run it on a clock that leaps."""
    with asyncio.Runner(loop_factory=FastForwardLoop) as runner:
        runner.run(test)


async def burst(starts: SlowStart, calls: int, *, first: int = 0) -> list[float]:
    """Begin so many calls at once; return after how many seconds each of them went out."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def begin(number: int) -> float:
        await starts.begin("flux", f"call {number}")
        return round(loop.time() - began, 2)

    return await asyncio.gather(*(begin(first + number) for number in range(calls)))


def test_two_go_out_at_first_and_then_more_and_more() -> None:
    """A call that was not refused in a moment was taken."""

    async def test() -> None:
        assert await burst(SlowStart(LeapingClock()), 14) == [
            0,
            0,
            0.15,
            0.15,
            0.3,
            0.3,
            0.45,
            0.45,
            0.45,
            0.6,
            0.6,
            0.6,
            0.6,
            0.75,
        ]

    run(test())


def test_as_many_as_it_once_took_in_a_minute_go_out_at_once() -> None:
    """A minute later it is known what it takes."""

    async def test() -> None:
        starts = SlowStart(LeapingClock())
        await burst(starts, 8)
        await asyncio.sleep(90)
        assert await burst(starts, 8, first=8) == [0] * 8

    run(test())


def test_a_call_that_ends_makes_room_at_once() -> None:
    """Twice is no harm, and neither is one that nobody knows."""

    async def test() -> None:
        starts = SlowStart(LeapingClock())
        starts.end("flux", "call 0", is_taken=True)
        await burst(starts, 2)
        third = asyncio.create_task(burst(starts, 1, first=2))
        await asyncio.sleep(0)
        for _ in range(2):
            starts.end("flux", "call 0", is_taken=True)
        assert await third == [0]

    run(test())


def test_no_other_goes_out_for_one_that_failed_before_that_is_known_to_all() -> None:
    """It does not count as taken."""

    async def test() -> None:
        starts = SlowStart(LeapingClock())
        await burst(starts, 2)
        for _ in range(2):
            starts.end("flux", "call 0", is_taken=False)
        starts.end("flux", "call 9", is_taken=False)
        assert await burst(starts, 2, first=2) == [0.15, 0.15]

    run(test())
