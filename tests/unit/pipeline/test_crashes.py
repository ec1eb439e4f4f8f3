"""Asks what a crash leaves at each step, and whether the next process makes it good: nothing lost, nothing paid twice."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.allowances import QuotaStatus
from bot.domain.chat import Tone
from bot.domain.jobs import DrawingState, Job, JobState
from bot.errors import StorageFailed
from bot.pipeline.drawing import WhenUnknown
from tests.fakes.bench import Bench
from tests.fakes.images import PRICE
from tests.fakes.objects import MemoryObjects
from tests.fakes.prompts import REWRITING_COSTS
from tests.fakes.tickets import ScriptedTicketProvider
from tests.fakes.waiting import until

ESTIMATE = replace(PRICE, is_estimate=True)
UNTOUCHED = QuotaStatus(20, held=0, spent=0)
PAID = QuotaStatus(20, held=0, spent=1)
DOWN = StorageFailed("disk", "full")


async def end(bench: Bench, *, is_killed: bool) -> None:
    """End the process, by `kill -9` or politely."""
    await (bench.kill() if is_killed else bench.engine.crash())
    bench.painter.release()


async def drawing(bench: Bench) -> Job:
    """Return a job that is being drawn."""
    bench.painter.will_hold()
    job = await bench.imagine()
    bench.engine.start(bench.worker.work)
    await until(lambda: len(bench.painter.requests) == 1)
    return job


EITHER_WAY = pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "stopped"])


async def test_a_job_that_nobody_heard_of_is_published_at_the_start(bench: Bench) -> None:
    """It was accepted, so it is drawn."""
    job = await bench.imagine()
    await bench.engine.crash()
    await bench.recover()
    assert bench.job(job).state is JobState.DONE


@EITHER_WAY
async def test_words_that_are_settled_are_not_paid_for_again(*, is_killed: bool) -> None:
    """The next claim goes on with the drawing."""
    bench = Bench(when_unknown=WhenUnknown.RETRY)
    job = await drawing(bench)
    await end(bench, is_killed=is_killed)
    await bench.recover()
    assert (bench.job(job).state, bench.job(job).attempt) == (JobState.DONE, 2)
    assert len(bench.rewriter.asks) == 1
    assert len(bench.moderation.judged) == len({"asked", "drawn"})
    assert (await bench.jobs.cost(job.id)) == PRICE + REWRITING_COSTS + ESTIMATE


@EITHER_WAY
async def test_a_crash_while_it_is_drawn_is_asked_about(bench: Bench, *, is_killed: bool) -> None:
    """The pictures come back, and the message offers to draw again."""
    job = await drawing(bench)
    await end(bench, is_killed=is_killed)
    assert [one.state for one in await bench.jobs.drawings(job.id)] == [DrawingState.OPEN]
    await bench.recover()
    assert (bench.job(job).state, bench.message(job).kind) == (JobState.FAILED, "outcome_unknown")
    assert [button.label for button in bench.message(job).buttons] == ["Draw again", "Change words"]
    assert [one.state for one in await bench.jobs.drawings(job.id)] == [DrawingState.UNKNOWN]
    assert len(bench.painter.requests) == 1
    assert await bench.quota_status() == UNTOUCHED
    assert await bench.jobs.cost(job.id) == REWRITING_COSTS + ESTIMATE


@EITHER_WAY
async def test_a_crash_while_it_is_drawn_is_made_good_once_where_the_rules_say_so(*, is_killed: bool) -> None:
    """The second crash is asked about."""
    bench = Bench(when_unknown=WhenUnknown.RETRY)
    job = await drawing(bench)
    await end(bench, is_killed=is_killed)
    await bench.recover()
    assert bench.job(job).state is JobState.DONE
    assert len(bench.painter.requests) == 2
    assert await bench.quota_status() == PAID


async def test_a_second_crash_while_it_is_drawn_is_asked_about() -> None:
    """Nobody pays three times for one picture."""
    bench = Bench(when_unknown=WhenUnknown.RETRY)
    job = await drawing(bench)
    await bench.kill()
    bench.painter.will_hold()
    await bench.recovery.sweep()
    bench.engine.start(bench.worker.work)
    await until(lambda: len(bench.painter.requests) == 2)
    await bench.kill()
    await bench.recover()
    assert (bench.job(job).state, bench.message(job).kind) == (JobState.FAILED, "outcome_unknown")
    assert len(bench.painter.requests) == 2
    assert await bench.quota_status() == UNTOUCHED


@EITHER_WAY
async def test_a_crash_while_the_bytes_are_put_on_disk_is_like_one_while_they_are_drawn(bench: Bench, *, is_killed: bool) -> None:
    """Nobody knows what became of them."""
    bench.objects.failures.fail_always("put", DOWN)
    job = await bench.imagine()
    bench.engine.start(bench.worker.work)
    await until(lambda: "waiting for the storage" in bench.message(job).text)
    await end(bench, is_killed=is_killed)
    bench.objects.failures.clear()
    await bench.recover()
    assert bench.message(job).kind == "outcome_unknown"
    assert await bench.quota_status() == UNTOUCHED


@EITHER_WAY
@pytest.mark.parametrize("has_spool", [True, False])
async def test_a_crash_after_the_bytes_are_put_on_disk_and_before_that_is_noted_loses_nothing(
    *, has_spool: bool, is_killed: bool
) -> None:
    """Whoever goes on finds them on this machine by their drawing's name, and pays for no other."""
    bench = Bench(spool=MemoryObjects() if has_spool else None)
    before = await bench.draw(key="before")
    bench.jobs.failures.fail_always("close_drawing", DOWN)
    job = await bench.imagine(count=2)
    bench.engine.start(bench.worker.work)
    await until(lambda: "waiting for the storage" in bench.message(job).text)
    await end(bench, is_killed=is_killed)
    bench.jobs.failures.clear()
    await bench.recover()
    assert bench.job(job).state is JobState.DONE
    assert len(bench.message(job).pictures) == 2
    assert [one.state for one in await bench.jobs.drawings(job.id)] == [DrawingState.DRAWN]
    assert (len(bench.painter.requests), (await bench.quota_status()).spent) == (2, 3)
    assert len({picture.file.key for one in (before, job) for picture in await bench.gallery.visible(one.id)}) == 3


