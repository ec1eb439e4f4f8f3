"""Asks every engine what `bot.ports.engine` promises."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.app.system import SystemClock
from bot.domain.jobs import JobId
from bot.domain.people import GUEST, PREMIUM, Tier
from bot.ports.engine import Engine
from tests.contract.engines import ENGINES, SLOTS, EngineStage, engine_stage, jobs, publish
from tests.fakes.waiting import quiet, until
from tests.fakes.work import HeldWork, at_work

HOUR = timedelta(hours=1)


@pytest.fixture(params=ENGINES)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[EngineStage]:
    """Set each engine's stage in turn."""
    async with engine_stage(request.param, request.getfixturevalue) as stage:
        yield stage


@pytest.fixture
def engine(stage: EngineStage) -> Engine:
    """Return the engine on it."""
    return stage.engine


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
    """As far as starting goes, and but for those that start at the same time."""
    work = HeldWork(is_held=False)
    everything = jobs(GUEST, 30)
    await publish(engine, *everything)
    async with at_work(engine, work, {GUEST: 3}):
        await until(lambda: len(work.ended) == 30)
    assert all(abs(work.started.index(job) - place) < 3 for place, job in enumerate(everything))


async def test_a_job_that_waits_or_runs_is_not_added_again(engine: Engine, stage: EngineStage) -> None:
    """However often somebody tells us of it."""
    work = HeldWork()
    [job, other] = jobs(PREMIUM, 2)
    await publish(engine, job, job, job)
    async with at_work(engine, work, SLOTS):
        await until(lambda: job in work.running)
        await publish(engine, job, job, other)
        await until(lambda: other in work.running)
        await work.let_go(job, other)
        await until(lambda: len(work.ended) == 2)
        await stage.settle()
    assert work.started == [job, other]


async def test_what_is_missing_is_added_and_the_rest_is_not(engine: Engine, stage: EngineStage) -> None:
    """Whether it waits, waits for its time, or runs."""
    work = HeldWork()
    [runs, later, waits, missing, unknown] = [*jobs(GUEST, 4), JobId("staff-0")]
    everything = [(job, Tier(job.partition("-")[0])) for job in (later, waits, runs, missing, unknown)]
    await publish(engine, runs, waits)
    await publish(engine, later, not_before=stage.now() + HOUR)
    async with at_work(engine, work, {GUEST: 1}):
        await until(lambda: runs in work.running)
        await engine.publish_missing(everything)
        await work.let_go(runs, waits, missing, unknown)
        await until(lambda: len(work.ended) == 4)
        await stage.settle()
    assert sorted(work.started) == [runs, waits, missing, unknown]


async def test_a_job_that_has_ended_may_come_again(engine: Engine, stage: EngineStage) -> None:
    """Nobody remembers ended ones for ever."""
    work = HeldWork(is_held=False)
    [job] = jobs(GUEST, 1)
    async with at_work(engine, work, SLOTS):
        while len(work.ended) < 3:
            await publish(engine, job)  # which changes nothing until the engine knows that it has ended
            await stage.settle()
    assert set(work.started) == {job}


async def test_a_job_for_later_waits_and_blocks_nobody(engine: Engine, stage: EngineStage) -> None:
    """It starts when its time has come."""
    work = HeldWork(is_held=False)
    [later, now, last] = jobs(GUEST, 3)
    await publish(engine, later, not_before=stage.now() + HOUR)
    async with at_work(engine, work, {GUEST: 1}):
        await publish(engine, now)
        await until(lambda: now in work.ended)
        await stage.move(HOUR / 2)
        await publish(engine, last)
        await until(lambda: last in work.ended)
        await stage.settle()
        assert later not in work.started
        await stage.move(HOUR / 2)
        await publish(engine, later)
        await until(lambda: later in work.ended)
    assert work.started == [now, last, later]


async def test_a_job_for_later_is_not_hurried_by_publishing_it_again(engine: Engine, stage: EngineStage) -> None:
    """It waits already, and is not added again: neither for now nor for twice."""
    work = HeldWork(is_held=False)
    [later, last] = jobs(GUEST, 2)
    await publish(engine, later, not_before=stage.now() + HOUR)
    async with at_work(engine, work, SLOTS):
        await publish(engine, later)
        await stage.settle()
        assert work.started == []
        await stage.move(HOUR)
        await publish(engine, last)
        await until(lambda: len(work.ended) == 2)
        await stage.settle()
    assert sorted(work.started) == [later, last]


