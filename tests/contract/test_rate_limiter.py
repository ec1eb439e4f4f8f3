"""Asks of every implementation of `RateLimiter` and `Locks`: is nothing counted twice, or by one process only?"""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.ports.rate_limiter import Locks, Rate, Usage
from tests.contract.limits import LimitsStage, limits_stage, redis_stage
from tests.fakes.redis import RedisServer, redis_server

__all__ = ["limits_stage"]

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NOTHING = timedelta()
THREE = Rate(3, HOUR)
ONE = Rate(1, HOUR)


async def counted(stage: LimitsStage, times: int, key: str = "ann", rate: Rate = THREE) -> int:
    """Return how many of so many uses were counted, in both processes by turns."""
    waits = await asyncio.gather(*(stage.limiters[number % 2].try_acquire(key, rate) for number in range(times)))
    return waits.count(NOTHING)


def is_about(left: timedelta, wait: timedelta) -> bool:
    """Whether it is so long, but for what the test itself took."""
    return left - 10 * MINUTE < wait <= left


async def test_of_many_at_once_as_many_as_allowed_are_counted(limits_stage: LimitsStage) -> None:
    """By all processes together, each key by itself; who comes too late hears when to come back."""
    assert await counted(limits_stage, 50) == 3
    assert await counted(limits_stage, 2, "bob") == 2
    assert is_about(HOUR, await limits_stage.limiters[1].try_acquire("ann", THREE))


async def test_the_span_slides(limits_stage: LimitsStage) -> None:
    """Each use makes room for another one an hour after it."""
    for _ in range(3):
        assert await counted(limits_stage, 1) == 1
        await limits_stage.move(15 * MINUTE)
    assert is_about(15 * MINUTE, await limits_stage.limiters[0].try_acquire("ann", THREE))
    await limits_stage.move(15 * MINUTE)
    assert await counted(limits_stage, 2) == 1


async def test_asking_counts_nothing(limits_stage: LimitsStage) -> None:
    """However often; and everybody hears the same."""
    one, other = limits_stage.limiters
    assert [await one.usage("ann", THREE) for _ in range(9)] == [Usage(0, NOTHING)] * 9
    assert await counted(limits_stage, 2) == 2
    assert await other.usage("ann", THREE) == Usage(2, NOTHING)
    assert await counted(limits_stage, 2) == 1
    assert is_about(HOUR, (await one.usage("ann", THREE)).wait)


async def test_what_is_blocked_is_counted_by_nobody(limits_stage: LimitsStage) -> None:
    """Until that is over; a shorter block ends no longer one."""
    one, other = limits_stage.limiters
    await one.block("ann", HOUR)
    await one.block("ann", MINUTE)
    assert is_about(HOUR, await other.try_acquire("ann", THREE))
    await limits_stage.move(HOUR)
    assert await other.try_acquire("ann", THREE) == NOTHING
    await one.block("ann", timedelta())
    assert await other.try_acquire("ann", THREE) == NOTHING


async def test_what_lies_in_the_future_counts_for_nothing(limits_stage: LimitsStage) -> None:
    """It comes from a clock that was set back, and must lock nobody out for a day."""
    assert await counted(limits_stage, 3) == 3
    await limits_stage.move(timedelta(days=-1))
    assert await counted(limits_stage, 3) == 3


async def most_at_once(locks: tuple[Locks, ...], key: str) -> int:
    """Return how many held it at the same time."""
    held = most = 0

    async def hold(lock: Locks) -> None:
        nonlocal held, most
        async with lock.lock(key):
            held += 1
            most = max(most, held)
            await asyncio.sleep(0.001)
            held -= 1

    await asyncio.gather(*(hold(locks[number % len(locks)]) for number in range(6)))
    return most


async def test_one_at_a_time_holds_a_lock(limits_stage: LimitsStage) -> None:
    """Different keys do not wait for each other, and an error lets go."""
    assert await most_at_once(limits_stage.locks, "ann") == 1
    one, other = limits_stage.locks
    with pytest.raises(RuntimeError):
        async with one.lock("ann"), other.lock("bob"):
            raise RuntimeError
    async with other.lock("ann"), one.lock("bob"):
        pass


@pytest.mark.needs("redis")
@pytest.mark.parametrize("loss", ["killed", "frozen"])
async def test_while_redis_is_away_each_process_counts_for_itself(tmp_path: Path, loss: str) -> None:
    """That is said once, as is its return; blocks that were known go on, and nobody waits or hears of it."""
    with redis_server(tmp_path) as redis, capture_logs() as logs:
        async with redis_stage(redis, timedelta(seconds=3)) as stage:
            one, other = stage.limiters
            assert await counted(stage, 1, rate=ONE) == 1
            await one.block("slack", HOUR)
            redis.kill() if loss == "killed" else redis.freeze()
            assert [await limiter.try_acquire("ann", ONE) for limiter in (one, other)] == [NOTHING, NOTHING]
            assert min((await one.usage("ann", ONE)).wait, await one.try_acquire("slack", ONE)) > NOTHING
            await one.block("discord", HOUR)
            assert await most_at_once(stage.locks[:1], "ann") == 1
            redis.start() if loss == "killed" else redis.thaw()
            async with asyncio.timeout(60):
                while not [log for log in logs if log["event"] == "redis.back"]:
                    await one.usage("ann", ONE)
                    await asyncio.sleep(0.01)
            assert await one.try_acquire("ann", ONE) > NOTHING
    events = [log["event"] for log in logs]
    assert events.count("redis.away") <= 2, "once for each process"
    assert events.count("redis.back") == 1


@pytest.mark.needs("redis")
async def test_a_lock_that_a_killed_process_held_keeps_nobody_waiting_for_long(tmp_path: Path) -> None:
    """Whoever waited for it holds it then: those who come after do not wait for what is left of it, one after the other."""
    with redis_server(tmp_path) as redis:
        async with redis_stage(redis) as stage:
            one, other = stage.locks
            async with one.lock("ann"), asyncio.timeout(60):
                killed = await owner_of_lock(redis)
                async with other.lock("ann"):
                    assert await owner_of_lock(redis) not in {killed, None}


async def owner_of_lock(redis: RedisServer) -> bytes | None:
    """Return what stands in the one lock that there is."""
    from redis.asyncio import Redis  # noqa: PLC0415 - tests that need it are skipped without it

    client: Any = Redis.from_url(redis.url)
    async with client:
        found: list[bytes] = await client.keys("*:lock:*")
        return None if not found else await client.get(found[0])