async def test_what_is_found_of_several_pictures_is_kept_and_counted(bench: Bench) -> None:
    """What was still to be put away is lost, is said so, and counts for nobody."""
    bench.jobs.failures.fail_always("close_drawing", DOWN)
    job = await bench.imagine(count=2)
    bench.engine.start(bench.worker.work)
    await until(lambda: "waiting for the storage" in bench.message(job).text)
    await end(bench, is_killed=True)
    bench.objects.objects.popitem()
    bench.jobs.failures.clear()
    await bench.recover()
    assert bench.job(job).state is JobState.DONE
    assert len(bench.message(job).pictures) == 1
    assert "1 of 2 pictures could not be used or did not come, and was not counted" in bench.message(job).footer
    assert await bench.quota_status() == PAID


@EITHER_WAY
async def test_a_crash_while_the_store_is_away_loses_nothing(*, is_killed: bool) -> None:
    """The bytes are in the spool, and are carried over by the next process."""
    bench = Bench(spool=MemoryObjects())
    bench.objects.failures.fail_always("put", DOWN)
    job = await bench.imagine()
    bench.engine.start(bench.worker.work)
    await until(lambda: "waiting for the storage" in bench.message(job).text)
    await end(bench, is_killed=is_killed)
    bench.objects.failures.clear()
    await bench.recover()
    assert bench.job(job).state is JobState.DONE
    assert len(bench.painter.requests) == len(bench.objects.objects) == 1
    assert bench.spool is not None
    assert bench.spool.objects == {}
    assert await bench.quota_status() == PAID


