"""Asks every engine whether tiers get their shares, and no slot more than there are."""

import pytest

from bot.domain.people import GUEST, PREMIUM, REGISTERED, Tier
from bot.ports.engine import Engine
from tests.contract.engines import ENGINES, SLOTS, jobs, publish
from tests.fakes.clock import StoppedClock
from tests.fakes.waiting import quiet, until
from tests.fakes.work import HeldWork, at_work


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Build each engine in turn."""
    return ENGINES[request.param](StoppedClock())


async def test_busy_tiers_have_their_slots(engine: Engine) -> None:
    """Exactly as many as they were given, and the house is full."""
    work = HeldWork()
    for tier in SLOTS:
        await publish(engine, *jobs(tier, 20))
    async with at_work(engine, work, SLOTS):
        await until(lambda: len(work.running) == 8)
        await quiet()
        assert work.tiers() == SLOTS


async def test_starts_keep_to_the_shares_under_load(engine: Engine) -> None:
    """At every moment while all tiers wait, to within less than two starts."""
    work = HeldWork(is_held=False)
    for tier in SLOTS:
        await publish(engine, *jobs(tier, 100))
    async with at_work(engine, work, SLOTS):
        await until(lambda: len(work.ended) == 300)
    for so_far in range(1, 160):
        counts = work.tiers(work.started[:so_far])
        for tier, slots in SLOTS.items():
            assert abs(counts.get(tier, 0) - so_far * slots / 8) < 2


async def test_no_tier_starves_and_none_of_its_jobs_is_lost(engine: Engine) -> None:
    """A guest gets in although premium jobs never stop coming."""
    work = HeldWork(is_held=False)
    [guest] = jobs(GUEST, 1)
    await publish(engine, *jobs(PREMIUM, 200))
    await publish(engine, guest)
    async with at_work(engine, work, {GUEST: 1, PREMIUM: 9}):
        await until(lambda: len(work.ended) == 201)
    assert work.started.index(guest) <= 10


async def test_no_slot_idles_while_anything_waits(engine: Engine) -> None:
    """A tier alone has the whole house."""
    work = HeldWork()
    await publish(engine, *jobs(GUEST, 20))
    async with at_work(engine, work, SLOTS):
        await until(lambda: len(work.running) == 8)
        await quiet()
        assert len(work.running) == 8


async def test_a_tier_without_slots_has_the_smallest_share(engine: Engine) -> None:
    """It is slow, and it is served."""
    work = HeldWork(is_held=False)
    staff = Tier("staff")
    await publish(engine, *jobs(staff, 20), *jobs(PREMIUM, 60), *jobs(REGISTERED, 60))
    async with at_work(engine, work, {REGISTERED: 2, PREMIUM: 6}):
        await until(lambda: len(work.ended) == 140)
    assert work.tiers(work.started[:50]) == {staff: 10, REGISTERED: 10, PREMIUM: 30}


async def test_slots_are_never_exceeded(engine: Engine) -> None:
    """While jobs come, end, break and are cancelled."""
    work = HeldWork()
    everything = jobs(GUEST, 60)
    async with at_work(engine, work, {GUEST: 2, PREMIUM: 1}):
        for job in everything:
            await publish(engine, job)
            await quiet(2)
            await (engine.cancel(job) if job.endswith("3") else work.let_go(job))
        await until(lambda: not work.running)
        assert work.most_at_once == 3
