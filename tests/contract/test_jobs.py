"""Asks of every implementation of `Jobs`: is a wish accepted once, and worked on by one worker at a time?"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.chat import MessageRef, Place
from bot.domain.images import Background, FileFormat, Quality, Shape, Size
from bot.domain.jobs import Ending, Job, JobId, JobState, PreparedPrompt, QueuePosition
from bot.domain.money import Cost
from bot.domain.people import PREMIUM, REGISTERED, AccountId, Identity, Person
from bot.domain.wishes import Rewriting, Wish
from bot.errors import LeaseLost, QuotaExceeded
from bot.ports.accounts import Accounts
from bot.ports.jobs import AcceptedJob, Jobs
from tests.contract.examples import (
    CANCELLED,
    DISCORD,
    DONE,
    FAILED,
    LEASE,
    SECOND,
    TODAY,
    WEB,
    a_drawing,
    a_hold,
    a_job,
    some_pictures,
)
from tests.fakes.clock import NOON, StoppedClock

NOBODY = JobId("nobody's")


class TestAccepting:
    """From a wish to a row."""

    async def test_a_job_comes_back_as_it_went_in(self, jobs: Jobs, ann: AccountId) -> None:
        """With everything people and platforms said, in whatever script."""
        place = Place(DISCORD, "guild 1", "channel 2", "thread 3")
        job = a_job(
            "whole",
            ann,
            tier=PREMIUM,
            author=Person(Identity(DISCORD, "realm", "42"), "Zoë 🦊 \"'; --", "pt-BR", is_moderator=True),
            place=place,
            wish=Wish(
                prompt="狐狸 \u202e «fox»",
                shape=Shape.WIDE,
                size=Size(1536, 640),
                quality=Quality.HIGH,
                count=4,
                rewriting=Rewriting.OFF,
                background=Background.CLEAR,
                format=FileFormat.WEBP,
                seed=7,
                variation_of="another fox",
            ),
            message=MessageRef(place, "77", "a ticket"),
            prepared_prompt=PreparedPrompt("a fuller fox", Cost(1200, is_estimate=True)),
            created_at=NOON + timedelta(microseconds=1),
        )
        assert await jobs.accept(job, a_hold(ann)) == AcceptedJob(job, is_new=True)
        assert await jobs.get(job.id) == job
        assert await jobs.by_key(job.key) == job

    async def test_the_same_call_again_is_the_same_job_as_it_stands_now(self, jobs: Jobs, running: Job, ann: AccountId) -> None:
        """A platform that delivers an event twice does not ask for two pictures."""
        again = await jobs.accept(a_job("other id", ann, key=running.key), a_hold(ann))
        assert again == AcceptedJob(running, is_new=False)
        assert await jobs.get(JobId("other id")) is None

    async def test_of_many_equal_calls_at_once_one_is_new(self, jobs: Jobs, ann: AccountId) -> None:
        """The race has one winner, and the others are told who."""
        calls = [a_job(f"fox {number}", ann, key="one click") for number in range(20)]
        accepted = await asyncio.gather(*(jobs.accept(call, a_hold(ann)) for call in calls))
        assert sum(each.is_new for each in accepted) == 1
        assert len({each.job.id for each in accepted}) == 1

    async def test_a_job_that_cannot_be_paid_for_leaves_nothing(self, jobs: Jobs, ann: AccountId) -> None:
        """A refused call may be tried again with the same key."""
        job = a_job("dear", ann)
        with pytest.raises(QuotaExceeded):
            await jobs.accept(job, a_hold(ann, TODAY.limit + 1))
        assert await jobs.get(job.id) is None
        assert (await jobs.accept(job, a_hold(ann))).is_new

    async def test_nobody_has_an_unknown_job(self, jobs: Jobs) -> None:
        """None, not an error."""
        assert await jobs.get(NOBODY) is None
        assert await jobs.by_key("nobody's") is None

    async def test_the_message_can_be_attached_and_replaced(self, jobs: Jobs, fox: Job) -> None:
        """Whoever posts a new message says so."""
        for number in ("1", "2"):
            await jobs.attach(fox.id, MessageRef(fox.place, number, "ticket"))
        found = await jobs.get(fox.id)
        assert found is not None
        assert found.message == MessageRef(fox.place, "2", "ticket")


class TestClaiming:
    """One worker at a time."""

    async def test_a_claim_starts_the_job(self, jobs: Jobs, fox: Job, clock: StoppedClock) -> None:
        """Its first attempt is number 1."""
        clock.move(SECOND)
        claimed = await jobs.claim(fox.id, LEASE)
        assert claimed == replace(fox, state=JobState.RUNNING, attempt=1, started_at=NOON + SECOND)
        assert await jobs.get(fox.id) == claimed

    async def test_of_many_claims_at_once_one_succeeds(self, jobs: Jobs, fox: Job) -> None:
        """However often the engine delivers the id."""
        claims = await asyncio.gather(*(jobs.claim(fox.id, LEASE) for _ in range(20)))
        assert sum(claim is not None for claim in claims) == 1

    async def test_a_lease_that_has_run_out_can_be_claimed_again(self, jobs: Jobs, running: Job, clock: StoppedClock) -> None:
        """The attempt rises; the start stays what it was."""
        clock.move(LEASE - SECOND)
        assert await jobs.claim(running.id, LEASE) is None
        clock.move(SECOND)
        assert await jobs.claim(running.id, LEASE) == replace(running, attempt=2, lapses=1)

    async def test_a_renewed_lease_lasts_from_now(self, jobs: Jobs, running: Job, clock: StoppedClock) -> None:
        """A worker that lives keeps its job."""
        clock.move(LEASE - SECOND)
        await jobs.renew(running.id, running.attempt, LEASE)
        clock.move(LEASE - SECOND)
        assert await jobs.claim(running.id, LEASE) is None

    async def test_a_job_that_was_handed_back_can_be_claimed_at_once(self, jobs: Jobs, running: Job) -> None:
        """Its lease need not run out first."""
        await jobs.release(running.id, running.attempt, NOON)
        again = await jobs.claim(running.id, LEASE)
        assert again is not None
        assert (again.attempt, again.lapses) == (2, 0)

    async def test_a_job_with_pictures_stays_kept_when_claimed(self, jobs: Jobs, running: Job, clock: StoppedClock) -> None:
        """It has only to be delivered."""
        await jobs.keep(running.id, running.attempt, some_pictures(running.id))
        clock.move(LEASE)
        claimed = await jobs.claim(running.id, LEASE)
        assert claimed is not None
        assert (claimed.state, claimed.attempt) == (JobState.KEPT, 2)

    async def test_final_and_unknown_jobs_cannot_be_claimed(self, jobs: Jobs, running: Job, clock: StoppedClock) -> None:
        """There is nothing left to do."""
        await jobs.finish(running.id, running.attempt, FAILED)
        clock.move(LEASE)
        assert await jobs.claim(running.id, LEASE) is None
        assert await jobs.claim(NOBODY, LEASE) is None


FENCED: dict[str, Callable[[Jobs, Job], Awaitable[object]]] = {
    "renew": lambda jobs, job: jobs.renew(job.id, job.attempt, LEASE),
    "hand_back": lambda jobs, job: jobs.release(job.id, job.attempt, NOON),
    "note_words_cost": lambda jobs, job: jobs.record_prompt_estimate(job.id, job.attempt, Cost(7)),
    "record_words": lambda jobs, job: jobs.record_prompt(job.id, job.attempt, PreparedPrompt("late words")),
    "open_drawing": lambda jobs, job: jobs.open_drawing(a_drawing("late", job)),
    "record_missing": lambda jobs, job: jobs.record_missing(job.id, job.attempt),
    "keep": lambda jobs, job: jobs.keep(job.id, job.attempt, some_pictures(job.id)),
    "finish": lambda jobs, job: jobs.finish(job.id, job.attempt, DONE),
}


@pytest.mark.parametrize("act", FENCED.values(), ids=FENCED)
class TestTheFence:
    """A worker that has lost its job changes nothing."""

    async def test_it_stops_whoever_was_claimed_after(
        self, jobs: Jobs, running: Job, clock: StoppedClock, act: Callable[[Jobs, Job], Awaitable[object]]
    ) -> None:
        """A worker that was only slow finds its lease gone."""
        clock.move(LEASE)
        current = await jobs.claim(running.id, LEASE)
        with pytest.raises(LeaseLost):
            await act(jobs, running)
        assert await jobs.get(running.id) == current
        assert await jobs.drawings(running.id) == ()

    async def test_it_stops_whoever_works_on_a_cancelled_job(
        self, jobs: Jobs, running: Job, act: Callable[[Jobs, Job], Awaitable[object]]
    ) -> None:
        """What somebody took back stays taken back."""
        assert await jobs.cancel(running.id, CANCELLED)
        cancelled = await jobs.get(running.id)
        with pytest.raises(LeaseLost):
            await act(jobs, running)
        assert await jobs.get(running.id) == cancelled

    async def test_it_stops_whoever_works_on_nothing(
        self, jobs: Jobs, ann: AccountId, act: Callable[[Jobs, Job], Awaitable[object]]
    ) -> None:
        """There never was such a job."""
        with pytest.raises(LeaseLost):
            await act(jobs, a_job("nobody's", ann, attempt=1))


class TestWaiting:
    """The line, and who is in it."""

    async def test_open_jobs_that_nobody_has_are_unclaimed_oldest_first(self, jobs: Jobs, ann: AccountId) -> None:
        """With their tiers, and only where somebody can answer."""
        for name, age, platform in [("b", 1, WEB), ("a", 2, WEB), ("c", 3, DISCORD), ("d", 1, WEB)]:
            job = a_job(name, ann, created_at=NOON - age * SECOND, place=Place(platform, "", "lobby"), tier=PREMIUM)
            await jobs.accept(job, a_hold(ann))
        assert await jobs.claimable(frozenset({WEB}), accepted_by=NOON, most=100) == (
            ("a", PREMIUM),
            ("b", PREMIUM),
            ("d", PREMIUM),
        )
        assert [job for job, _ in await jobs.claimable(frozenset({WEB, DISCORD}), accepted_by=NOON, most=100)] == [
            "c",
            "a",
            "b",
            "d",
        ]
        assert await jobs.claimable(frozenset(), accepted_by=NOON, most=100) == ()

    async def test_a_young_job_is_left_to_whoever_accepted_it(self, jobs: Jobs, ann: AccountId, clock: StoppedClock) -> None:
        """Unless somebody has had it and handed it back."""
        for name in ("a", "b"):
            await jobs.accept(a_job(name, ann), a_hold(ann))
        await jobs.claim(JobId("b"), LEASE)
        await jobs.release(JobId("b"), 1, clock.now())
        found = await jobs.claimable(frozenset({WEB}), accepted_by=NOON - SECOND, most=9)
        assert [job for job, _ in found] == ["b"]

    async def test_unclaimed_jobs_come_in_pages(self, jobs: Jobs, ann: AccountId) -> None:
        """Each begins after the last of the one before, also among jobs of one moment."""
        for name in "abc":
            await jobs.accept(a_job(name, ann), a_hold(ann))
        for after, page in [(None, ["a", "b"]), (JobId("b"), ["c"]), (JobId("c"), [])]:
            found = await jobs.claimable(frozenset({WEB}), accepted_by=NOON, most=2, after=after)
            assert [job for job, _ in found] == page

    async def test_open_jobs_of_one_tenant_can_be_found(self, jobs: Jobs, ann: AccountId) -> None:
        """So that they can be stopped when it lets the bot go."""
        for name, age, platform, tenant in [("b", 1, WEB, "t"), ("a", 2, WEB, "t"), ("c", 3, DISCORD, "t"), ("d", 1, WEB, "u")]:
            job = a_job(name, ann, created_at=NOON - age * SECOND, place=Place(platform, tenant, "lobby"))
            await jobs.accept(job, a_hold(ann))
        await jobs.cancel(JobId("b"), Ending(JobState.CANCELLED, "cancelled", "gone"))
        assert [job.id for job in await jobs.open_in_tenant(WEB, "t")] == ["a"]

    async def test_a_claimed_job_is_unclaimed_when_its_lease_has_run_out(
        self, jobs: Jobs, running: Job, clock: StoppedClock
    ) -> None:
        """Its worker is gone."""
        clock.move(LEASE - SECOND)
        assert await jobs.claimable(frozenset({WEB}), accepted_by=NOON, most=100) == ()
        clock.move(SECOND)
        assert await jobs.claimable(frozenset({WEB}), accepted_by=NOON, most=100) == ((running.id, running.tier),)

    async def test_a_job_that_was_handed_back_waits_for_its_time(self, jobs: Jobs, running: Job, clock: StoppedClock) -> None:
        """Also one that has only to be delivered."""
        await jobs.keep(running.id, running.attempt, some_pictures(running.id))
        await jobs.release(running.id, running.attempt, NOON + 2 * SECOND)
        clock.move(SECOND)
        assert await jobs.claimable(frozenset({WEB}), accepted_by=NOON, most=100) == ()
        clock.move(SECOND)
        assert await jobs.claimable(frozenset({WEB}), accepted_by=NOON, most=100) == ((running.id, running.tier),)

    async def test_final_jobs_do_not_wait(self, jobs: Jobs, running: Job, clock: StoppedClock) -> None:
        """Nothing will happen to them."""
        await jobs.finish(running.id, running.attempt, FAILED)
        clock.move(LEASE)
        assert await jobs.claimable(frozenset({WEB}), accepted_by=NOON, most=100) == ()

    async def test_the_line_counts_jobs_without_pictures_that_came_before(self, jobs: Jobs, ann: AccountId) -> None:
        """Queued and running ones, on every platform; not kept, final or later ones."""
        accepted = {
            name: (await jobs.accept(a_job(name, ann, created_at=NOON + number * SECOND), a_hold(ann))).job
            for number, name in enumerate(["queued", "running", "kept", "failed", "mine", "later"])
        }
        for name in ["running", "kept", "failed"]:
            await jobs.claim(JobId(name), LEASE)
        await jobs.keep(JobId("kept"), 1, some_pictures(JobId("kept")))
        await jobs.finish(JobId("failed"), 1, FAILED)
        assert await jobs.queue_position(accepted["mine"]) == QueuePosition(2, None)
        assert await jobs.queue_position(accepted["queued"]) == QueuePosition(0, None)

    async def test_what_is_typical_is_the_median_of_the_last_twenty_of_its_quality(
        self, jobs: Jobs, ann: AccountId, clock: StoppedClock
    ) -> None:
        """Older ones, failed ones and other qualities tell nothing."""
        plenty = replace(TODAY, limit=100)

        async def work(name: str, seconds: float, quality: Quality, ending: Ending) -> None:
            await jobs.accept(a_job(name, ann, wish=Wish(prompt="a fox", quality=quality)), a_hold(ann, 1, plenty))
            await jobs.claim(JobId(name), LEASE)
            clock.move(timedelta(seconds=seconds))
            if ending is DONE:
                await jobs.keep(JobId(name), 1, some_pictures(JobId(name)))
            await jobs.finish(JobId(name), 1, ending)

        for number in range(5):
            await work(f"old {number}", 500, Quality.LOW, DONE)
        for number in range(20):
            await work(f"recent {number}", 10 + number, Quality.LOW, DONE)
        await work("failed", 900, Quality.LOW, FAILED)
        await work("other", 40, Quality.HIGH, DONE)
        low, medium = a_job("low", ann, wish=Wish(prompt="a fox", quality=Quality.LOW)), a_job("medium", ann)
        for job in (low, medium):
            await jobs.accept(job, a_hold(ann, 1, plenty))
        assert (await jobs.queue_position(low)).typical_seconds == pytest.approx(19.5)
        assert (await jobs.queue_position(medium)).typical_seconds is None


async def test_open_jobs_of_an_account_are_those_without_pictures_and_without_an_end(
    jobs: Jobs, ann: AccountId, accounts: Accounts
) -> None:
    """Waiting or running; somebody else's are not among them."""
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    assert await jobs.count_open(ann) == 0
    for name, account in [("waits", ann), ("runs", ann), ("kept", ann), ("ended", ann), ("other", bob)]:
        await jobs.accept(a_job(name, account), a_hold(account))
    for name in ("runs", "kept", "ended"):
        await jobs.claim(JobId(name), LEASE)
    await jobs.keep(JobId("kept"), 1, some_pictures(JobId("kept")))
    await jobs.finish(JobId("ended"), 1, FAILED)
    assert (await jobs.count_open(ann), await jobs.count_open(bob)) == (2, 1)