@EITHER_WAY
async def test_a_crash_before_the_pictures_are_counted_counts_them_once(bench: Bench, *, is_killed: bool) -> None:
    """They are on disk, and the drawing says so."""
    bench.jobs.failures.fail_always("keep", StorageFailed("sqlite", "locked"))
    job = await bench.imagine()
    bench.engine.start(bench.worker.work)
    await until(lambda: "waiting for the storage" in bench.message(job).text)
    await end(bench, is_killed=is_killed)
    bench.jobs.failures.clear()
    await bench.recover()
    assert bench.job(job).state is JobState.DONE
    assert len(bench.painter.requests) == 1
    assert await bench.quota_status() == PAID


@EITHER_WAY
async def test_a_crash_while_they_are_shown_shows_them_again(bench: Bench, *, is_killed: bool) -> None:
    """In the same message; nothing is drawn or counted again."""
    job = await bench.imagine()
    bench.surface.hold_updates()
    bench.engine.start(bench.worker.work)
    await until(lambda: bench.job(job).state is JobState.KEPT and bench.surface.begun == 2)
    await end(bench, is_killed=is_killed)
    bench.surface.let_updates_go()
    await bench.recover()
    assert (bench.job(job).state, bench.message(job).tone) == (JobState.DONE, Tone.DONE)
    assert len(bench.painter.requests) == len(bench.surface.posted) == 1
    assert await bench.quota_status() == PAID


@EITHER_WAY
@pytest.mark.parametrize("moment", ["submitting", "waiting", "storing", "closing", "keeping", "showing"])
async def test_a_crash_at_any_moment_of_a_drawing_with_a_ticket_loses_nothing(moment: str, *, is_killed: bool) -> None:
    """It is asked for once, and what it gave is collected, counted and shown once."""
    studio = ScriptedTicketProvider()
    bench = Bench(tickets=studio)
    step = {"storing": "put", "closing": "close_drawing", "keeping": "keep"}.get(moment)
    if step is not None:
        (bench.objects if moment == "storing" else bench.jobs).failures.fail_always(step, DOWN)
    if moment == "submitting":
        studio.answers.clear()
    if moment == "waiting":
        studio.will_hold()
    job = await bench.imagine()
    if moment == "showing":
        bench.surface.hold_updates()
    bench.engine.start(bench.worker.work)
    reached = {
        "submitting": lambda: len(studio.requests) == 1,
        "waiting": lambda: studio.collecting == 1,
        "showing": lambda: bench.job(job).state is JobState.KEPT and bench.surface.begun == 2,
    }
    await until(reached.get(moment, lambda: "waiting for the storage" in bench.message(job).text))
    asyncio.get_running_loop().call_later(1, studio.answers.set)
    await (bench.kill() if is_killed else bench.engine.crash())
    studio.release()
    bench.surface.let_updates_go()
    for failing in (bench.objects, bench.jobs):
        failing.failures.clear()
    await bench.recover()
    assert (bench.job(job).state, bench.message(job).tone) == (JobState.DONE, Tone.DONE)
    assert (len(studio.requests), studio.cancelled, len(bench.objects.objects)) == (1, [], 1)
    assert [one.state for one in await bench.jobs.drawings(job.id)] == [DrawingState.DRAWN]
    assert await bench.quota_status() == PAID
    assert await bench.jobs.cost(job.id) == PRICE + REWRITING_COSTS


async def test_a_stopped_process_hands_its_job_back_at_once(bench: Bench) -> None:
    """Nobody waits for the lease."""
    job = await drawing(bench)
    await bench.engine.crash()
    assert bench.jobs.rows[job.id].lease_until is None
    assert await bench.jobs.claimable(bench.delivery.platforms, accepted_by=bench.clock.now(), most=100) == ((job.id, job.tier),)


async def test_a_killed_process_leaves_its_lease_behind(bench: Bench) -> None:
    """The job is nobody's until it has run out."""
    job = await drawing(bench)
    bench.jobs.failures.fail_always("hand_back", StorageFailed("sqlite", "gone"))
    await bench.engine.crash()
    assert await bench.jobs.claimable(bench.delivery.platforms, accepted_by=bench.clock.now(), most=100) == ()
    assert bench.job(job).state is JobState.RUNNING
