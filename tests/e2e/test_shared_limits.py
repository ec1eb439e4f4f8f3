"""Two houses at one Redis: what one person may do is counted over both, and a Redis that is gone costs nobody anything."""

import asyncio
import itertools
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.app.house import House, open_house
from bot.config import Settings
from bot.domain.chat import Post
from bot.domain.people import Person
from tests.fakes.redis import RedisServer, redis_server
from tests.fakes.surfaces import LOOM, FakeCall, RecordingSurface, person

pytestmark = pytest.mark.needs("redis")

ANN = person()
ADMIN = replace(person("root"), is_admin=True)

_numbers = itertools.count()


class TwoHouses:
    """Two houses that share a database, a Redis and a surface; whatever is typed goes to the next of them."""

    def __init__(self, folder: Path, surface: RecordingSurface, houses: tuple[House, House]) -> None:
        self._folder = folder
        self._surface = surface
        self._houses = itertools.cycle(houses)

    async def type(self, line: str, by: Person = ANN) -> list[Post]:
        """Type a command, and return what only its author read."""
        call = FakeCall(self._surface, key=f"call-{next(_numbers)}", by=by)
        await next(self._houses).dispatcher.dispatch_line(line, call)
        return call.whispers

    def count(self, query: str = "SELECT count(*) FROM jobs") -> int:
        """Return what a counting query gives."""
        with closing(sqlite3.connect(f"file:{self._folder / 'easel.db'}?mode=ro", uri=True)) as connection:
            return int(connection.execute(query).fetchone()[0])

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until it is so."""
        async with asyncio.timeout(120):
            while not is_so():  # noqa: ASYNC110 - it is in a file
                await asyncio.sleep(0.02)


@asynccontextmanager
async def two_houses(folder: Path, redis: RedisServer) -> AsyncIterator[TwoHouses]:
    """Open it: three wishes in an hour are one person's."""
    settings = Settings.model_validate(
        {
            "data_dir": folder,
            "engine": {"url": redis.url, "prefix": f"town{next(_numbers)}"},
            "quotas": {"tiers": {"guest": 100}},
            "bursts": {"wishes": 3, "within": "1h"},
            "worker": {"lease": "2s"},
        }
    )
    surface = RecordingSurface()
    async with open_house(settings, {LOOM: surface}) as one, open_house(settings, {LOOM: surface}) as other:
        yield TwoHouses(folder, surface, (one, other))


def texts(whispers: list[list[Post]]) -> list[str]:
    """Return what all of them say."""
    return [str(post.text) for posts in whispers for post in posts]


async def test_wishes_and_tries_are_counted_over_all_processes(tmp_path: Path, redis: RedisServer) -> None:
    """Whoever asks too often hears it wherever it is asked; whoever guesses codes gets five tries and not ten."""
    with capture_logs() as logs:
        refused, tried, accepted = await ask_too_often(tmp_path, redis)
    assert accepted + len(refused) == 6
    if "redis.away" in [log["event"] for log in logs]:
        # Redis was not heard within 2 s: each of the two processes counted by itself for a while, and never beyond its own.
        assert 3 <= accepted <= 6
        return
    assert accepted == 3
    assert all("One person can ask 3 times in an hour" in text for text in refused)
    assert ["does not work" in text for text in tried] == [True] * 5 + [False] * 2
    assert "You have tried 5 codes" in tried[-1]


async def ask_too_often(folder: Path, redis: RedisServer) -> tuple[list[str], list[str], int]:
    """Return what is said to six wishes and to seven tries of a code, and how many wishes were accepted."""
    async with two_houses(folder, redis) as houses:
        refused = texts([await houses.type(f"/imagine a fox, number {number}") for number in range(6)])
        return refused, texts([await houses.type("/link EASEL-0000-0000") for _ in range(7)]), houses.count()


async def test_a_changed_limit_counts_on_the_next_wish_of_every_process(tmp_path: Path, redis: RedisServer) -> None:
    """Nobody keeps a copy of rules, nor of who somebody is."""
    async with two_houses(tmp_path, redis) as houses:
        assert await houses.type("/imagine a fox before") == []
        await houses.type("/quota set 0 --tier guest", ADMIN)
        for number in range(2):
            [refused] = await houses.type(f"/imagine a fox after, number {number}")
            assert "0 " in str(refused.text)
        await houses.type("/quota set 5 --tier guest", ADMIN)
        assert await houses.type("/imagine a fox again") == []
        assert houses.count() == 2


@asynccontextmanager
async def two_houses_without_redis(folder: Path) -> AsyncIterator[tuple[TwoHouses, RedisServer]]:
    """Open one whose Redis has just been killed, and in which four pictures were asked for since."""
    (folder / "redis").mkdir()
    with redis_server(folder / "redis") as redis:
        async with two_houses(folder, redis) as houses:
            redis.kill()
            assert texts([await houses.type(f"/imagine a fox, number {number}") for number in range(4)]) == []
            yield houses, redis


async def test_while_redis_is_gone_everybody_is_served(tmp_path: Path) -> None:
    """Each process counts by itself, and what is accepted is in the database."""
    async with two_houses_without_redis(tmp_path) as (houses, _):
        assert "does not work" in texts([await houses.type("/link EASEL-0000-0000")])[0]
        assert ["You have" in text for text in texts([await houses.type("/quota show") for _ in range(2)])] == [True] * 2
        assert houses.count() == 4


@pytest.mark.long
async def test_what_was_asked_for_without_redis_is_drawn_when_it_is_back(tmp_path: Path) -> None:
    """By itself."""
    async with two_houses_without_redis(tmp_path) as (houses, redis):
        redis.start()
        await houses.until(lambda: houses.count("SELECT count(*) FROM jobs WHERE state = 'done' AND told_at IS NOT NULL") == 4)
