"""Asks every engine whether tiers get their shares, and no slot more than there are."""

from collections.abc import AsyncIterator

import pytest

from bot.domain.people import GUEST, PREMIUM, REGISTERED, Tier
from bot.ports.engine import Engine
from tests.contract.engines import ENGINES, SLOTS, EngineStage, engine_stage, jobs, publish
from tests.fakes.waiting import until
from tests.fakes.work import HeldWork, at_work


@pytest.fixture(params=ENGINES)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[EngineStage]:
    """Set each engine's stage in turn."""
    async with engine_stage(request.param, request.getfixturevalue) as stage:
        yield stage


@pytest.fixture
def engine(stage: EngineStage) -> Engine:
    """Return the engine on it."""
    return stage.engine


async def test_busy_tiers_have_their_slots(engine: Engine, stage: EngineStage) -> None:
    """Exactly as many as they were given, and the house is full."""
    work = HeldWork()
    for tier in SLOTS:
        await publish(engine, *jobs(tier, 20))
    async with at_work(engine, work, SLOTS):
        await until(lambda: len(work.running) == 8)
        await stage.settle()
        assert work.tiers() == SLOTS


async def test_no_tier_starves_and_none_of_its_jobs_is_lost(engine: Engine) -> None:
    """A guest gets in although premium jobs never stop coming, and the other way round."""
    work = HeldWork()
    guests, premium = jobs(GUEST, 20), jobs(PREMIUM, 20)
    await publish(engine, *premium, *guests)
    async with at_work(engine, work, {GUEST: 1, PREMIUM: 3}):
        await until(lambda: work.tiers() == {GUEST: 1, PREMIUM: 3})
        await work.let_go(*premium, *guests)
        await until(lambda: len(work.ended) == 40)


async def test_a_tier_without_slots_has_the_smallest_share(engine: Engine) -> None:
    """It is served, also while the others are busy."""
    work = HeldWork()
    staff = Tier("staff")
    await publish(engine, *jobs(PREMIUM, 20), *jobs(REGISTERED, 20), *jobs(staff, 20))
    async with at_work(engine, work, {REGISTERED: 2, PREMIUM: 6}):
        await until(lambda: len(work.running) >= 8 and work.tiers().get(staff, 0) >= 1)
        assert work.tiers()[staff] <= 2


async def test_a_tier_that_has_none_is_left_to_others(engine: Engine, stage: EngineStage) -> None:
    """However idle this process is."""
    work = HeldWork()
    await publish(engine, *jobs(GUEST, 3), *jobs(PREMIUM, 3))
    async with at_work(engine, work, {GUEST: 0, PREMIUM: 2}):
        await until(lambda: len(work.running) == 2)
        await stage.settle()
        await work.let_go(*jobs(PREMIUM, 3))
        await until(lambda: len(work.ended) == 3)
        await stage.settle()
        assert not work.running


async def test_slots_are_never_exceeded(engine: Engine, stage: EngineStage) -> None:
    """While jobs come, end, break and are cancelled."""
    work = HeldWork()
    guests, premium = jobs(GUEST, 20), jobs(PREMIUM, 20)
    await publish(engine, *guests[:3], *premium[:3])
    async with at_work(engine, work, {GUEST: 2, PREMIUM: 1}):
        await until(lambda: len(work.running) == 3)
        for pair in zip(guests, premium, strict=True):
            await publish(engine, *pair)
            await stage.settle()
            for job in pair:
                await (engine.cancel(job) if job.endswith("3") else work.let_go(job))
        await until(lambda: not work.running)
        assert work.most_at_once == 3
