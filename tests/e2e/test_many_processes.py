"""Several processes at one Redis: they share the work, keep the caps together, and lose nothing when one is killed."""

import asyncio
import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from bot.app.house import open_house
from bot.config import Settings
from tests.e2e.program import Program
from tests.e2e.serving import ServedVisitor, Serving
from tests.fakes.openai import FakeOpenAI, Options
from tests.fakes.ports import free_port
from tests.fakes.redis import RedisServer, redis_server
from tests.fakes.surfaces import LOOM, FakeCall, RecordingSurface, person

pytestmark = pytest.mark.needs("redis")

FINAL = "SELECT count(*) FROM jobs WHERE told_at IS NOT NULL"
DRAWN = "SELECT count(*) FROM jobs WHERE state IN ('kept', 'done')"
DONE = "SELECT count(*) FROM jobs WHERE state = 'done'"
AT_WORK = "SELECT count(*) FROM drawings WHERE state = 'open'"


@pytest.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    """Yield a fake that takes a moment for each picture."""
    async with FakeOpenAI(Options(delay=0.2)) as fake:
        yield fake


@asynccontextmanager
async def houses(folder: Path, openai: FakeOpenAI, redis: RedisServer) -> AsyncIterator[list[Serving]]:
    """Run two processes that share a database and a Redis."""
    environ = {
        "OPENAI_API_KEY": "sk-test",
        "OPENAI_BASE_URL": openai.url,
        "EASEL_ENGINE__URL": redis.url,
        "EASEL_ENGINE__PREFIX": "many-processes",
        "EASEL_WORKER__LEASE": "2s",
        "EASEL_WORKER__SLOTS__REGISTERED": "2",
        "EASEL_BURSTS__WISHES": "1000",
        "EASEL_BURSTS__QUEUED": "1000",
        "EASEL_BURSTS__RUNNING": "1000",
    }
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Serving(folder, environ)) for _ in range(2)]


async def ask_for(house: Serving, count: int) -> None:
    """Have somebody ask for so many pictures."""
    async with ServedVisitor(house.url) as visitor:
        for number in range(count):
            reply = await visitor.types(f"/imagine wish number {number} of many")
            assert reply["notes"] == []


def ask(folder: Path, query: str) -> int:
    """Return what a counting query gives."""
    with closing(sqlite3.connect(f"file:{folder / 'easel.db'}?mode=ro", uri=True)) as connection:
        return int(connection.execute(query).fetchone()[0])


def states(house: Serving) -> Counter[str]:
    """Count the jobs by state."""
    return Counter(row["state"] for row in house.rows("SELECT state FROM jobs"))


async def published(redis: RedisServer) -> int:
    """Return how often a job was put into a queue."""
    from redis.asyncio import Redis  # noqa: PLC0415 - tests that need it are skipped without it

    client: Any = Redis.from_url(redis.url)
    async with client:
        return int((await client.info("commandstats")).get("cmdstat_xadd", {"calls": 0})["calls"])


async def test_one_person_has_no_more_drawn_at_once_than_allowed_by_all_together(
    tmp_path: Path, openai: FakeOpenAI, redis: RedisServer
) -> None:
    """Both houses have room for more; and whoever may not be drawn yet is not tried over and over."""
    settings = Settings.model_validate(
        {
            "data_dir": tmp_path,
            "openai": {"api_key": "sk-test", "base_url": openai.url},
            "engine": {"url": redis.url, "prefix": "one-person"},
            "quotas": {"tiers": {"guest": 100}},
            "worker": {"slots": {"guest": 2}},
            "bursts": {"wishes": 100, "running": 2},
        }
    )
    surface, most, before = RecordingSurface(), 0, await published(redis)
    async with open_house(settings, {LOOM: surface}) as house, open_house(settings, {LOOM: surface}):
        for number in range(8):
            call = FakeCall(surface, key=f"call-{number}")
            await house.dispatcher.dispatch("imagine", {"prompt": f"fox number {number}"}, call)
        async with asyncio.timeout(60):
            while ask(tmp_path, DONE) < 8:
                most = max(most, ask(tmp_path, AT_WORK))
                await asyncio.sleep(0.01)
    assert 0 < most <= 2
    assert await published(redis) - before <= 8 * 3
    assert len(openai.paid) == 8


