"""Asks every engine what `bot.ports.engine` promises."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.jobs import JobId
from bot.domain.people import GUEST, PREMIUM
from bot.ports.engine import Engine
from tests.contract.engines import ENGINES, SLOTS, MakeEngine, jobs, publish
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.waiting import quiet, until
from tests.fakes.work import HeldWork, at_work

HOUR = timedelta(hours=1)


@pytest.fixture(params=ENGINES)
def make_engine(request: pytest.FixtureRequest) -> MakeEngine:
    """Return each engine's builder in turn."""
    return ENGINES[request.param]


@pytest.fixture
def clock() -> StoppedClock:
    """Hold time still."""
    return StoppedClock()


@pytest.fixture
def engine(make_engine: MakeEngine, clock: StoppedClock) -> Engine:
    """Build an engine whose time stands still."""
    return make_engine(clock)


async def test_every_published_job_is_worked_on(engine: Engine) -> None:
    """Those from before the run as well as those from within it."""
    work = HeldWork(is_held=False)
    before, within = jobs(GUEST, 40), jobs(PREMIUM, 40)
    await publish(engine, *before)
    async with at_work(engine, work, SLOTS):
        await publish(engine, *within)
        await until(lambda: len(work.ended) >= 80)
    assert set(work.ended) == {*before, *within}


async def test_within_a_tier_it_is_first_come_first_served(engine: Engine) -> None:
    """As far as starting goes."""
    work = HeldWork(is_held=False)
    await publish(engine, *jobs(GUEST, 30))
    async with at_work(engine, work, {GUEST: 3}):
        await until(lambda: len(work.ended) == 30)
    assert work.started == jobs(GUEST, 30)


async def test_a_job_that_waits_or_runs_is_not_added_again(engine: Engine) -> None:
    """However often somebody tells us of it."""
    work = HeldWork()
    [job, other] = jobs(GUEST, 2)
    await publish(engine, job, job, job)
    async with at_work(engine, work, SLOTS):
        await until(lambda: job in work.running)
        await publish(engine, job, job, other)
        await until(lambda: other in work.running)
        await work.let_go(job, other)
        await until(lambda: len(work.ended) == 2)
        await quiet()
    assert work.started == [job, other]


async def test_a_job_that_has_ended_may_come_again(engine: Engine) -> None:
    """Nobody remembers ended ones for ever."""
    work = HeldWork(is_held=False)
    [job] = jobs(GUEST, 1)
    async with at_work(engine, work, SLOTS):
        for times in (1, 2, 3):
            await publish(engine, job)
            await until(lambda times=times: len(work.ended) == times)  # type: ignore[misc]  # mypy cannot type a default
            await quiet()  # until the engine knows that it has ended
    assert work.started == [job] * 3


async def test_a_job_for_later_waits_and_blocks_nobody(engine: Engine, clock: StoppedClock) -> None:
    """It starts when its time has come."""
    work = HeldWork(is_held=False)
    [later, now, last] = jobs(GUEST, 3)
    await publish(engine, later, not_before=clock.now() + HOUR)
    async with at_work(engine, work, {GUEST: 1}):
        await publish(engine, now)
        await until(lambda: now in work.ended)
        clock.move(HOUR - timedelta(seconds=1))
        await publish(engine, last)
        await until(lambda: last in work.ended)
        await quiet()
        assert later not in work.started
        clock.move(timedelta(seconds=1))
        await publish(engine, later)
        await until(lambda: later in work.ended)
    assert work.started == [now, last, later]


async def test_a_job_for_later_is_not_hurried_by_publishing_it_again(engine: Engine, clock: StoppedClock) -> None:
    """It waits already, and is not added again: neither for now nor for twice."""
    work = HeldWork(is_held=False)
    [later, last] = jobs(GUEST, 2)
    await publish(engine, later, not_before=clock.now() + HOUR)
    async with at_work(engine, work, SLOTS):
        await publish(engine, later)
        await quiet()
        assert work.started == []
        clock.move(HOUR)
        await publish(engine, last)
        await until(lambda: len(work.ended) == 2)
        await quiet()
    assert sorted(work.started) == [later, last]


async def test_jobs_for_later_start_in_the_order_of_their_times(engine: Engine, clock: StoppedClock) -> None:
    """Not in that of their coming."""
    work = HeldWork(is_held=False)
    [third, first, second, fourth] = jobs(GUEST, 4)
    for job, minutes in ((third, 3), (first, 1), (second, 2)):
        await publish(engine, job, not_before=clock.now() + timedelta(minutes=minutes))
    clock.move(HOUR)
    await publish(engine, fourth)
    async with at_work(engine, work, {GUEST: 1}):
        await until(lambda: len(work.ended) == 4)
    assert work.started == [first, second, third, fourth]


class RealClock:
    """Tells the time."""

    def now(self) -> datetime:
        """Return the moment."""
        return datetime.now(UTC)


async def test_a_job_for_later_needs_nobody_to_wake_the_engine(make_engine: MakeEngine) -> None:
    """It starts by itself, and not too early."""
    clock, starts = RealClock(), list[datetime]()

    async def work(job: JobId) -> None:
        starts.append(clock.now())

    engine = make_engine(clock)
    due = clock.now() + timedelta(seconds=0.2)
    async with at_work(engine, work, SLOTS):
        await publish(engine, JobId("guest-0"), not_before=due)
        await until(lambda: bool(starts))
    assert starts[0] >= due
    assert starts[0] - due < timedelta(seconds=5)


