"""Asks of every implementation of `SharedFiles`: has every process what is kept, or nobody?"""

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from bot.ports.shared_files import SharedFiles
from storage.no_shared_files import NoSharedFiles
from tests.fakes.redis import RedisServer, redis_server

NEEDS_REDIS = pytest.mark.needs("redis")
MIB = 1024 * 1024

_numbers = itertools.count()

Pair = tuple[SharedFiles, SharedFiles]


async def open_pair(stack: AsyncExitStack, redis: RedisServer, patience: timedelta = timedelta(minutes=1)) -> Pair:
    """Open those of two processes of one house."""
    from storage.redis_files import RedisFiles  # noqa: PLC0415 - tests that need it are skipped without it
    from storage.redis_link import RedisLink  # noqa: PLC0415 - as above

    prefix = f"files{next(_numbers)}"
    one, other = [await stack.enter_async_context(RedisLink(redis.url, patience=patience)) for _ in range(2)]
    return RedisFiles(one, prefix=prefix), RedisFiles(other, prefix=prefix)


@pytest.fixture(params=["none", pytest.param("redis", marks=NEEDS_REDIS)])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    """Open each in turn."""
    async with AsyncExitStack() as stack:
        is_alone = request.param == "none"
        yield (NoSharedFiles(), NoSharedFiles()) if is_alone else await open_pair(stack, request.getfixturevalue("redis"))


async def test_both_processes_have_the_same(pair: Pair) -> None:
    """All of it or nothing, whatever bytes it is."""
    one, other = pair
    await one.keep("a", bytes(range(256)))
    assert await one.get("a") == await other.get("a")
    assert await other.get("a") in {None, bytes(range(256))}
    assert await other.get("b") is None


@NEEDS_REDIS
async def test_what_is_too_large_is_kept_by_nobody(redis: RedisServer) -> None:
    """Redis has everything in memory."""
    async with AsyncExitStack() as stack:
        one, other = await open_pair(stack, redis)
        await one.keep("small", b"x" * MIB)
        await one.keep("large", b"x" * 5 * MIB)
        assert (await other.get("small"), await other.get("large")) == (b"x" * MIB, None)


@NEEDS_REDIS
async def test_nobody_hears_that_redis_is_away(tmp_path: Path) -> None:
    """Whoever asks for the file is told to make it anew."""
    with redis_server(tmp_path) as redis:
        async with AsyncExitStack() as stack:
            one, other = await open_pair(stack, redis, timedelta(seconds=5))
            redis.kill()
            await one.keep("a", b"x")
            assert await other.get("a") is None
