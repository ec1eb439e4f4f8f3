"""A provider with several keys, of which one is not accepted: the others draw, and no key is ever shown."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.app.house import House, open_house
from bot.config import Settings
from bot.doctor.provider_checks import check_provider_states
from bot.domain.health import Health
from bot.domain.jobs import Job, JobState
from bot.domain.provider_accounts import account_name
from tests.e2e.tables import give_tables
from tests.fakes.bfl import FakeBfl, Options
from tests.fakes.surfaces import LOOM, FakeCall, RecordingSurface

GOOD, BAD = "bfl-made-up-good", "bfl-made-up-revoked"
PATIENCE_SECONDS = 60


@pytest.fixture
async def fake() -> AsyncIterator[FakeBfl]:
    """Run the service, which knows one of the keys."""
    async with FakeBfl(Options(key=GOOD)) as running:
        yield running


@pytest.fixture
def surface() -> RecordingSurface:
    """Return a platform."""
    return RecordingSurface()


@pytest.fixture
async def house(fake: FakeBfl, surface: RecordingSurface, tmp_path: Path) -> AsyncIterator[House]:
    """Yield a house that has both."""
    settings = Settings.model_validate(
        {
            "data_dir": tmp_path,
            "owners": ["loom:olga"],
            "providers": {"flux": {"kind": "bfl", "api_keys": [BAD, GOOD], "base_url": fake.url}},
            "bursts": {"wishes": 100},
        }
    )
    await give_tables(tmp_path)
    async with open_house(settings, {LOOM: surface}) as running:
        yield running


async def ended(house: House, surface: RecordingSurface, key: str) -> Job:
    """Ask for a fox, and wait for the end."""
    await house.dispatcher.dispatch("imagine", {"prompt": "a fox"}, FakeCall(surface, key=key))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (job := await house.base.records.jobs.by_key(key)) is None or not job.state.is_final:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return job


async def test_the_good_key_draws_and_owners_are_told_of_the_other(
    house: House, surface: RecordingSurface, fake: FakeBfl
) -> None:
    """Which of the list it is, once; each drawing's row says by which key its ticket is collected, but not the key."""
    with capture_logs() as logs:
        jobs = [await ended(house, surface, f"call-{number}") for number in range(3)]
    assert [job.state for job in jobs] == [JobState.DONE] * 3
    assert len(fake.paid) == 3
    drawings = [drawing for job in jobs for drawing in await house.base.records.jobs.drawings(job.id)]
    assert {drawing.provider for drawing in drawings if drawing.ticket} == {account_name("flux", GOOD)}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (answer := [post.text for place, post, _ in surface.posted if place.channel == "olga alone"]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert [text for text in answer if "draws nothing" in text] == [
        (
            "flux (key 1 of 2) draws nothing with flux-2-pro: it does not accept the key. Set one that it does. "
            "It is tried again every ten minutes. Until then its other keys draw."
        )
    ]
    [finding] = await check_provider_states(house.base.settings)
    assert finding.text.startswith("flux (key 1 of 2) is not asked for ")
    for secret in (GOOD, BAD):
        assert secret not in f"{logs} {drawings} {surface.posted} {finding} {house.base.settings!r}"


async def test_the_doctor_asks_with_each_key(house: House) -> None:
    """And says which one is not accepted."""
    found = {name: await check() for name, check in house.base.ai_services.checks if name.startswith("flux")}
    assert {name: [(one.subject, one.health) for one in findings] for name, findings in found.items()} == {
        "flux (key 1 of 2)": [("flux (key 1 of 2): key", Health.WRONG)],
        "flux (key 2 of 2)": [("flux (key 2 of 2): key", Health.OK)],
    }
