"""Asks of every implementation of `Reports`: is each report written down once, with who made it?"""

import pytest

from bot.domain.jobs import Job, JobId
from bot.domain.people import GUEST, AccountId, Identity
from bot.ports.accounts import Accounts
from bot.ports.jobs import Jobs
from bot.ports.reports import Reports
from tests.contract.examples import SECOND, WEB, some_pictures
from tests.fakes.clock import StoppedClock


@pytest.fixture
async def bob(accounts: Accounts) -> AccountId:
    """Return somebody else's account."""
    return (await accounts.get_or_create(Identity(WEB, "", "bob"), GUEST)).id


async def test_a_report_is_written_down_once(jobs: Jobs, running: Job, reports: Reports, ann: AccountId) -> None:
    """Somebody who reacts twice is one reporter."""
    [picture] = some_pictures(running.id)
    await jobs.keep(running.id, running.attempt, (picture,))
    assert await reports.add(picture.id, ann)
    assert not await reports.add(picture.id, ann)
    assert await reports.of(picture.id) == (ann,)


async def test_reporters_come_in_their_order(
    jobs: Jobs, running: Job, reports: Reports, ann: AccountId, bob: AccountId, clock: StoppedClock
) -> None:
    """The first one first."""
    [picture] = some_pictures(running.id)
    await jobs.keep(running.id, running.attempt, (picture,))
    await reports.add(picture.id, bob)
    clock.move(SECOND)
    await reports.add(picture.id, ann)
    assert await reports.of(picture.id) == (bob, ann)


async def test_a_picture_that_nobody_reported_has_no_reporters(reports: Reports) -> None:
    """Nor has one that nobody knows."""
    assert await reports.of(some_pictures(JobId("nothing"))[0].id) == ()
