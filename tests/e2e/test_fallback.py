"""Two image services behind one house: who draws when the first is down, and who is asked after a refusal."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app.house import House, open_house
from bot.config import Settings
from bot.doctor.provider_checks import check_provider_states
from bot.domain.chat import Post, Tone
from bot.domain.health import Health
from bot.domain.jobs import Job, JobState
from tests.e2e.tables import give_tables
from tests.fakes.openai import Endpoint, FakeOpenAI, Fault, Kind
from tests.fakes.surfaces import LOOM, FakeCall, RecordingSurface

PATIENCE_SECONDS = 60


@pytest.fixture
async def first() -> AsyncIterator[FakeOpenAI]:
    """Yield OpenAI."""
    async with FakeOpenAI() as running:
        yield running


@pytest.fixture
async def second() -> AsyncIterator[FakeOpenAI]:
    """Yield a service at another address, with an account of its own."""
    async with FakeOpenAI() as running:
        yield running


@pytest.fixture
def surface() -> RecordingSurface:
    """Return a platform."""
    return RecordingSurface()


@pytest.fixture
async def house(first: FakeOpenAI, second: FakeOpenAI, surface: RecordingSurface, tmp_path: Path) -> AsyncIterator[House]:
    """Yield a house that asks the one, and then the other."""
    settings = Settings.model_validate(
        {
            "data_dir": tmp_path,
            "owners": ["loom:olga"],
            "openai": {"api_key": "sk-test", "base_url": first.url},
            "providers": {"second": {"kind": "openai", "api_key": "sk-second", "base_url": second.url}},
            "drawing": {"providers": ["openai", "second"]},
            "bursts": {"wishes": 100},
        }
    )
    await give_tables(tmp_path)
    async with open_house(settings, {LOOM: surface}) as running:
        yield running


async def ended(house: House, surface: RecordingSurface, key: str = "call-1") -> tuple[Job, Post]:
    """Ask for a fox, and wait for the end."""
    await house.dispatcher.dispatch("imagine", {"prompt": "a fox"}, FakeCall(surface, key=key))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (job := await house.base.records.jobs.by_key(key)) is None or not await is_notified(house, job):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert job.message is not None
    return job, surface.shown[job.message.id]


async def is_notified(house: House, job: Job) -> bool:
    """Whether people have seen how it ended."""
    return job.state.is_final and not await house.base.records.jobs.list_unnotified(frozenset({LOOM}), most=100)


def asked(fake: FakeOpenAI) -> int:
    """Count the calls for pictures that came, whatever became of them."""
    return sum(seen.endpoint is Endpoint.IMAGES for seen in fake.seen)


async def test_what_one_service_cannot_draw_the_next_one_draws(
    house: House, surface: RecordingSurface, first: FakeOpenAI, second: FakeOpenAI
) -> None:
    """The same wish, with a word about why below it."""
    first.fail(Endpoint.IMAGES, Kind.SERVER_ERROR)
    job, post = await ended(house, surface)
    assert (job.state, post.tone) == (JobState.DONE, Tone.DONE)
    assert any(line.endswith(", because gpt-image-2 is overloaded") for line in post.footer)
    assert (asked(first), len(first.paid), len(second.paid)) == (1, 0, 1)


IN_DOUBT = Fault(kind=Kind.ERROR_ANSWER, status=400, answer={"error": {"message": "This cannot be done."}})


@pytest.mark.parametrize("kind", [Kind.MODERATION_BLOCKED, Kind.OLD_REFUSAL, IN_DOUBT])
async def test_after_a_refusal_nobody_else_is_asked(
    house: House, surface: RecordingSurface, first: FakeOpenAI, second: FakeOpenAI, kind: Kind | Fault
) -> None:
    """Whoever refuses has the last word, also where it is only perhaps a refusal."""
    first.fail(Endpoint.IMAGES, kind)
    job, _ = await ended(house, surface)
    assert job.state in {JobState.REFUSED, JobState.FAILED}
    assert (asked(first), asked(second)) == (1, 0)


async def test_a_paid_call_whose_end_was_not_seen_is_not_made_at_another_service(
    house: House, surface: RecordingSurface, first: FakeOpenAI, second: FakeOpenAI
) -> None:
    """It may be paid for already."""
    first.fail(Endpoint.IMAGES, Kind.CUT_AFTER_PAID)
    job, _ = await ended(house, surface)
    assert (job.state, len(first.paid), asked(second)) == (JobState.FAILED, 1, 0)


async def test_owners_are_told_in_private_that_the_money_is_gone(
    house: House, surface: RecordingSurface, first: FakeOpenAI, second: FakeOpenAI
) -> None:
    """Once, and people get their pictures from the next one."""
    first.fail(Endpoint.IMAGES, *[Kind.OUT_OF_MONEY] * 2)
    for number in range(2):
        job, _ = await ended(house, surface, f"call-{number}")
        assert job.state is JobState.DONE
    assert (asked(first), len(second.paid)) == (1, 2)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (reply := [post.text for place, post, _ in surface.posted if place.channel == "olga alone"]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert [text.startswith("openai draws nothing with gpt-image-2: its account is out of credit") for text in reply] == [True]


async def test_the_doctor_says_who_rests(house: House, surface: RecordingSurface, first: FakeOpenAI) -> None:
    """By what the running house remembers."""
    first.fail(Endpoint.IMAGES, Kind.OUT_OF_MONEY)
    await ended(house, surface)
    [finding] = await check_provider_states(house.base.settings)
    assert (finding.subject, finding.health) == ("drawing", Health.NOTE)
    assert finding.text.startswith("openai is not asked for ")
    assert finding.text.endswith(" because its calls failed: out_of_money.")


async def test_the_doctor_says_nothing_where_nothing_was_written_down(tmp_path: Path) -> None:
    """A database that is not there yet is its own check's business."""
    assert await check_provider_states(Settings.model_validate({"data_dir": tmp_path / "new"})) == ()
