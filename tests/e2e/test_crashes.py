"""Killed at any moment, the house loses no job, draws none twice, and its books add up."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.serving import ServedVisitor, Serving
from tests.fakes.openai import FakeOpenAI, Options

pytestmark = pytest.mark.asyncio(loop_scope="module")
WISHES = 8
FINAL = "SELECT count(*) FROM jobs WHERE told_at IS NOT NULL"
MOMENTS = {
    "just accepted": "SELECT count(*) FROM jobs",
    "finding the words": "SELECT count(*) FROM jobs WHERE words IS NOT NULL",
    "drawing": "SELECT count(*) FROM drawings",
    "keeping": "SELECT count(*) FROM drawings WHERE state = 'drawn'",
    "delivering": "SELECT count(*) FROM jobs WHERE state IN ('kept', 'done')",
    "done": "SELECT count(*) FROM jobs WHERE state = 'done'",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def openai() -> AsyncIterator[FakeOpenAI]:
    """Yield a fake that takes a moment for each picture."""
    async with FakeOpenAI(Options(delay=0.3)) as fake:
        yield fake


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def serving(openai: FakeOpenAI, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """Yield a house that draws at the fake, with leases that end soon after a crash."""
    environ = {
        "OPENAI_API_KEY": "sk-test",
        "OPENAI_BASE_URL": openai.url,
        "EASEL_WORKER__LEASE": "2s",
        "EASEL_WORKER__SLOTS__REGISTERED": "1",
        "EASEL_BURSTS__WISHES": "1000",
    }
    async with Serving(tmp_path_factory.mktemp("crashes"), environ) as house:
        yield house


@pytest.mark.parametrize(
    "moment", [moment if moment == "drawing" else pytest.param(moment, marks=pytest.mark.long) for moment in MOMENTS]
)
async def test_kill_9_loses_nothing_and_draws_nothing_twice(serving: Serving, openai: FakeOpenAI, moment: str) -> None:
    """Every job ends with its pictures, or with its price back and a word about it."""
    reached, ended = (next(iter(serving.rows(query)[0].values())) for query in (MOMENTS[moment], FINAL))
    async with ServedVisitor(serving.url) as visitor:
        for number in range(WISHES):
            reply = await visitor.types(f"/imagine wish number {number} of many, {moment}")
            assert reply["notes"] == []
        await serving.until(MOMENTS[moment], reached + 2)
        await serving.kill()
        await serving.start()
        await serving.until(FINAL, ended + WISHES)
        messages = {message["id"]: message for message in await visitor.messages()}
    everything = serving.rows(
        "SELECT state, wish ->> 'prompt' AS prompt, ending ->> 'kind' AS kind, message ->> 'id' AS message FROM jobs"
    )
    jobs = [job for job in everything if job["prompt"].endswith(f", {moment}")]
    assert len(jobs) == WISHES
    paid = Counter(call.prompt.removeprefix("A careful picture of: ") for call in openai.paid)
    for job in jobs:
        assert (job["state"], job["kind"]) in {("done", ""), ("failed", "outcome_unknown")}
        assert paid[job["prompt"]] <= 1
        message = messages[job["message"]]["post"]
        assert message["tone"] == job["state"]
        assert len(message["pictures"]) == (1 if job["state"] == "done" else 0)
    assert_books_add_up(serving)


def assert_books_add_up(serving: Serving) -> None:
    """Nothing is held any more, and what is spent are the pictures that people got."""
    [usage] = serving.rows("SELECT sum(held) AS held, sum(spent) AS spent FROM usage")
    [pictures] = serving.rows("SELECT count(*) AS n FROM pictures")
    assert usage["held"] == 0
    assert usage["spent"] == pictures["n"]
    assert serving.rows("SELECT * FROM holds WHERE state = 'held'") == []