async def test_no_more_calls_are_out_at_the_image_service_than_it_takes_from_all_together(
    tmp_path: Path, redis: RedisServer
) -> None:
    """Both houses have slots for more. Whoever has to wait is told so, and is not tried over and over."""
    surface, before = RecordingSurface(), await published(redis)
    async with FakeOpenAI() as openai, AsyncExitStack() as stack:
        openai.state.may_draw.clear()
        settings = Settings.model_validate(
            {
                "data_dir": tmp_path,
                "openai": {"api_key": "sk-test", "base_url": openai.url, "calls_at_once": 3},
                "engine": {"url": redis.url, "prefix": "one-service"},
                "worker": {"slots": {"guest": 6}},
                "bursts": {"wishes": 100, "running": 100},
            }
        )
        house, _ = [await stack.enter_async_context(open_house(settings, {LOOM: surface})) for _ in range(2)]
        for number in range(9):
            call = FakeCall(surface, key=f"call-{number}", by=person(f"person-{number % 5}"))
            await house.dispatcher.dispatch("imagine", {"prompt": f"fox number {number}"}, call)
        async with asyncio.timeout(60):
            while not any(post.text.startswith("Waiting for the image service: fox number") for post in surface.said):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            openai.state.may_draw.set()
            while ask(tmp_path, DONE) < 9:  # noqa: ASYNC110 - a database is asked
                await asyncio.sleep(0.02)
        assert 0 < openai.most_at_once <= 3
        assert len(openai.paid) == 9
    assert await published(redis) - before <= 9 * 4


async def test_a_redis_that_is_not_there_is_one_sentence_at_the_start(tmp_path: Path) -> None:
    """With its host and the mend, and without its password."""
    program = Program(tmp_path, {"EASEL_ENGINE__URL": f"redis://:very-secret@127.0.0.1:{free_port()}/0", "EASEL_WEB__PORT": "0"})
    done = await (await program.start("run")).ended()
    assert (done.code, done.out) == (1, "")
    assert re.fullmatch(r"\[engine\] url names Redis at 127\.0\.0\.1:\d+, which does not answer: [^\n]+\n", done.err)
    assert "very-secret" not in done.err


@pytest.mark.long
async def test_a_killed_process_leaves_its_jobs_to_the_other(tmp_path: Path, openai: FakeOpenAI, redis: RedisServer) -> None:
    """Every job ends, and nothing is paid for twice: what was being paid for at that moment is given back."""
    async with houses(tmp_path, openai, redis) as [house, other]:
        await ask_for(house, 12)
        await house.until(DRAWN, 2)
        await other.kill()
        await house.until(FINAL, 12)
        found = states(house)
    assert set(found) <= {"done", "failed"}
    assert found["failed"] <= 2
    assert max(Counter(paid.prompt for paid in openai.paid).values()) == 1


@pytest.mark.long
@pytest.mark.parametrize("loss", ["killed and started again", "emptied"])
async def test_a_redis_that_breaks_down_costs_no_job(tmp_path: Path, openai: FakeOpenAI, loss: str) -> None:
    """All of them are drawn, each once; recovery puts back what was lost."""
    (tmp_path / "redis").mkdir()
    with redis_server(tmp_path / "redis") as redis:
        async with houses(tmp_path, openai, redis) as [house, _]:
            await ask_for(house, 12)
            await house.until(DRAWN, 2)
            redis.kill()
            if loss == "emptied":
                redis.forget()
            redis.start()
            await house.until(FINAL, 12)
            assert states(house) == {"done": 12}
    assert max(Counter(paid.prompt for paid in openai.paid).values()) == 1
