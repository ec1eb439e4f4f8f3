"""Asks whether a worker stops the moment a job is not its own any more, or the house shuts down."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.allowances import QuotaStatus
from bot.domain.chat import Post, Tone
from bot.domain.jobs import DrawingState, Ending, JobId, JobState
from bot.errors import (
    StorageFailed,
)
from bot.pipeline.drawing import WhenUnknown
from tests.fakes.bench import LEASE, TIME_LIMIT, Bench
from tests.fakes.images import PRICE
from tests.fakes.surfaces import LOOM
from tests.fakes.waiting import until
from tests.unit.pipeline.steps import texts, under_way

LOCKED = StorageFailed("sqlite", "locked")
ONE_SPENT = QuotaStatus(20, held=0, spent=1)


async def test_a_job_that_is_unknown_final_or_somebody_elses_is_left_alone(bench: Bench) -> None:
    """The engine may deliver an id twice, or never have heard the end."""
    job = await bench.claimed()
    done = await bench.draw(key="call-2")
    said = texts(bench)
    for job_id in (JobId("nobody"), job.id, done.id):
        await bench.worker.work(job_id)
    assert texts(bench) == said
    assert len(bench.painter.requests) == 1


async def test_a_storage_that_does_not_even_take_the_job_back_leaves_it_to_its_lease(bench: Bench) -> None:
    """Recovery finds it when the lease has run out."""
    bench.jobs.failures.fail_next("drawings", LOCKED)
    bench.jobs.failures.fail_next("hand_back", LOCKED)
    job = await bench.draw()
    assert job.state is JobState.RUNNING
    await bench.recovery.sweep()
    await bench.work()
    assert bench.job(job).attempt == 1
    await bench.recover()
    assert bench.job(job).state is JobState.DONE


async def test_a_lease_is_renewed_while_the_job_runs(bench: Bench) -> None:
    """Three times in its length, and a storage that hiccups does not stop it."""
    job = await bench.imagine()
    task = await under_way(bench, job)
    bench.clock.move(LEASE / 3)
    bench.jobs.failures.fail_next("renew", LOCKED)
    await asyncio.sleep(LEASE.total_seconds() / 3)
    assert bench.jobs.rows[job.id].lease_until == bench.clock.now() + LEASE * 2 / 3
    await asyncio.sleep(LEASE.total_seconds() / 3)
    assert bench.jobs.rows[job.id].lease_until == bench.clock.now() + LEASE
    bench.painter.release()
    await task
    assert bench.job(job).state is JobState.DONE


async def test_a_job_that_somebody_else_has_claimed_is_let_go(bench: Bench) -> None:
    """At the next renewal; it is neither ended nor spoken of."""
    job = await bench.imagine()
    task = await under_way(bench, job)
    bench.clock.move(LEASE)
    other = await bench.jobs.claim(job.id, LEASE)
    assert other is not None
    await task
    assert (bench.job(job).state, bench.job(job).attempt) == (JobState.RUNNING, 2)
    assert bench.message(job).tone is Tone.WORKING
    assert (await bench.quota_status()).held == 1


async def test_a_job_that_somebody_else_has_finished_keeps_its_pictures_in_the_message() -> None:
    """Whatever one that came too late wrote over them; they are counted once."""
    bench = Bench(when_unknown=WhenUnknown.RETRY)
    job = await bench.imagine()
    slow = await under_way(bench, job)
    bench.clock.move(LEASE)
    await bench.new_worker().work(job.id)
    assert bench.message(job).tone is Tone.DONE
    [message] = bench.surface.shown
    bench.surface.shown[message] = Post("Drawing: a fox", Tone.WORKING)  # as another process would
    bench.painter.release()
    await slow
    assert bench.message(job).tone is Tone.DONE
    assert len(bench.message(job).pictures) == 1
    assert await bench.quota_status() == ONE_SPENT


async def test_a_job_that_was_finished_and_deleted_meanwhile_stays_deleted() -> None:
    """Whoever lost it does not bring it back."""
    bench = Bench(when_unknown=WhenUnknown.RETRY)
    job = await bench.imagine()
    slow = await under_way(bench, job)
    bench.clock.move(LEASE)
    await bench.new_worker().work(job.id)
    await bench.gallery.delete(job.id)
    await bench.delivery.show_deleted(bench.job(job))
    deleted = bench.message(job)
    bench.painter.release()
    await slow
    assert bench.message(job) == deleted


async def test_a_job_cancelled_while_it_is_drawn_stops(bench: Bench) -> None:
    """Its end is told, its pictures count, and nothing is shown after that."""
    job = await bench.imagine()
    task = await under_way(bench, job)
    await bench.studio.cancel(job)
    await bench.delivery.notify_end(job.id)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.job(job).state is JobState.CANCELLED
    assert bench.message(job).text == "a fox – cancelled. It was being drawn already, so 1 picture was counted."
    assert await bench.quota_status() == QuotaStatus(20, held=0, spent=1)
    assert await bench.pictures.of_job(job.id) == ()


async def test_a_progress_under_way_does_not_have_the_last_word(bench: Bench) -> None:
    """What is said of the cancellation waits for it, and nothing follows that."""
    bench.painter.will_hold()
    bench.surface.hold_updates(1)
    job = await bench.imagine()
    bench.engine.start(bench.worker.work)
    await until(lambda: bench.surface.under_way == 1 and bench.painter.requests != [])
    asyncio.get_running_loop().call_later(5, bench.surface.let_updates_go)
    await bench.studio.cancel(job)
    await bench.delivery.notify_end(job.id)
    assert texts(bench) == [
        "Drawing: a fox",
        "a fox – cancelled. It was being drawn already, so 1 picture was counted.",
    ]


async def test_a_job_cancelled_by_a_process_elsewhere_stops_at_the_fence(bench: Bench) -> None:
    """Drawn or not, it is not kept; and its end is told."""
    job = await bench.imagine()
    task = await under_way(bench, job)
    await bench.jobs.cancel(job.id, Ending(JobState.CANCELLED, "cancelled", "cancelled; nothing was counted."))
    bench.painter.release()
    await task
    assert bench.job(job).state is JobState.CANCELLED
    assert bench.message(job).text == "a fox – cancelled; nothing was counted."
    assert await bench.pictures.of_job(job.id) == ()
    [drawing] = await bench.jobs.drawings(job.id)
    assert (drawing.state, drawing.cost) == (DrawingState.DRAWN, PRICE)


async def test_a_worker_never_raises_though_the_end_of_a_lost_job_cannot_be_told(bench: Bench) -> None:
    """Recovery tells it."""
    job = await bench.imagine()
    task = await under_way(bench, job)
    await bench.jobs.cancel(job.id, Ending(JobState.CANCELLED, "cancelled", "cancelled; nothing was counted."))
    bench.jobs.failures.fail_next("mark_notified", LOCKED)
    bench.painter.release()
    await task
    assert await bench.jobs.list_unnotified(frozenset({LOOM}), most=100) == (bench.job(job),)
    await bench.recover()
    assert await bench.jobs.list_unnotified(frozenset({LOOM}), most=100) == ()


async def test_a_renewal_that_breaks_hands_the_job_back(bench: Bench) -> None:
    """Nothing is raised, and the next claim asks before it pays again."""
    job = await bench.imagine()
    task = await under_way(bench, job)
    bench.jobs.failures.fail_next("renew", RuntimeError("broken"))
    await task
    await bench.recover()
    assert bench.message(job).kind == "outcome_unknown"
    assert len(bench.painter.requests) == 1


async def test_a_draining_worker_finishes_what_it_has_and_takes_no_more(bench: Bench) -> None:
    """What it does not take waits for the next process."""
    first, second = await bench.imagine(key="call-1"), await bench.imagine(key="call-2")
    task = await under_way(bench, first)
    draining = asyncio.create_task(bench.worker.drain(timedelta(minutes=1)))
    await asyncio.sleep(1)
    assert not draining.done()
    await bench.worker.work(second.id)
    assert bench.job(second).state is JobState.QUEUED
    bench.painter.release()
    await draining
    assert task.done()
    assert bench.job(first).state is JobState.DONE


async def test_draining_waits_for_a_paid_call_however_long_that_takes(bench: Bench) -> None:
    """Its pictures are safe before anything is cancelled, and the next process delivers them without paying again."""
    job = await bench.imagine()
    await under_way(bench, job)
    bench.surface.hold_updates()
    asyncio.get_running_loop().call_later(100, bench.painter.release)
    began = asyncio.get_running_loop().time()
    await bench.worker.drain(timedelta(seconds=20))
    assert asyncio.get_running_loop().time() - began == pytest.approx(100)
    [drawing] = await bench.jobs.drawings(job.id)
    assert drawing.state is DrawingState.DRAWN
    bench.surface.let_updates_go()
    await bench.engine.crash()
    await bench.recovery.sweep()
    await bench.engine.turn(bench.new_worker().work)
    assert bench.job(job).state is JobState.DONE
    assert len(bench.painter.requests) == 1


async def test_a_paid_call_is_waited_for_no_longer_than_its_budget(bench: Bench) -> None:
    """Then its end is unknown, and the person is told so before the process ends."""
    job = await bench.imagine()
    task = await under_way(bench, job)
    began = asyncio.get_running_loop().time()
    await bench.worker.drain(timedelta(minutes=5))
    assert asyncio.get_running_loop().time() - began <= TIME_LIMIT.total_seconds()
    assert task.done()
    assert bench.message(job).kind == "outcome_unknown"


async def test_a_draining_worker_begins_no_paid_call(bench: Bench) -> None:
    """What has its words only goes back at once, as it is, and the next process draws it."""
    job = await bench.imagine()
    bench.drawing.stop_new_drawings()
    bench.engine.stop_starting()
    await bench.engine.start(bench.worker.work, job.id)
    assert (bench.job(job).state, bench.painter.requests) == (JobState.RUNNING, [])
    assert bench.engine.waiting == [job.id]
    assert await bench.jobs.drawings(job.id) == ()
    assert await bench.jobs.claimable(frozenset({LOOM}), accepted_by=bench.clock.now(), most=100) == ((job.id, job.tier),)


async def test_whoever_insists_ends_at_once_and_the_books_tell_of_it(bench: Bench) -> None:
    """What was being drawn is paid for and lost: the person has it back and is told so at the next start."""
    job = await bench.imagine()
    await under_way(bench, job)
    draining = asyncio.create_task(bench.worker.drain(timedelta(minutes=1)))
    await asyncio.sleep(1)
    draining.cancel()
    await bench.engine.crash()
    await bench.recovery.sweep()
    await bench.engine.turn(bench.new_worker().work)
    assert bench.message(job).kind == "outcome_unknown"
    assert (await bench.quota_status()).left == 20


async def test_a_worker_with_nothing_to_do_is_drained_at_once(bench: Bench) -> None:
    """Nobody waits for nothing."""
    began = asyncio.get_running_loop().time()
    await bench.worker.drain(timedelta(minutes=1))
    assert asyncio.get_running_loop().time() == began


async def test_two_jobs_at_once_are_both_waited_for(bench: Bench) -> None:
    """The last one ends the draining."""
    first = await under_way(bench, await bench.imagine(key="call-1"))
    second = await under_way(bench, await bench.imagine(key="call-2"))
    draining = asyncio.create_task(bench.worker.drain(timedelta(minutes=1)))
    first.cancel()
    await asyncio.wait({first})
    assert not draining.done()
    bench.painter.release()
    await draining
    assert second.done() or not second.cancelled()


async def test_a_worker_that_drains_leaves_what_waits_to_others(bench: Bench) -> None:
    """It takes no more jobs out of the queue."""
    first, second = await bench.imagine(key="call-1"), await bench.imagine(key="call-2")
    task = await under_way(bench, first)
    draining = asyncio.create_task(bench.worker.drain(timedelta(minutes=1)))
    await asyncio.sleep(1)
    await bench.engine.turn(bench.worker.work)
    assert bench.engine.waiting == [second.id]
    bench.painter.release()
    await task
    await draining
    assert bench.job(first).state is JobState.DONE


async def test_a_job_that_is_to_wait_waits_in_the_table_where_the_engine_is_out_of_reach(bench: Bench) -> None:
    """Recovery publishes it when its time has come."""
    job = await bench.imagine()
    bench.jobs.failures.fail_next("open_drawing", LOCKED)
    bench.engine.failures.fail_next("publish", StorageFailed("redis", "away"))
    await bench.engine.turn(bench.worker.work)
    assert (bench.job(job).state, bench.engine.waiting) == (JobState.RUNNING, [])
    bench.clock.move(LEASE)
    await bench.recovery.sweep()
    await bench.engine.turn(bench.worker.work)
    assert bench.job(job).state is JobState.DONE
