"""Asks whether what nobody waits for any more is cancelled at the service, by whoever is there, and what the books say of it."""

import asyncio

import pytest

from bot.domain.jobs import CANCELLED, DrawingState, Job, JobId, JobState, cancelled_once_paid
from bot.domain.money import FREE, Cost
from bot.errors import StorageFailed
from tests.fakes.bench import Bench
from tests.fakes.images import PRICE
from tests.fakes.tickets import LIFETIME, ScriptedTicketProvider
from tests.fakes.waiting import until
from tests.unit.pipeline.test_tickets import ESTIMATE, bench, left_behind, only_drawing, studio, under_way

__all__ = ["bench", "studio"]

AWAY = StorageFailed("redis", "away")


async def test_a_cancel_by_the_person_cancels_at_the_service(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """Where nobody knows what it costs all the same, what it probably does is booked, and its pictures count."""
    job = await under_way(bench, studio)
    ending = await bench.studio.cancel(job)
    assert set(studio.cancelled) == {"ticket-1"}
    assert ending.text == "cancelled. It was being drawn already, so 1 picture was counted."
    drawing = await only_drawing(bench, job)
    assert (drawing.state, drawing.cost) == (DrawingState.UNKNOWN, ESTIMATE)
    assert ((await bench.quota_status()).held, (await bench.quota_status()).spent) == (0, 1)


async def test_what_a_cancelled_call_cost_is_booked(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """In place of what was guessed."""
    studio.cancel_cost = Cost(9)
    job = await under_way(bench, studio)
    await bench.studio.cancel(job)
    await until(lambda: studio.collecting == 0)
    drawing = await only_drawing(bench, job)
    assert (drawing.state, drawing.cost) == (DrawingState.UNKNOWN, Cost(9))
    assert (await bench.quota_status()).spent == 1


async def test_what_was_never_begun_gives_its_pictures_back(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """The service charges nothing for it, and nobody is told that it was counted."""
    studio.cancel_cost = Cost(0)
    job = await under_way(bench, studio, count=2)
    await bench.studio.cancel(job)
    assert bench.jobs.rows[job.id].job.ending == CANCELLED
    drawing = await only_drawing(bench, job)
    assert (drawing.state, drawing.cost) == (DrawingState.FAILED, Cost(0))
    assert (await bench.quota_status()).left == 20


async def test_what_nobody_works_on_is_cancelled_by_whoever_takes_the_cancel(
    bench: Bench, studio: ScriptedTicketProvider
) -> None:
    """Its worker was killed."""
    job = await left_behind(bench, studio)
    await bench.studio.cancel(job)
    assert studio.cancelled == ["ticket-1"]


async def test_a_worker_that_hears_of_it_late_cancels_too(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """Whoever took the cancel could not tell it, and was gone before it could ask the service."""
    job = await under_way(bench, studio)
    bench.engine.failures.fail_always("cancel", AWAY)
    bench.jobs.failures.fail_next("drawings", StorageFailed("sqlite", "locked"))
    await bench.studio.cancel(job)
    assert studio.cancelled == []
    await until(lambda: studio.collecting == 0)
    assert studio.cancelled == ["ticket-1"]
    assert bench.job(job).state is JobState.CANCELLED


async def test_a_call_that_was_being_made_is_cancelled_when_its_ticket_comes(
    bench: Bench, studio: ScriptedTicketProvider
) -> None:
    """And the books have what the ticket says that it costs."""
    studio.ticket_cost = PRICE
    studio.answers.clear()
    studio.will_hold()
    job = await bench.imagine()
    task = bench.engine.start(bench.worker.work)
    await until(lambda: len(studio.requests) == 1)
    await bench.studio.cancel(job)
    assert (studio.cancelled, task.done()) == ([], False)
    studio.answers.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert studio.cancelled == ["ticket-1"]
    drawing = await only_drawing(bench, job)
    assert (drawing.state, drawing.cost) == (DrawingState.UNKNOWN, PRICE)


async def test_a_ticket_that_does_not_come_is_not_waited_for(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """What is drawn for it is paid and lost."""
    studio.answers.clear()
    job = await bench.imagine()
    task = bench.engine.start(bench.worker.work)
    await until(lambda: len(studio.requests) == 1)
    await bench.studio.cancel(job)
    await asyncio.wait({task})
    assert studio.cancelled == []
    assert (await only_drawing(bench, job)).cost == ESTIMATE


async def test_what_was_drawn_before_is_not_cancelled(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """Its outcome is known."""
    job: Job = await bench.draw()
    assert await bench.ticket_cancellation.cancel_calls_of(job.id)
    assert studio.cancelled == []


async def test_calls_of_jobs_that_go_on_or_that_nobody_knows_are_left_alone(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """Whoever has the job collects them."""
    job = await under_way(bench, studio)
    assert not await bench.ticket_cancellation.cancel_calls_of(job.id)
    assert not await bench.ticket_cancellation.cancel_calls_of(JobId("nobody"))
    assert studio.cancelled == []


async def test_what_the_service_did_not_confirm_is_asked_again_and_given_back(
    bench: Bench, studio: ScriptedTicketProvider
) -> None:
    """Once it says that nothing was drawn, nothing is counted, nothing is booked, and nobody asks any more."""
    job = await left_behind(bench, studio)
    await bench.studio.cancel(job)
    await bench.recovery.sweep()
    assert bench.jobs.rows[job.id].job.ending == cancelled_once_paid(1)
    assert (await only_drawing(bench, job)).state is DrawingState.UNKNOWN
    studio.cancel_cost = FREE
    for _ in range(2):
        await bench.recovery.sweep()
        assert bench.jobs.rows[job.id].job.ending == CANCELLED
        drawing = await only_drawing(bench, job)
        assert (drawing.state, drawing.cost, (await bench.quota_status()).spent) == (DrawingState.FAILED, FREE, 0)
    assert studio.cancelled == ["ticket-1"] * 3


async def test_what_the_service_says_late_that_it_drew_is_charged(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """Its price takes the place of the estimate, once, and its picture stays counted."""
    job = await left_behind(bench, studio)
    await bench.studio.cancel(job)
    studio.cancel_cost = Cost(9)
    for _ in range(2):
        await bench.recovery.sweep()
        drawing = await only_drawing(bench, job)
        assert (drawing.state, drawing.cost, (await bench.quota_status()).spent) == (DrawingState.UNKNOWN, Cost(9), 1)
    assert studio.cancelled == ["ticket-1"] * 2


async def test_it_is_asked_no_longer_than_it_knows_the_call(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """What was booked stays then."""
    job = await left_behind(bench, studio)
    await bench.studio.cancel(job)
    bench.clock.move(LIFETIME)
    await bench.recovery.sweep()
    assert studio.cancelled == ["ticket-1"]
    assert (await only_drawing(bench, job)).cost == ESTIMATE


async def test_a_ticket_that_was_not_written_down_is_when_nobody_knows(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """The service takes ids of ours, and the process was killed before it had the answer; so recovery can ask again."""
    studio.knows_ids = True
    studio.answers.clear()
    job = await bench.imagine()
    bench.engine.start(bench.worker.work)
    await until(lambda: len(studio.requests) == 1)
    await bench.kill()
    studio.answers.set()
    await bench.studio.cancel(job)
    assert (await only_drawing(bench, job)).ticket is not None
    studio.cancel_cost = FREE
    await bench.recovery.sweep()
    assert (await only_drawing(bench, job)).state is DrawingState.FAILED
    assert (await bench.quota_status()).spent == 0
