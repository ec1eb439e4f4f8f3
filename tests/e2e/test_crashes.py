"""Killed at any moment, the house loses no job, draws none twice, and its books add up."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.serving import Serving, Visitor
from tests.fakes.openai import FakeOpenAI, Options

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


@pytest.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    """Give a fake that takes a moment for each picture."""
    async with FakeOpenAI(Options(delay=0.3)) as fake:
        yield fake


@pytest.fixture
async def serving(openai: FakeOpenAI, tmp_path: Path) -> AsyncIterator[Serving]:
    """Give a house that draws at the fake, with leases that end soon after a crash."""
    environ = {
        "OPENAI_API_KEY": "sk-test",
        "OPENAI_BASE_URL": openai.url,
        "EASEL_WORKER__LEASE": "2s",
        "EASEL_WORKER__SLOTS__REGISTERED": "1",
        "EASEL_BURSTS__WISHES": "1000",
    }
    async with Serving(tmp_path, environ) as house:
        yield house


@pytest.mark.parametrize("moment", MOMENTS)
async def test_kill_9_loses_nothing_and_draws_nothing_twice(serving: Serving, openai: FakeOpenAI, moment: str) -> None:
    """Every job ends with its pictures, or with its price back and a word about it."""
    async with Visitor(serving.url) as visitor:
        for number in range(WISHES):
            reply = await visitor.types(f"/imagine wish number {number} of many")
            assert reply["notes"] == []
        await serving.until(MOMENTS[moment], 2)
        await serving.kill()
        await serving.start()
        await serving.until(FINAL, WISHES)
        messages = {message["id"]: message for message in await visitor.messages()}
    jobs = serving.rows(
        "SELECT state, wish ->> 'prompt' AS prompt, ending ->> 'kind' AS kind, message ->> 'id' AS message FROM jobs"
    )
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
