"""Is Slack asked no more often than it takes, and does what is final come first?"""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

from bot.adapters.slack import SLACK
from bot.adapters.slack.rate_limits import SlackRateLimiter
from bot.domain.chat import MessageRef, Place
from storage.limits.local import LocalRateLimiter
from tests.fakes.fast_forward_loop import run_leaping


class RunningLoopClock:
    """The running loop's time."""

    def now(self) -> datetime:
        """Return it."""
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=asyncio.get_running_loop().time())


def slack_limiter() -> SlackRateLimiter:
    """Return the limiter of a process that counts for itself, at Slack's own numbers."""
    return SlackRateLimiter(LocalRateLimiter(RunningLoopClock()))


def message(number: int, channel: str = "C1") -> MessageRef:
    """Return one of many messages of a workspace."""
    return MessageRef(Place(SLACK, "T1", channel), str(number))


def most_in_a_minute(times: list[float]) -> int:
    """Count the most calls in any 60 seconds."""
    return max(sum(start <= at < start + 60 for at in times) for start in times)


async def timed(acquire: Awaitable[None], times: list[float]) -> None:
    """Note when a turn has come."""
    await acquire
    times.append(asyncio.get_running_loop().time())


def test_two_hundred_final_updates_all_go_within_the_limit() -> None:
    """50 a minute is what Slack takes, over all channels."""

    async def story() -> None:
        limiter, times = slack_limiter(), list[float]()
        await asyncio.gather(*(timed(limiter.acquire("chat.update", "T1", f"C{one % 7}"), times) for one in range(200)))
        assert len(times) == 200
        assert most_in_a_minute(times) <= 50
        assert times[-1] < 5 * 62

    run_leaping(story)


def test_progress_leaves_room_for_what_is_final() -> None:
    """At most half of a minute's calls: twenty pictures that are done at once are shown at once."""

    async def story() -> None:
        limiter, times, final = slack_limiter(), list[float](), list[float]()
        many = [asyncio.create_task(timed(limiter.acquire_progress("T1", message(one)), times)) for one in range(100)]
        await asyncio.sleep(1)
        assert len(times) == 24
        await asyncio.gather(*(timed(limiter.acquire("chat.update", "T1"), final) for _ in range(20)))
        assert set(final) == {1}
        await asyncio.gather(*many)
        assert most_in_a_minute(times) <= 24
        assert most_in_a_minute(sorted(times + final)) <= 50

    run_leaping(story)


def test_what_is_final_goes_before_progress_that_waits_longer() -> None:
    """Nobody waits for their picture behind somebody's bar."""

    async def story() -> None:
        limiter, progress, final = slack_limiter(), list[float](), list[float]()
        await asyncio.gather(*(limiter.acquire("chat.update", "T1") for _ in range(48)))
        waiting = [asyncio.create_task(timed(limiter.acquire_progress("T1", message(one)), progress)) for one in range(10)]
        await asyncio.sleep(1)
        await asyncio.gather(*(timed(limiter.acquire("chat.update", "T1"), final) for _ in range(10)))
        await asyncio.gather(*waiting)
        assert max(final) <= min(progress)

    run_leaping(story)


def test_where_much_ends_there_is_little_progress() -> None:
    """Ten workers are not held up by their own bars."""

    async def story() -> None:
        limiter, progress, final = slack_limiter(), list[float](), list[float]()

        async def bars(name: int) -> None:
            while True:
                await timed(limiter.acquire_progress("T1", message(name)), progress)

        async def worker(number: int) -> None:
            for job in range(10):
                bar = asyncio.create_task(bars(100 * number + job))
                await asyncio.sleep(10)
                bar.cancel()
                await timed(limiter.acquire("chat.update", "T1"), final)

        await asyncio.gather(*(worker(number) for number in range(10)))
        assert len(final) == 100
        assert max(final) < 250
        assert most_in_a_minute(sorted(progress + final)) <= 50

    run_leaping(story)


def test_one_message_is_left_alone_between_two_progresses() -> None:
    """For three seconds."""

    async def story() -> None:
        limiter, times = slack_limiter(), list[float]()
        for _ in range(3):
            await timed(limiter.acquire_progress("T1", message(1)), times)
        assert times == [0, 3, 6]

    run_leaping(story)


def test_workspaces_do_not_wait_for_each_other() -> None:
    """Each has its own minute."""

    async def story() -> None:
        limiter, times = slack_limiter(), list[float]()
        await asyncio.gather(*(timed(limiter.acquire("chat.update", f"T{one % 4}"), times) for one in range(4 * 48)))
        assert set(times) == {0.0}

    run_leaping(story)


def test_a_channel_gets_about_one_post_a_second() -> None:
    """With a few at once."""

    async def story() -> None:
        limiter, times = slack_limiter(), list[float]()
        await asyncio.gather(*(timed(limiter.acquire("chat.postMessage", "T1", "C1"), times) for _ in range(20)))
        assert times[3] == 0
        assert all(times[one + 4] - times[one] >= 4 for one in range(16))

    run_leaping(story)


def test_a_rate_limit_of_slacks_own_is_heeded() -> None:
    """Another process may have used the minute up."""

    async def story() -> None:
        limiter, times = slack_limiter(), list[float]()
        await limiter.block("chat.update", "T1", timedelta(seconds=30))
        await timed(limiter.acquire("chat.update", "T1"), times)
        await timed(limiter.acquire_progress("T1", message(1)), times)
        assert times[0] == 30
        assert times[1] >= 30

    run_leaping(story)


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    """Two calls may have been refused, and the answers come in any order."""

    async def story() -> None:
        limiter, times = slack_limiter(), list[float]()
        for seconds in (30, 10):
            await limiter.block("chat.update", "T1", timedelta(seconds=seconds))
        await timed(limiter.acquire("chat.update", "T1"), times)
        assert times == [30]

    run_leaping(story)


def test_who_gives_up_waiting_takes_nobodys_turn() -> None:
    """A cancelled call is not counted."""

    async def story() -> None:
        limiter, times = slack_limiter(), list[float]()
        await asyncio.gather(*(limiter.acquire("chat.update", "T1") for _ in range(48)))
        as_unconfirmed = [asyncio.create_task(limiter.acquire("chat.update", "T1")) for _ in range(60)]
        await asyncio.sleep(1)
        for task in as_unconfirmed:
            task.cancel()
        await asyncio.gather(*as_unconfirmed, return_exceptions=True)
        await timed(limiter.acquire("chat.update", "T1"), times)
        assert times == [61]

    run_leaping(story)
