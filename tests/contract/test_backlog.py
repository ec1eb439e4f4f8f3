"""Asks of every implementation of `Backlog`: does it count what is open, and nothing else?"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.jobs import Ending, JobId, JobState
from bot.domain.people import PREMIUM, REGISTERED, AccountId
from bot.ports.backlog import Backlog, OpenJobs, Phase
from bot.ports.jobs import Jobs
from storage.sql.backlog import SqlBacklog
from storage.sql.database import Database
from tests.contract.conftest import ON_DISK
from tests.contract.examples import LEASE, SECOND, a_hold, a_job, some_pictures
from tests.fakes.clock import NOON, StoppedClock

pytestmark = ON_DISK
LEFT, RUNS, LATER = JobId("left"), JobId("runs"), JobId("later")


@pytest.fixture
def backlog(database: Database, clock: StoppedClock) -> Backlog:
    """Return what counts the jobs of the test."""
    return SqlBacklog(database, clock)


async def test_an_empty_house_has_none(backlog: Backlog) -> None:
    """And that is no error."""
    assert await backlog.count() == ()


async def test_each_tier_and_phase_is_counted(backlog: Backlog, jobs: Jobs, ann: AccountId, clock: StoppedClock) -> None:
    """With the pictures that are held for it, and the moment since when the first of them is late."""
    for number in range(3):
        await jobs.accept(a_job(f"waits-{number}", ann, created_at=NOON + number * SECOND), a_hold(ann, 2))
    await jobs.accept(a_job("premium", ann, tier=PREMIUM), a_hold(ann))
    for name in (LEFT, RUNS, LATER):
        await jobs.accept(a_job(name, ann), a_hold(ann))
    await jobs.claim(LEFT, SECOND)
    clock.move(timedelta(seconds=30))
    await jobs.claim(RUNS, LEASE)
    await jobs.claim(LATER, LEASE)
    await jobs.release(LATER, 1, clock.now() + timedelta(minutes=1))
    assert set(await backlog.count()) == {
        _open(Phase.WAITING, jobs=3, holds=3, held_pictures=6, since=NOON),
        _open(Phase.WAITING, tier=PREMIUM, since=NOON),
        _open(Phase.ABANDONED, since=NOON + SECOND),
        _open(Phase.RUNNING, since=clock.now() + LEASE),
        _open(Phase.POSTPONED, since=clock.now() + timedelta(minutes=1)),
    }


async def test_what_is_postponed_waits_from_when_it_is_due(
    backlog: Backlog, jobs: Jobs, ann: AccountId, clock: StoppedClock
) -> None:
    """Not from when it was accepted: nobody is late with it."""
    await jobs.accept(a_job(LATER, ann), a_hold(ann))
    await jobs.claim(LATER, LEASE)
    due = NOON + timedelta(minutes=1)
    await jobs.release(LATER, 1, due)
    clock.move(timedelta(minutes=2))
    assert await backlog.count() == (_open(Phase.WAITING, since=due),)


async def test_kept_pictures_hold_nothing_and_final_jobs_are_gone(
    backlog: Backlog, jobs: Jobs, ann: AccountId, clock: StoppedClock
) -> None:
    """The one still has to be delivered; the other is history."""
    for name in (RUNS, LEFT):
        await jobs.accept(a_job(name, ann), a_hold(ann))
        await jobs.claim(name, LEASE)
        await jobs.keep(name, 1, some_pictures(name))
    await jobs.finish(LEFT, 1, Ending(JobState.DONE))
    assert await backlog.count() == (_open(Phase.RUNNING, holds=0, held_pictures=0, since=NOON + LEASE),)


def _open(phase: Phase, since: datetime, **changes: Any) -> OpenJobs:
    one = OpenJobs(tier=REGISTERED, phase=phase, jobs=1, holds=1, held_pictures=1, since=since)
    return replace(one, **changes)