async def test_jobs_for_later_start_in_the_order_of_their_times(engine: Engine, stage: EngineStage) -> None:
    """Not in that of their coming."""
    work = HeldWork(is_held=False)
    [third, first, second] = jobs(GUEST, 3)
    for job, minutes in ((third, 30), (first, 10), (second, 20)):
        await publish(engine, job, not_before=stage.now() + timedelta(minutes=minutes))
    await stage.move(HOUR)
    async with at_work(engine, work, {GUEST: 1}):
        await until(lambda: len(work.ended) == 3)
    assert work.started == [first, second, third]


async def test_a_job_for_later_needs_nobody_to_wake_the_engine(stage: EngineStage) -> None:
    """It starts by itself, and not too early."""
    clock, starts = SystemClock(), list[datetime]()

    async def work(job: JobId) -> None:
        starts.append(clock.now())

    due = clock.now() + timedelta(seconds=0.2)
    async with stage.in_real_time() as engine, at_work(engine, work, SLOTS):
        await publish(engine, JobId("guest-0"), not_before=due)
        await until(lambda: bool(starts))
    assert starts[0] >= due


async def test_a_job_that_is_handed_back_while_it_runs_runs_again(engine: Engine, stage: EngineStage) -> None:
    """Its work published it for later; that must not be taken for a repetition."""
    [job, other] = jobs(GUEST, 2)
    starts: list[JobId] = []

    async def work(job: JobId) -> None:
        starts.append(job)
        if len(starts) == 1:
            await publish(engine, job, not_before=stage.now() + HOUR)

    async with at_work(engine, work, SLOTS):
        await publish(engine, job)
        await until(lambda: starts == [job])
        await stage.settle()
        assert starts == [job]
        await stage.move(HOUR)
        await publish(engine, other)
        await until(lambda: len(starts) == 3)
    assert sorted(starts) == [job, job, other]


async def test_a_waiting_job_that_is_cancelled_never_starts(engine: Engine, stage: EngineStage) -> None:
    """Whether it waits for a slot or for its time."""
    work = HeldWork()
    [runs, waits, later, last] = jobs(GUEST, 4)
    await publish(engine, runs, waits, last)
    await publish(engine, later, not_before=stage.now() + HOUR)
    async with at_work(engine, work, {GUEST: 1}):
        await until(lambda: runs in work.running)
        await engine.cancel(waits)
        await engine.cancel(later)
        await stage.move(HOUR)
        await work.let_go(runs, last)
        await until(lambda: last in work.ended)
        await stage.settle()
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


async def test_a_cancelled_job_may_be_published_anew(engine: Engine, stage: EngineStage) -> None:
    """Cancelling is no ban."""
    work = HeldWork(is_held=False)
    [job] = jobs(GUEST, 1)
    await publish(engine, job)
    await engine.cancel(job)
    await publish(engine, job)
    async with at_work(engine, work, SLOTS):
        await until(lambda: job in work.ended)
        await stage.settle()
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


async def test_what_waited_when_a_run_was_cancelled_is_worked_on_by_the_next(engine: Engine, stage: EngineStage) -> None:
    """Also what the cancelled work itself handed back on its way out."""
    work = HeldWork()
    [first, second] = jobs(GUEST, 2)

    async def release(job: JobId) -> None:
        try:
            await work(job)
        except asyncio.CancelledError:
            await publish(engine, job, not_before=stage.now())
            raise

    await publish(engine, first, second)
    async with at_work(engine, release, {GUEST: 1}):
        await until(lambda: first in work.running)
    await work.let_go(first, second)
    async with at_work(engine, work, {GUEST: 1}):
        await until(lambda: len(work.ended) == 3)
    assert work.started == [first, second, first]


async def test_an_engine_that_works_never_says_that_nobody_does(engine: Engine) -> None:
    """Not even before the first sign of life."""
    work = HeldWork(is_held=False)
    async with at_work(engine, work, SLOTS):
        await publish(engine, *jobs(GUEST, 1))
        assert await engine.has_worker(GUEST) is not False
        await until(lambda: len(work.ended) == 1)
        assert await engine.has_worker(GUEST) is not False


async def test_an_engine_that_is_to_start_no_more_finishes_what_runs(engine: Engine, stage: EngineStage) -> None:
    """What waits, and what comes, is left to the next run."""
    work = HeldWork()
    [runs, waits, comes] = jobs(GUEST, 3)
    await publish(engine, runs, waits)
    async with at_work(engine, work, {GUEST: 1}):
        await until(lambda: runs in work.running)
        engine.stop_starting()
        await publish(engine, comes)
        await work.let_go(runs, waits, comes)
        await until(lambda: runs in work.ended)
        assert (work.started, work.cancelled) == ([runs], [])
    async with at_work(engine, work, {GUEST: 1}):
        await until(lambda: len(work.ended) == 3)
    assert work.started == [runs, waits, comes]
