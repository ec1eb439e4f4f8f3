"""Asks every leader lock what `bot.ports.leader_lock` promises, and Redis's who leads when there are several."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.app.tasks import background_task
from bot.ports.leader_lock import LeaderLock
from storage.engines.local_leader import LocalLeaderLock
from tests.fakes.redis import RedisServer, redis_server

if TYPE_CHECKING:
    from storage.engines.redis_leader import RedisLeaderLock

HOUR = timedelta(hours=1)
NEEDS_REDIS = pytest.mark.needs("redis")

_numbers = itertools.count()


@asynccontextmanager
async def redis_lock(server: RedisServer, name: str, lease: timedelta = HOUR) -> "AsyncIterator[RedisLeaderLock]":
    """Open a lock as a process of its own would."""
    from redis.asyncio import Redis  # noqa: PLC0415 - tests that need it are skipped without it

    from storage.engines.redis_leader import RedisLeaderLock  # noqa: PLC0415 - as above

    async with Redis.from_url(server.url) as redis:
        yield RedisLeaderLock(redis, name, lease)


@pytest.fixture
def name() -> str:
    """Name a lock that no other test has."""
    return f"leader{next(_numbers)}"


@pytest.fixture(params=["local", pytest.param("redis", marks=NEEDS_REDIS)])
async def lock(request: pytest.FixtureRequest, name: str) -> AsyncIterator[LeaderLock]:
    """Open each lock in turn."""
    if request.param == "local":
        yield LocalLeaderLock()
        return
    async with redis_lock(request.getfixturevalue("redis"), name) as lock:
        yield lock


async def test_whoever_is_alone_leads(lock: LeaderLock) -> None:
    """However often they ask."""
    assert [await lock.lead() for _ in range(3)] == [True] * 3


@NEEDS_REDIS
async def test_one_of_two_leads_and_goes_on_leading(redis: RedisServer, name: str) -> None:
    """Whoever asked first; other locks are other matters."""
    async with redis_lock(redis, name) as one, redis_lock(redis, name) as two, redis_lock(redis, f"{name}-other") as other:
        assert [await one.lead(), await two.lead(), await one.lead(), await other.lead()] == [True, False, True, True]


@NEEDS_REDIS
async def test_a_leader_that_ends_is_followed_at_once(redis: RedisServer, name: str) -> None:
    """And one that was none takes nothing away when it ends."""
    async with redis_lock(redis, name) as one, redis_lock(redis, name) as two, redis_lock(redis, name) as three:
        async with background_task(one.run()):
            assert await one.lead()
            async with background_task(two.run()):
                assert not await two.lead()
                await asyncio.sleep(0)
            assert not await three.lead()
        assert await two.lead()


@NEEDS_REDIS
async def test_a_leader_that_is_gone_is_followed_after_its_lease(redis: RedisServer, name: str) -> None:
    """Should it come back, it finds another there."""
    async with redis_lock(redis, name, timedelta(seconds=0.2)) as gone, redis_lock(redis, name) as heir:
        assert await gone.lead()
        async with asyncio.timeout(20):
            while not await heir.lead():  # noqa: ASYNC110 - it is the question that makes it the leader
                await asyncio.sleep(0.01)
        assert not await gone.lead()


@NEEDS_REDIS
async def test_a_leader_that_is_there_renews_its_lease(redis: RedisServer, name: str) -> None:
    """By itself, also between two things to do."""
    from redis.asyncio import Redis  # noqa: PLC0415 - as above

    lease = timedelta(seconds=1)
    async with Redis.from_url(redis.url) as client, redis_lock(redis, name, lease) as lock, background_task(lock.run()):
        assert await lock.lead()
        await client.expire(name, HOUR)
        async with asyncio.timeout(20):
            while not 0 < await client.pttl(name) <= 1000:  # noqa: ASYNC110 - Redis knows, and says so only when asked
                await asyncio.sleep(0.01)


@NEEDS_REDIS
async def test_everybody_leads_while_nobody_can_tell(tmp_path: Path, name: str) -> None:
    """What leaders do is better done twice than not at all; afterwards there is one again."""
    with redis_server(tmp_path) as server:
        async with redis_lock(server, name) as one, redis_lock(server, name) as two:
            assert await one.lead()
            server.kill()
            assert [await one.lead(), await two.lead()] == [True, True]
            server.start()
            assert [await one.lead(), await two.lead()] == [True, False]