async def test_a_job_that_is_handed_back_while_it_runs_runs_again(engine: Engine, clock: StoppedClock) -> None:
    """Its work published it for later; that must not be taken for a repetition."""
    [job, other] = jobs(GUEST, 2)
    starts: list[JobId] = []

    async def work(job: JobId) -> None:
        starts.append(job)
        if len(starts) == 1:
            await publish(engine, job, not_before=clock.now() + HOUR)

    async with at_work(engine, work, SLOTS):
        await publish(engine, job)
        await until(lambda: starts == [job])
        await quiet()
        assert starts == [job]
        clock.move(HOUR)
        await publish(engine, other)
        await until(lambda: len(starts) == 3)
    assert sorted(starts) == [job, job, other]


async def test_a_waiting_job_that_is_cancelled_never_starts(engine: Engine, clock: StoppedClock) -> None:
    """Whether it waits for a slot or for its time."""
    work = HeldWork()
    [runs, waits, later, last] = jobs(GUEST, 4)
    await publish(engine, runs, waits, last)
    await publish(engine, later, not_before=clock.now() + HOUR)
    async with at_work(engine, work, {GUEST: 1}):
        await until(lambda: runs in work.running)
        await engine.cancel(waits)
        await engine.cancel(later)
        clock.move(HOUR)
        await work.let_go(runs, last)
        await until(lambda: last in work.ended)
        await quiet()
    assert work.started == [runs, last]


async def test_a_running_job_that_is_cancelled_stops_and_frees_its_slot(engine: Engine) -> None:
    """The others are left alone, and the next one starts."""
    work = HeldWork()
    [first, second, third] = jobs(GUEST, 3)
    await publish(engine, first, second, third)
    async with at_work(engine, work, {GUEST: 2}):
        await until(lambda: work.running == {first, second})
        await engine.cancel(first)
        await until(lambda: work.running == {second, third})
        assert work.cancelled == [first]


async def test_whoever_cancels_does_not_wait_for_the_end(engine: Engine) -> None:
    """Work that takes its time to stop, or runs on another machine, holds nobody up; asking twice is no error."""
    [job] = jobs(GUEST, 1)
    has_begun, may_stop = asyncio.Event(), asyncio.Event()

    async def stubborn(job: JobId) -> None:
        has_begun.set()
        while not may_stop.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await may_stop.wait()

    await publish(engine, job)
    async with at_work(engine, stubborn, SLOTS):
        await has_begun.wait()
        async with asyncio.timeout(5):
            for _ in range(2):
                await engine.cancel(job)
        may_stop.set()


async def test_a_cancelled_job_may_be_published_anew(engine: Engine) -> None:
    """Cancelling is no ban."""
    work = HeldWork(is_held=False)
    [job] = jobs(GUEST, 1)
    await publish(engine, job)
    await engine.cancel(job)
    await publish(engine, job)
    async with at_work(engine, work, SLOTS):
        await until(lambda: job in work.ended)
        await quiet()
    assert work.started == [job]


async def test_cancelling_what_is_not_there_is_no_error(engine: Engine) -> None:
    """It may have ended a moment ago."""
    work = HeldWork(is_held=False)
    [job, unknown] = jobs(GUEST, 2)
    await engine.cancel(unknown)
    async with at_work(engine, work, SLOTS):
        await publish(engine, job)
        await until(lambda: job in work.ended)
        await engine.cancel(job)
        await engine.cancel(unknown)
    assert work.started == [job]


async def test_work_that_breaks_is_logged_and_its_slot_goes_on(engine: Engine) -> None:
    """One bad job does not stop the house."""
    ended: list[JobId] = []

    async def work(job: JobId) -> None:
        if job.endswith("1"):
            raise LookupError("that was not foreseen")
        ended.append(job)

    with capture_logs() as logs:
        async with at_work(engine, work, {GUEST: 1}):
            await publish(engine, *jobs(GUEST, 3))
            await until(lambda: len(ended) == 2)
    assert [(entry["event"], entry["job"]) for entry in logs] == [("engine.work_broke", "guest-1")]


async def test_a_run_that_is_cancelled_cancels_its_work_and_waits_for_it(engine: Engine) -> None:
    """Nothing goes on behind its back, and nothing new starts."""
    work = HeldWork()
    await publish(engine, *jobs(GUEST, 5))
    async with at_work(engine, work, {GUEST: 2}) as run:
        await until(lambda: len(work.running) == 2)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert work.running == set()
        assert sorted(work.cancelled) == jobs(GUEST, 2)
        await quiet()
    assert sorted(work.started) == jobs(GUEST, 2)


async def test_what_waited_when_a_run_was_cancelled_is_worked_on_by_the_next(engine: Engine, clock: StoppedClock) -> None:
    """Also what the cancelled work itself handed back on its way out."""
    work = HeldWork()
    [first, second] = jobs(GUEST, 2)

    async def release(job: JobId) -> None:
        try:
            await work(job)
        except asyncio.CancelledError:
            await publish(engine, job, not_before=clock.now())
            raise

    await publish(engine, first, second)
    async with at_work(engine, release, {GUEST: 1}):
        await until(lambda: first in work.running)
    await work.let_go(first, second)
    async with at_work(engine, work, {GUEST: 1}):
        await until(lambda: len(work.ended) == 3)
    assert work.started == [first, second, first]
    assert clock.now() == NOON
