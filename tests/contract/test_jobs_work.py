"""Asks of every implementation of `Jobs`: is what was done never done, paid or told twice? Money is asked of in `test_ledger`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.chat import MessageRef
from bot.domain.images import DrawingId
from bot.domain.jobs import DrawingState, Ending, Job, JobId, JobState, PreparedPrompt
from bot.domain.money import FREE, Cost
from bot.domain.people import AccountId
from bot.domain.tickets import Ticket
from bot.errors import LeaseLost
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from tests.contract.examples import (
    CANCELLED,
    DISCORD,
    DONE,
    FAILED,
    LEASE,
    SECOND,
    WEB,
    a_drawing,
    a_file,
    a_hold,
    a_job,
    some_pictures,
)
from tests.fakes.clock import NOON, StoppedClock

NOBODY = JobId("nobody's")
TICKET = Ticket(id="t-1", expires_at=NOON + timedelta(minutes=10), details={"url": "https://service.test/t-1"})


async def state_of(jobs: Jobs, job: Job) -> JobState:
    """Look at the table."""
    found = await jobs.get(job.id)
    assert found is not None
    return found.state


class TestCheckpoints:
    """What is recorded need not be paid for again."""

    async def test_words_are_recorded(self, jobs: Jobs, running: Job) -> None:
        """With what they cost."""
        words = PreparedPrompt("a fuller fox", Cost(310))
        await jobs.record_prompt(running.id, running.attempt, words)
        found = await jobs.get(running.id)
        assert found is not None
        assert found.prepared_prompt == words

    async def test_drawings_come_back_oldest_first(self, jobs: Jobs, running: Job) -> None:
        """As they were opened or closed."""
        late = a_drawing("a", running, started_at=NOON + SECOND)
        early = a_drawing("b", running)
        for drawing in (late, early):
            await jobs.open_drawing(drawing)
        closed = replace(
            early,
            state=DrawingState.DRAWN,
            model="crayons-2",
            cost=Cost(53_100, is_estimate=True),
            request_id="req_1",
            files=(a_file("x"), a_file("y")),
            notes=("The words were changed.",),
            shortfall="The words were changed.",
        )
        await jobs.close_drawing(closed)
        assert await jobs.drawings(running.id) == (closed, late)

    async def test_a_drawing_is_opened_once(self, jobs: Jobs, running: Job) -> None:
        """Opening it again does not open it anew once it is closed."""
        drawing = a_drawing("a", running)
        await jobs.open_drawing(drawing)
        failed = replace(drawing, state=DrawingState.FAILED)
        await jobs.close_drawing(failed)
        await jobs.open_drawing(drawing)
        assert await jobs.drawings(running.id) == (failed,)

    async def test_a_ticket_is_written_into_an_open_drawing_with_what_it_says_of_the_cost(self, jobs: Jobs, running: Job) -> None:
        """Whoever has the job next reads it back as it was; without a word of the cost, what was guessed stays."""
        await jobs.open_drawing(a_drawing("one", running, cost=Cost(7, is_estimate=True)))
        await jobs.record_ticket(DrawingId("one"), TICKET)
        [drawing] = await jobs.drawings(running.id)
        assert (drawing.state, drawing.ticket, drawing.cost) == (DrawingState.OPEN, TICKET, Cost(7, is_estimate=True))
        priced = replace(TICKET, cost=Cost(5))
        await jobs.record_ticket(DrawingId("one"), priced)
        [drawing] = await jobs.drawings(running.id)
        assert (drawing.ticket, drawing.cost) == (priced, Cost(5))

    async def test_a_ticket_that_comes_after_the_job_has_ended_is_known_too(
        self, jobs: Jobs, running: Job, clock: StoppedClock
    ) -> None:
        """So that the call can be cancelled; how it stands is not touched, nor anything where more is known of it."""
        await jobs.open_drawing(a_drawing("one", running))
        await jobs.open_drawing(a_drawing("two", running, started_at=clock.now() + SECOND))
        await jobs.close_drawing(a_drawing("two", running, state=DrawingState.FAILED, started_at=clock.now() + SECOND))
        await jobs.cancel(running.id, CANCELLED)
        for name in ("one", "two"):
            await jobs.record_ticket(DrawingId(name), replace(TICKET, cost=Cost(5)))
        one, two = await jobs.drawings(running.id)
        assert (one.state, one.ticket, one.cost) == (DrawingState.UNKNOWN, replace(TICKET, cost=Cost(5)), Cost(5))
        assert (two.state, two.ticket, two.cost) == (DrawingState.FAILED, None, FREE)

    async def test_ended_jobs_are_found_of_whose_calls_a_service_may_still_say_the_end(
        self, jobs: Jobs, ann: AccountId, clock: StoppedClock
    ) -> None:
        """Until it says so, or forgets them; not those that go on, nor those that ended too long ago."""
        for name in ("open", "fox", "owl"):
            await jobs.accept(a_job(name, ann), a_hold(ann))
            claimed = await jobs.claim(JobId(name), LEASE)
            assert claimed is not None
            for call, minutes in (("a", 10), ("b", 9)):
                drawing = a_drawing(f"{name}-{call}", claimed)
                await jobs.open_drawing(drawing)
                expires_at = NOON + timedelta(minutes=minutes if name == "fox" else 20)
                await jobs.close_drawing(
                    replace(drawing, state=DrawingState.UNKNOWN, ticket=replace(TICKET, expires_at=expires_at))
                )
        fox, owl = JobId("fox"), JobId("owl")
        await jobs.cancel(fox, CANCELLED)
        assert await jobs.list_unconfirmed(ended_since=NOON, most=9) == ()
        clock.move(SECOND)
        await jobs.cancel(owl, CANCELLED)
        before = NOON - SECOND
        assert await jobs.list_unconfirmed(ended_since=NOON, most=9) == (owl,)
        assert await jobs.list_unconfirmed(ended_since=before, most=9) == (fox, owl)
        assert await jobs.list_unconfirmed(ended_since=before, most=2) == (fox,)
        clock.move(timedelta(minutes=10))
        assert await jobs.list_unconfirmed(ended_since=before, most=9) == (owl,)
        for one, state in zip(await jobs.drawings(owl), (DrawingState.FAILED, DrawingState.UNKNOWN), strict=True):
            await jobs.close_drawing(replace(one, state=state, ticket=None))
        assert await jobs.list_unconfirmed(ended_since=before, most=9) == ()

    async def test_a_ticket_stays_with_a_drawing_that_is_closed(self, jobs: Jobs, running: Job) -> None:
        """It is written again with the rest."""
        await jobs.open_drawing(a_drawing("one", running))
        await jobs.close_drawing(a_drawing("one", running, state=DrawingState.DRAWN, files=(a_file("fox"),), ticket=TICKET))
        [drawing] = await jobs.drawings(running.id)
        assert (drawing.state, drawing.ticket) == (DrawingState.DRAWN, TICKET)

    async def test_a_drawing_is_closed_though_the_lease_is_lost(self, jobs: Jobs, running: Job, clock: StoppedClock) -> None:
        """Money is money."""
        drawing = a_drawing("a", running)
        await jobs.open_drawing(drawing)
        clock.move(LEASE)
        await jobs.claim(running.id, LEASE)
        drawn = replace(drawing, state=DrawingState.DRAWN, cost=Cost(99))
        await jobs.close_drawing(drawn)
        assert await jobs.drawings(running.id) == (drawn,)

    async def test_who_saw_pictures_is_believed(self, jobs: Jobs, running: Job) -> None:
        """A worker that knows less does not make anybody forget what was paid."""
        drawing = a_drawing("a", running)
        await jobs.open_drawing(drawing)
        drawn = replace(drawing, state=DrawingState.DRAWN, cost=Cost(99))
        await jobs.close_drawing(drawn)
        await jobs.close_drawing(replace(drawing, state=DrawingState.UNKNOWN))
        assert await jobs.drawings(running.id) == (drawn,)

    async def test_words_and_all_drawings_add_up(self, jobs: Jobs, running: Job) -> None:
        """One estimate makes the sum an estimate."""
        assert await jobs.cost(running.id) == FREE
        await jobs.record_prompt(running.id, running.attempt, PreparedPrompt("a fuller fox", Cost(7)))
        assert await jobs.cost(running.id) == Cost(7)
        for number, state in enumerate([DrawingState.FAILED, DrawingState.DRAWN]):
            drawing = a_drawing(f"drawing {number}", running)
            await jobs.open_drawing(drawing)
            await jobs.close_drawing(replace(drawing, state=state, cost=Cost(100, is_estimate=number == 0)))
        assert await jobs.cost(running.id) == Cost(207, is_estimate=True)
        assert await jobs.cost(NOBODY) == FREE

    async def test_a_drawing_that_is_not_there_is_written_when_it_is_closed(self, jobs: Jobs, running: Job) -> None:
        """What was paid is on record, whatever became of the note that it would be."""
        drawn = a_drawing("lost", running, state=DrawingState.DRAWN, cost=Cost(5))
        await jobs.close_drawing(drawn)
        assert [drawing.id for drawing in await jobs.drawings(running.id)] == [DrawingId("lost")]


class TestMessages:
    """A job is found by the message that speaks of it."""

    async def test_a_job_is_found_by_its_newest_message(self, jobs: Jobs, fox: Job) -> None:
        """An older one speaks of it no more."""
        for message in ("first", "second"):
            await jobs.attach(fox.id, MessageRef(fox.place, message))
        found = await jobs.by_message(fox.place.platform, fox.place.channel, "second")
        assert found is not None
        assert found.id == fox.id
        assert await jobs.by_message(fox.place.platform, fox.place.channel, "first") is None

    async def test_nobody_elses_message_finds_it(self, jobs: Jobs, fox: Job) -> None:
        """The same id in another channel or on another platform is another message."""
        await jobs.attach(fox.id, MessageRef(fox.place, "1"))
        assert await jobs.by_message(DISCORD, fox.place.channel, "1") is None
        assert await jobs.by_message(fox.place.platform, "elsewhere", "1") is None


class TestKeeping:
    """From then on the pictures are safe."""

    async def test_kept_pictures_can_be_found(self, jobs: Jobs, running: Job, pictures: Pictures) -> None:
        """By position, with the job `KEPT`."""
        kept = some_pictures(running.id, 3)
        await jobs.keep(running.id, running.attempt, kept)
        assert await pictures.of_job(running.id) == kept
        assert await jobs.get(running.id) == replace(running, state=JobState.KEPT, kept_at=NOON)

    @pytest.mark.parametrize("ending", [None, DONE], ids=["kept", "done"])
    async def test_keeping_them_again_changes_nothing(
        self, jobs: Jobs, running: Job, pictures: Pictures, ending: Ending | None
    ) -> None:
        """Not even when the job is through."""
        kept = some_pictures(running.id, 2)
        await jobs.keep(running.id, running.attempt, kept)
        if ending is not None:
            await jobs.finish(running.id, running.attempt, ending)
        before = await jobs.get(running.id)
        await jobs.keep(running.id, running.attempt, kept)
        assert await jobs.get(running.id) == before
        assert await pictures.of_job(running.id) == kept

    async def test_other_pictures_cannot_be_kept_instead(self, jobs: Jobs, running: Job, pictures: Pictures) -> None:
        """A job is drawn once."""
        kept = some_pictures(running.id, 2)
        await jobs.keep(running.id, running.attempt, kept)
        with pytest.raises(LeaseLost):
            await jobs.keep(running.id, running.attempt, some_pictures(running.id, 3))
        assert await pictures.of_job(running.id) == kept

    async def test_whoever_kept_them_before_the_last_claim_is_stopped(
        self, jobs: Jobs, running: Job, clock: StoppedClock
    ) -> None:
        """A repeat that comes late must not go on to deliver."""
        kept = some_pictures(running.id)
        await jobs.keep(running.id, running.attempt, kept)
        clock.move(LEASE)
        await jobs.claim(running.id, LEASE)
        with pytest.raises(LeaseLost):
            await jobs.keep(running.id, running.attempt, kept)


class TestEnding:
    """Final is final, and people are told."""

    @pytest.mark.parametrize(
        "ending",
        [FAILED, DONE, Ending(JobState.REFUSED, "prompt_refused", "No.", safer="a fox, dressed")],
        ids=lambda it: it.state,
    )
    async def test_an_ending_is_recorded(self, jobs: Jobs, running: Job, clock: StoppedClock, ending: Ending) -> None:
        """With its time."""
        clock.move(SECOND)
        await jobs.finish(running.id, running.attempt, ending)
        ended = replace(running, state=ending.state, ending=ending, finished_at=NOON + SECOND)
        assert await jobs.get(running.id) == ended

    async def test_the_same_ending_again_changes_nothing(self, jobs: Jobs, running: Job, clock: StoppedClock) -> None:
        """A repeat is no news."""
        await jobs.finish(running.id, running.attempt, FAILED)
        ended = await jobs.get(running.id)
        clock.move(SECOND)
        await jobs.finish(running.id, running.attempt, FAILED)
        assert await jobs.get(running.id) == ended

    async def test_a_stale_attempt_that_finds_its_own_ending_is_told_so(
        self, jobs: Jobs, running: Job, clock: StoppedClock
    ) -> None:
        """It was another's, and what follows from it is for that one to do."""
        clock.move(LEASE)
        again = await jobs.claim(running.id, LEASE)
        assert again is not None
        await jobs.finish(running.id, again.attempt, FAILED)
        with pytest.raises(LeaseLost):
            await jobs.finish(running.id, running.attempt, FAILED)

    async def test_another_ending_comes_too_late(self, jobs: Jobs, running: Job) -> None:
        """The first one stands."""
        await jobs.finish(running.id, running.attempt, FAILED)
        with pytest.raises(LeaseLost):
            await jobs.finish(running.id, running.attempt, DONE)
        assert await state_of(jobs, running) is JobState.FAILED

    async def test_a_waiting_job_can_be_cancelled_and_again(self, jobs: Jobs, fox: Job, clock: StoppedClock) -> None:
        """Pressing twice is no error, and does not end it anew."""
        assert await jobs.cancel(fox.id, CANCELLED)
        cancelled = await jobs.get(fox.id)
        assert cancelled == replace(fox, state=JobState.CANCELLED, ending=CANCELLED, finished_at=NOON)
        clock.move(SECOND)
        assert await jobs.cancel(fox.id, CANCELLED)
        assert await jobs.get(fox.id) == cancelled

    async def test_a_job_with_pictures_cannot_be_cancelled(self, jobs: Jobs, running: Job) -> None:
        """They are paid for."""
        await jobs.keep(running.id, running.attempt, some_pictures(running.id))
        assert not await jobs.cancel(running.id, CANCELLED)
        assert await state_of(jobs, running) is JobState.KEPT

    async def test_final_and_unknown_jobs_cannot_be_cancelled(self, jobs: Jobs, running: Job) -> None:
        """It is too late, or was never time."""
        await jobs.finish(running.id, running.attempt, FAILED)
        assert not await jobs.cancel(running.id, CANCELLED)
        assert not await jobs.cancel(NOBODY, CANCELLED)

    async def test_an_ending_is_untold_until_it_is_told(self, jobs: Jobs, running: Job) -> None:
        """Telling twice is no error, and an open job has no end to tell of."""
        platforms = frozenset({WEB})
        await jobs.mark_notified(running.id)
        assert await jobs.list_unnotified(platforms, most=100) == ()
        await jobs.finish(running.id, running.attempt, FAILED)
        assert await jobs.list_unnotified(platforms, most=100) == (await jobs.get(running.id),)
        assert await jobs.list_unnotified(frozenset({DISCORD}), most=100) == ()
        for _ in range(2):
            await jobs.mark_notified(running.id)
            assert await jobs.list_unnotified(platforms, most=100) == ()

    async def test_what_is_done_is_told(self, jobs: Jobs, running: Job) -> None:
        """The pictures were the news."""
        await jobs.keep(running.id, running.attempt, some_pictures(running.id))
        await jobs.finish(running.id, running.attempt, DONE)
        assert await jobs.list_unnotified(frozenset({WEB}), most=100) == ()

    async def test_cancelled_jobs_are_untold_oldest_first(self, jobs: Jobs, ann: AccountId) -> None:
        """By when they were accepted."""
        for name, age in [("b", 0), ("a", 1), ("c", 2)]:
            await jobs.accept(a_job(name, ann, created_at=NOON - age * SECOND), a_hold(ann))
        for name in "bca":
            await jobs.cancel(JobId(name), CANCELLED)
        assert [job.id for job in await jobs.list_unnotified(frozenset({WEB}), most=100)] == ["c", "a", "b"]
