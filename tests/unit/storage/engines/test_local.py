"""Asks the engine of one machine what only it promises: fair shares over time, and a memory that does not grow."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.jobs import JobId
from bot.domain.people import GUEST, PREMIUM, REGISTERED, Tier
from storage.engines.local import LocalEngine, _FairQueue
from tests.contract.engines import jobs, publish
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.waiting import quiet, until
from tests.fakes.work import HeldWork, at_work

SLOTS = {GUEST: 1, PREMIUM: 3}
SHARES = {GUEST: 1, REGISTERED: 2, PREMIUM: 5}


def fill(queue: _FairQueue, tier: Tier, count: int) -> None:
    """Put jobs of a tier in line."""
    for number in range(count):
        queue.add(JobId(f"{tier}-{number}"), tier, None, NOON)


def taken(queue: _FairQueue, count: int) -> list[str]:
    """Take jobs, and give their tiers."""
    return [str(queue.take(SLOTS)).partition("-")[0] for _ in range(count)]


def test_a_tier_that_was_away_has_saved_nothing_up() -> None:
    """After a long time alone the others do not stand still for it."""
    queue = _FairQueue()
    fill(queue, PREMIUM, 100)
    taken(queue, 90)
    fill(queue, GUEST, 10)
    assert taken(queue, 8).count("guest") <= 3


def test_a_tier_that_was_away_for_a_moment_is_not_favoured() -> None:
    """Whoever empties the line and comes again at once waits for their share like those who stayed."""
    queue = _FairQueue()
    fill(queue, PREMIUM, 100)
    starts = []
    for number in range(40):
        queue.add(JobId(f"guest-{number}"), GUEST, None, NOON)
        starts += taken(queue, 1)
    assert starts.count("guest") <= 11


def test_a_tier_with_no_slots_of_its_own_has_the_smallest_share() -> None:
    """It is not divided by."""
    queue = _FairQueue()
    fill(queue, GUEST, 10)
    assert queue.take({PREMIUM: 2}) == "guest-0"


def test_an_empty_line_has_nobody_next() -> None:
    """Nor anybody for later."""
    queue = _FairQueue()
    assert queue.take(SLOTS) is None
    assert queue.next_due is None


def test_the_line_forgets_whom_it_let_go() -> None:
    """Taken, removed from among the waiting, and removed from among the later ones."""
    queue = _FairQueue()
    fill(queue, GUEST, 2)
    queue.add(JobId("later"), GUEST, NOON + timedelta(hours=1), NOON)
    queue.take(SLOTS)
    queue.remove(JobId("guest-1"))
    queue.remove(JobId("later"))
    queue.remove(JobId("never was"))
    assert queue.next_due is None
    assert queue.take(SLOTS) is None
    assert not queue._tiers


async def test_memory_does_not_grow_with_what_is_done() -> None:
    """Ids that ended, were cancelled, or broke leave nothing behind."""
    engine, work = LocalEngine(StoppedClock()), HeldWork(is_held=False)
    async with at_work(engine, work, SLOTS):
        for number in range(500):
            await engine.publish(JobId(f"guest-{number}"), tier=GUEST)
            await engine.cancel(JobId(f"guest-{number + 7}"))
        await until(lambda: len(work.ended) == 500)
        await quiet()
        assert not engine._running
        assert not engine._republished
        assert not engine._queue._tiers


async def test_a_handed_back_job_that_is_cancelled_does_not_come_again() -> None:
    """Cancelling takes back what was to happen later, too."""
    clock = StoppedClock()
    engine, work = LocalEngine(clock), HeldWork()
    [job, other] = [JobId("guest-0"), JobId("guest-1")]
    await engine.publish(job, tier=GUEST)
    async with at_work(engine, work, SLOTS):
        await until(lambda: job in work.running)
        await engine.publish(job, tier=GUEST, not_before=NOON)
        await engine.cancel(job)
        await engine.publish(other, tier=GUEST)
        await until(lambda: other in work.running and job in work.ended)
        await quiet()
    assert work.started == [job, other]


async def test_a_job_cancelled_before_its_first_step_leaves_its_slot() -> None:
    """Its work never began, and the next one gets the slot."""
    engine, work = LocalEngine(StoppedClock()), HeldWork(is_held=False)
    [first, second] = [JobId("guest-0"), JobId("guest-1")]
    async with at_work(engine, work, {GUEST: 1}):
        await quiet()
        await engine.publish(first, tier=GUEST)
        while first not in engine._running:  # noqa: ASYNC110 - the step between beginning and being begun is one turn long
            await asyncio.sleep(0)
        await engine.cancel(first)
        await engine.publish(second, tier=GUEST)
        await until(lambda: second in work.ended)
    assert work.started == [second]
    assert not engine._running


@pytest.mark.parametrize("slots", [{}, {GUEST: 0}, {GUEST: -1, PREMIUM: 2}])
async def test_an_engine_without_slots_does_not_pretend_to_run(slots: dict[Tier, int]) -> None:
    """That is a mistake of ours, and told at once."""
    with pytest.raises(ValueError, match="slot"):
        await LocalEngine(StoppedClock()).run(HeldWork(), slots)


async def test_an_engine_runs_once_at_a_time() -> None:
    """Two runs would have twice the slots."""
    engine = LocalEngine(StoppedClock())
    async with at_work(engine, HeldWork(), SLOTS):
        await quiet()
        with pytest.raises(RuntimeError, match="runs already"):
            await engine.run(HeldWork(), SLOTS)


async def test_starts_keep_to_the_shares_under_load() -> None:
    """At every moment while all tiers wait, to within less than two starts."""
    engine, work = LocalEngine(StoppedClock()), HeldWork(is_held=False)
    for tier in SHARES:
        await publish(engine, *jobs(tier, 100))
    async with at_work(engine, work, SHARES):
        await until(lambda: len(work.ended) == 300)
    for so_far in range(1, 160):
        counts = work.tiers(work.started[:so_far])
        for tier, slots in SHARES.items():
            assert abs(counts.get(tier, 0) - so_far * slots / 8) < 2


async def test_a_guest_gets_in_among_the_first() -> None:
    """A guest gets in although premium jobs never stop coming."""
    engine, work = LocalEngine(StoppedClock()), HeldWork(is_held=False)
    [guest] = jobs(GUEST, 1)
    await publish(engine, *jobs(PREMIUM, 200))
    await publish(engine, guest)
    async with at_work(engine, work, {GUEST: 1, PREMIUM: 9}):
        await until(lambda: len(work.ended) == 201)
    assert work.started.index(guest) <= 10


async def test_no_slot_idles_while_anything_waits() -> None:
    """A tier alone has the whole house."""
    engine, work = LocalEngine(StoppedClock()), HeldWork()
    await publish(engine, *jobs(GUEST, 20))
    async with at_work(engine, work, SHARES):
        await until(lambda: len(work.running) == 8)
        await quiet()
        assert len(work.running) == 8


async def test_a_tier_that_is_not_named_keeps_to_the_smallest_share() -> None:
    """It is slow, and it is served."""
    engine, work = LocalEngine(StoppedClock()), HeldWork(is_held=False)
    staff = Tier("staff")
    await publish(engine, *jobs(staff, 20), *jobs(PREMIUM, 60), *jobs(REGISTERED, 60))
    async with at_work(engine, work, {REGISTERED: 2, PREMIUM: 6}):
        await until(lambda: len(work.ended) == 140)
    assert work.tiers(work.started[:50]) == {staff: 10, REGISTERED: 10, PREMIUM: 30}
