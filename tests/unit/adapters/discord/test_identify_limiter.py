"""Do processes on one machine take turns to identify?"""

import asyncio
from datetime import timedelta
from pathlib import Path

from bot.adapters.discord.identify_limiter import IdentifyLimiter
from storage.limits.local import LocalRateLimiter
from tests.fakes.clock import StoppedClock
from tests.fakes.fast_forward_loop import run_leaping


def limiter(folder: Path, clock: StoppedClock) -> IdentifyLimiter:
    """Return the limiter of a process on this machine that counts for itself."""
    return IdentifyLimiter(folder / "lock", clock, LocalRateLimiter(clock))


def test_the_first_identify_goes_at_once_and_the_second_waits(tmp_path: Path) -> None:
    """Another process's, too: they share a file. Discord's five seconds have passed even if the first came late."""

    async def story() -> None:
        clock = StoppedClock()
        await limiter(tmp_path, clock).acquire()
        second = asyncio.create_task(limiter(tmp_path, clock).acquire())
        clock.move(timedelta(seconds=5.3))
        await asyncio.sleep(60)
        assert not second.done()
        clock.move(timedelta(seconds=0.3))
        await second

    run_leaping(story)


def test_buckets_do_not_wait_for_each_other(tmp_path: Path) -> None:
    """A bot that Discord lets start several shards at once is not slower than it has to be."""

    async def story() -> None:
        clock = StoppedClock()
        for bucket in range(3):
            await limiter(tmp_path, clock).acquire(bucket)
        assert asyncio.get_running_loop().time() == 0
        again = asyncio.create_task(limiter(tmp_path, clock).acquire(2))
        await asyncio.sleep(60)
        assert not again.done()
        again.cancel()

    run_leaping(story)


def test_a_spoilt_file_of_turns_is_an_empty_one(tmp_path: Path) -> None:
    """Nobody waits for nonsense, or for a time to come."""

    async def story() -> None:
        for content in ("nonsense", "99999999999"):
            (tmp_path / "lock").write_text(content)
            await limiter(tmp_path, StoppedClock()).acquire()
            assert asyncio.get_running_loop().time() == 0

    run_leaping(story)
