"""Whatever the image service does wrong: one sentence to the person, nothing counted, and the job at its end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import stamina

from bot.app.house import House, open_house
from bot.config import Settings
from bot.domain.chat import Post, Tone
from bot.domain.jobs import Job, JobState
from bot.domain.people import GUEST, HOUSE
from storage.sql.provider_states import SqlProviderStates
from tests.e2e.tables import give_tables
from tests.fakes.openai import Endpoint, FakeOpenAI, Kind
from tests.fakes.surfaces import LOOM, FakeCall, RecordingSurface

PATIENCE_SECONDS = 20
FAILURES = {
    Kind.BAD_KEY: "key",
    Kind.UNVERIFIED: "does not let this bot use that model",
    Kind.OUT_OF_MONEY: "out of credit",
    Kind.BILLING_STOP: "out of credit",
    Kind.SERVER_ERROR: "overloaded",
    Kind.GARBAGE: "sent an answer that could not be read",
    Kind.CUT_AFTER_PAID: "went silent",
    Kind.CUT_MID_STREAM: "went silent",
    Kind.NO_COMPLETED: "went silent",
    Kind.NOT_A_PICTURE: "an answer that cannot be used",
    Kind.BOMB: "an answer that cannot be used",
}


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    """Yield OpenAI."""
    async with FakeOpenAI() as running:
        yield running


@pytest.fixture
def surface() -> RecordingSurface:
    """Return a platform."""
    return RecordingSurface()


@pytest.fixture
async def house(fake: FakeOpenAI, surface: RecordingSurface, tmp_path: Path) -> AsyncIterator[House]:
    """Yield the whole house, with real records, a real store and the real SDK."""
    settings = Settings.model_validate({"data_dir": tmp_path, "openai": {"api_key": "sk-test", "base_url": fake.url}})
    await give_tables(tmp_path)
    async with open_house(settings, {LOOM: surface}) as running:
        yield running


async def ended(house: House, surface: RecordingSurface) -> tuple[Job, Post]:
    """Ask for a fox, and wait for the end."""
    call = FakeCall(surface, key="call-1")
    await house.dispatcher.dispatch("imagine", {"prompt": "a fox"}, call)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (job := await house.base.records.jobs.by_key("call-1")) is None or not await is_notified(house, job):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert job.message is not None
    return job, surface.shown[job.message.id]


async def is_notified(house: House, job: Job) -> bool:
    """Whether people have seen how it ended."""
    return job.state.is_final and not await house.base.records.jobs.list_unnotified(frozenset({LOOM}), most=100)


async def assert_nothing_counted(house: House, job: Job) -> None:
    """The day's allowance is whole again."""
    quota_status = await house.base.records.ledger.quota_status(HOUSE, job.account, job.created_at.date(), 3)
    assert (quota_status.held, quota_status.spent, quota_status.left) == (0, 0, 3)


@pytest.mark.parametrize("kind", FAILURES)
async def test_a_failure_is_one_sentence_and_costs_nothing(
    house: House, surface: RecordingSurface, fake: FakeOpenAI, kind: Kind
) -> None:
    """And it is not paid for twice."""
    fake.fail(Endpoint.IMAGES, *[kind] * 3)
    with stamina.set_testing(True, attempts=3, cap=True):
        job, post = await ended(house, surface)
    assert (job.tier, job.state, post.tone) == (GUEST, JobState.FAILED, Tone.FAILED)
    assert FAILURES[kind] in post.text
    assert post.text.count("Nothing was counted") == 1
    assert [button.label for button in post.buttons] == ["Draw again", "Change words"]
    assert len(fake.paid) <= 1
    await assert_nothing_counted(house, job)


async def test_a_full_minute_of_the_service_is_waited_for(house: House, surface: RecordingSurface, fake: FakeOpenAI) -> None:
    """Nobody is refused because of it, and it is not asked again before it may be."""
    fake.fail(Endpoint.IMAGES, Kind.RATE_LIMITED)
    job, _ = await ended(house, surface)
    assert job.state is JobState.DONE
    assert len(fake.paid) == 1
    assert (await SqlProviderStates(house.base.database, house.base.clock).all())["openai"].per_minute == 5


async def test_a_refusal_is_explained_and_costs_nothing(house: House, surface: RecordingSurface, fake: FakeOpenAI) -> None:
    """Nobody else is asked to draw it."""
    fake.fail(Endpoint.IMAGES, Kind.MODERATION_BLOCKED)
    job, post = await ended(house, surface)
    assert (job.state, post.tone) == (JobState.REFUSED, Tone.REFUSED)
    assert "nothing was counted" in post.text
    await assert_nothing_counted(house, job)


@pytest.mark.parametrize("endpoint", [Endpoint.MODERATIONS, Endpoint.CHAT])
async def test_words_that_cannot_be_judged_are_not_drawn(
    house: House, surface: RecordingSurface, fake: FakeOpenAI, endpoint: Endpoint
) -> None:
    """In doubt nothing is drawn, and that is said to be our fault."""
    fake.fail(endpoint, *[Kind.GARBAGE] * 3)
    job, post = await ended(house, surface)
    assert (job.state, post.tone) == (JobState.FAILED, Tone.FAILED)
    assert fake.paid == []
    await assert_nothing_counted(house, job)
