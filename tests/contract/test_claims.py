"""Asks of every implementation of `Jobs`: does no account run more jobs at once than it may, and which one goes next?"""

import asyncio
from datetime import timedelta
from random import Random

import pytest

from bot.domain.chat import Place
from bot.domain.jobs import Job, JobId, JobState
from bot.domain.people import REGISTERED, AccountId, Identity
from bot.ports.accounts import Accounts
from bot.ports.jobs import Jobs
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from tests.contract.conftest import ON_DISK
from tests.contract.examples import CANCELLED, DISCORD, DONE, FAILED, LEASE, SECOND, WEB, a_hold, a_job, some_pictures
from tests.contract.tables import patient_database
from tests.fakes.clock import NOON, StoppedClock

EVERYWHERE = frozenset({WEB, DISCORD})


async def accept(jobs: Jobs, account: AccountId, *names: str, minutes: int = 0, place: Place | None = None) -> list[JobId]:
    """Accept jobs, each a second after the one before."""
    accepted = []
    for number, name in enumerate(names):
        at = {} if place is None else {"place": place}
        job = a_job(name, account, created_at=NOON + timedelta(minutes=minutes, seconds=number), **at)
        accepted.append((await jobs.accept(job, a_hold(account))).job.id)
    return accepted


async def claim(jobs: Jobs, *names: str, most_running: int = 2) -> list[bool]:
    """Claim one after the other, and say which could be."""
    return [await jobs.claim(JobId(name), LEASE, most_running=most_running) is not None for name in names]


async def startable(jobs: Jobs, of: str, most_running: int = 2) -> list[str]:
    """Name the jobs that may start."""
    return [job for job, _ in await jobs.startable(JobId(of), EVERYWHERE, most_running=most_running)]


class TestTheCap:
    """So many of one account run at once."""

    async def test_no_more_run_than_may(self, jobs: Jobs, ann: AccountId) -> None:
        """What was refused stays as it is, and uses no attempt up."""
        await accept(jobs, ann, "a", "b", "c")
        waiting = await jobs.get(JobId("c"))
        assert await claim(jobs, "a", "b", "c") == [True, True, False]
        assert await jobs.get(JobId("c")) == waiting

    async def test_other_accounts_do_not_count(self, jobs: Jobs, ann: AccountId, accounts: Accounts) -> None:
        """Each has a cap of its own."""
        bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
        await accept(jobs, ann, "a")
        await accept(jobs, bob, "b", minutes=1)
        assert await claim(jobs, "a", "b", most_running=1) == [True, True]

    @pytest.mark.parametrize("way", ["kept", "finished", "cancelled", "handed back", "lease"])
    async def test_whoever_stops_running_makes_room(self, jobs: Jobs, ann: AccountId, clock: StoppedClock, way: str) -> None:
        """Whatever became of it, and for one only."""
        first, *_ = await accept(jobs, ann, "a", "b", "c")
        assert await claim(jobs, "a", "b", most_running=1) == [True, False]
        match way:
            case "kept":
                await jobs.keep(first, 1, some_pictures(first))
            case "finished":
                await jobs.finish(first, 1, FAILED)
            case "cancelled":
                await jobs.cancel(first, CANCELLED)
            case "handed back":
                await jobs.release(first, 1, NOON + timedelta(hours=1))
            case _:
                clock.move(LEASE)
                assert await claim(jobs, "a", most_running=1) == [True]
                await jobs.finish(first, 2, FAILED)
        assert await startable(jobs, "a", 1) == ["b"]
        assert await claim(jobs, "c", "b", "c", most_running=1) == [False, True, False]

    async def test_a_job_whose_lease_ran_out_may_be_claimed_again(self, jobs: Jobs, ann: AccountId, clock: StoppedClock) -> None:
        """It does not stand in its own way, and goes before the younger ones."""
        await accept(jobs, ann, "a", "b")
        assert await claim(jobs, "a", most_running=1) == [True]
        clock.move(LEASE - SECOND)
        assert await claim(jobs, "b", most_running=1) == [False]
        clock.move(SECOND)
        assert await startable(jobs, "b", 1) == ["a"]
        assert await claim(jobs, "b", "a", "b", most_running=1) == [False, True, False]

    async def test_pictures_that_only_have_to_be_shown_wait_for_nobody(
        self, jobs: Jobs, ann: AccountId, clock: StoppedClock
    ) -> None:
        """However many run."""
        first, _ = await accept(jobs, ann, "a", "b")
        assert await claim(jobs, "a", most_running=1) == [True]
        await jobs.keep(first, 1, some_pictures(first))
        assert await claim(jobs, "b", most_running=1) == [True]
        clock.move(LEASE - SECOND)
        await jobs.renew(JobId("b"), 1, LEASE)
        clock.move(SECOND)
        assert await claim(jobs, "a", most_running=1) == [True]

    async def test_without_a_cap_all_may_run(self, jobs: Jobs, ann: AccountId) -> None:
        """In any order."""
        await accept(jobs, ann, "a", "b", "c")
        assert all([await jobs.claim(JobId(name), LEASE) for name in "cba"])