async def test_several_jobs_are_read_in_one_go(jobs: Jobs, ann: AccountId) -> None:
    """Each once, however often it is named; those that are unknown are passed over."""
    for name in ("fox", "owl", "hen"):
        await jobs.accept(a_job(name, ann), a_hold(ann))
    named = [JobId(name) for name in ("owl", "none", "fox", "owl")]
    assert sorted(job.id for job in await jobs.get_several(named)) == ["fox", "owl"]
    assert await jobs.get_several([]) == ()


async def test_jobs_of_an_account_are_read_in_pages_newest_first(jobs: Jobs, ann: AccountId, accounts: Accounts) -> None:
    """Somebody else's are not among them; jobs of one moment keep their order; after an unknown job there is nothing."""
    bob = (await accounts.get_or_create(Identity(WEB, "", "bob"), REGISTERED)).id
    for number, (name, account) in enumerate([("one", ann), ("other", bob), ("two", ann), ("three", ann)]):
        await jobs.accept(a_job(name, account, created_at=NOON + min(number, 2) * SECOND), a_hold(account))
    first = await jobs.of_account(ann, 2)
    assert [job.id for job in first] == ["two", "three"]
    assert [job.id for job in await jobs.of_account(ann, 2, first[-1].id)] == ["one"]
    assert await jobs.of_account(ann, 2, JobId("one")) == ()
    assert await jobs.of_account(ann, 2, NOBODY) == ()