class TestTheOrder:
    """First come, first served."""

    async def test_a_job_waits_for_older_ones(self, jobs: Jobs, ann: AccountId) -> None:
        """As many as may run can be before it at most; of those of one moment the id says which is older."""
        await accept(jobs, ann, "a", "b", "c", "d")
        assert await claim(jobs, "d", "c", "b", "a", "d", "c") == [False, False, True, True, False, False]

    async def test_one_that_has_to_wait_for_its_time_keeps_nobody_waiting(
        self, jobs: Jobs, ann: AccountId, clock: StoppedClock
    ) -> None:
        """When its time has come it goes first again."""
        first, *_ = await accept(jobs, ann, "a", "b", "c")
        assert await claim(jobs, "a", most_running=1) == [True]
        await jobs.release(first, 1, NOON + 10 * SECOND)
        assert await startable(jobs, "c", 1) == ["b"]
        assert await claim(jobs, "b", most_running=1) == [True]
        clock.move(10 * SECOND)
        await jobs.finish(JobId("b"), 1, FAILED)
        assert await startable(jobs, "c", 1) == ["a"]
        assert await claim(jobs, "c", "a", most_running=1) == [False, True]

    async def test_jobs_of_a_platform_that_nobody_serves_keep_no_others_waiting(self, jobs: Jobs, ann: AccountId) -> None:
        """One person may ask in two places, and one of them may be off for weeks."""
        await accept(jobs, ann, "a", place=Place(DISCORD, "", "lobby"))
        await accept(jobs, ann, "b", "c", minutes=1)
        assert [job for job, _ in await jobs.startable(JobId("c"), frozenset({WEB}), most_running=1)] == ["b"]
        assert await claim(jobs, "b", "a", most_running=1) == [True, False]

    async def test_what_may_start_is_what_there_is_room_for(self, jobs: Jobs, ann: AccountId) -> None:
        """Oldest first, with their tiers; nothing for a job that is unknown."""
        await accept(jobs, ann, *"abcd")
        assert await jobs.startable(JobId("d"), EVERYWHERE, most_running=2) == (("a", REGISTERED), ("b", REGISTERED))
        assert await claim(jobs, "a") == [True]
        assert await startable(jobs, "a") == ["b"]
        assert await claim(jobs, "b") == [True]
        assert await startable(jobs, "a") == []
        assert await startable(jobs, "a", most_running=1) == []
        assert await startable(jobs, "nobody's") == []

    async def test_jobs_move_to_the_account_that_theirs_became(self, jobs: Jobs, ann: AccountId, accounts: Accounts) -> None:
        """There they are counted and wait with the others."""
        bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
        await accept(jobs, ann, "a", "b")
        await accept(jobs, bob, "c", minutes=1)
        assert await claim(jobs, "a", most_running=1) == [True]
        await accounts.join(bob, ann)
        assert await claim(jobs, "c", "b", most_running=1) == [False, False]
        await jobs.finish(JobId("a"), 1, FAILED)
        assert await startable(jobs, "a", 1) == ["b"]


@ON_DISK
async def test_two_processes_that_claim_at_once_never_exceed_the_cap(
    database: Database, records_url: str, jobs: Jobs, ann: AccountId, clock: StoppedClock
) -> None:
    """Claims and ends come in any order, from two pools of connections; in the end everything has had its turn."""
    dice, other = Random(7), patient_database(records_url)  # noqa: S311 - an order that can be repeated
    await other.open()
    try:
        processes = (jobs, SqlJobs(other, clock))
        # On two platforms, whose jobs do not wait for each other: only the lock tells their claims of each other.
        left = {
            *await accept(jobs, ann, *(f"web {number}" for number in range(5))),
            *await accept(jobs, ann, *(f"discord {number}" for number in range(5)), place=Place(DISCORD, "", "lobby")),
        }
        began: list[JobId] = []
        while left:
            attempts = [(dice.choice(processes), job) for job in left for _ in range(2)]
            dice.shuffle(attempts)
            claimed = await asyncio.gather(*(one.claim(job, LEASE, most_running=3) for one, job in attempts))
            got = [job for job in claimed if job is not None]
            assert 0 < len(got) <= 3
            assert await _count_running(jobs, left) <= 3
            began += sorted(job.id for job in got)
            # Some end while others are being claimed.
            ends = [dice.choice(processes).finish(job.id, 1, DONE) for job in got]
            more = [dice.choice(processes).claim(job, LEASE, most_running=3) for job in left]
            answers = await asyncio.gather(*ends, *more)
            late = [job for job in answers if isinstance(job, Job)]
            assert await _count_running(jobs, left) == len(late) <= 3
            began += sorted(job.id for job in late)
            await asyncio.gather(*(jobs.finish(job.id, 1, DONE) for job in late))
            left -= {*(job.id for job in got), *(job.id for job in late)}
        # Whatever began had fewer older ones beside it than may run.
        for platform in ("web", "discord"):
            of_platform = [int(job[-1]) for job in began if job.startswith(platform)]
            assert all(number - place < 3 for place, number in enumerate(of_platform))
    finally:
        await other.close()


async def _count_running(jobs: Jobs, names: set[JobId]) -> int:
    found = [await jobs.get(name) for name in names]
    return sum(job is not None and job.state is JobState.RUNNING for job in found)
