"""Asks whether a job's end reaches people: in its message, in a new one, or later."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.chat import Place, Tone
from bot.domain.jobs import Ending, Job, JobState
from bot.domain.people import Platform
from bot.errors import MessageGone, StorageFailed, SurfaceFailed
from bot.pipeline import waiting_posts
from tests.fakes.bench import Bench
from tests.fakes.surfaces import LOOM

FULL = SurfaceFailed("loom", "429")
GONE = MessageGone("loom", "404")
FAILED = Ending(JobState.FAILED, "provider_failed", "The image service could not be reached. Nothing was counted.")


async def kept(bench: Bench) -> Job:
    """Return a job whose pictures are kept and not shown yet."""
    job = await bench.preparation.prepare(await bench.claimed())

    async def on_progress(progress: object) -> None:
        await asyncio.sleep(0)

    drawings = await bench.drawing.draw(job, on_progress, lambda: None)
    await bench.keeping.keep(job, drawings, lambda: None)
    return bench.job(job)


async def failed(bench: Bench) -> Job:
    """Return a job that has failed, of which nobody knows yet."""
    job = await bench.claimed()
    await bench.jobs.finish(job.id, job.attempt, FAILED)
    return bench.job(job)


async def test_pictures_come_into_the_jobs_own_message(bench: Bench) -> None:
    """With what was drawn, who drew it, and what it cost in all."""
    job = await kept(bench)
    await bench.delivery.show_pictures(job)
    post = bench.message(job)
    assert [post_picture.alt for post_picture in post.pictures] == ["a fox, in soft light"]
    assert post.footer == ("drawn by painter", "1024x1024, medium quality", "1 s")
    assert post.cost == "$0.0401"
    assert len(bench.surface.posted) == 1


async def test_showing_them_again_changes_nothing(bench: Bench) -> None:
    """As a worker does that took over."""
    job = await kept(bench)
    await bench.delivery.show_pictures(job)
    shown = bench.message(job)
    await bench.delivery.show_pictures(job)
    assert bench.message(job) == shown
    assert len(bench.surface.posted) == 1


async def test_the_message_that_came_meanwhile_is_used(bench: Bench) -> None:
    """A worker may have started before the first message was posted."""
    job = await kept(bench)
    await bench.delivery.show_pictures(replace(job, message=None))
    assert len(bench.surface.posted) == 1
    assert bench.message(job).tone is Tone.DONE


async def test_a_message_that_was_deleted_is_replaced(bench: Bench) -> None:
    """The job knows the new one."""
    job = await kept(bench)
    bench.surface.failures.fail_next("update", GONE)
    await bench.delivery.show_pictures(job)
    [_, (place, post, key)] = bench.surface.posted
    assert job.message is not None
    assert (place, post.tone, key) == (job.place, Tone.DONE, f"{job.id}:{job.message.id}")
    assert bench.job(job).message != job.message
    assert bench.message(job) == post


async def test_a_platform_that_is_busy_is_asked_again(bench: Bench) -> None:
    """Twice, with a pause."""
    job = await kept(bench)
    bench.surface.failures.fail_next("update", FULL, times=2)
    await bench.delivery.show_pictures(job)
    assert bench.message(job).tone is Tone.DONE


async def test_a_platform_that_stays_away_has_failed(bench: Bench) -> None:
    """Whoever asked for the delivery comes back to it."""
    job = await kept(bench)
    bench.surface.failures.fail_always("update", FULL)
    with pytest.raises(SurfaceFailed):
        await bench.delivery.show_pictures(job)
    assert bench.message(job).tone is Tone.WAITING


async def test_where_the_place_is_gone_the_author_alone_gets_them(bench: Bench) -> None:
    """In a message that the job knows from then on."""
    job = await kept(bench)
    bench.surface.failures.fail_next("update", GONE)
    bench.surface.failures.fail_next("post", GONE)
    await bench.delivery.show_pictures(job)
    [_, (place, post, key)] = bench.surface.posted
    assert (place, post.tone, key) == (Place(LOOM, "", "ann alone"), Tone.DONE, f"{job.id}:direct")
    assert bench.message(job) == post


async def test_an_author_who_cannot_be_reached_is_said_to_be_gone(bench: Bench) -> None:
    """Neither in the old message, nor in a new one, nor alone."""
    job = await kept(bench)
    for method in ("update", "post", "direct"):
        bench.surface.failures.fail_always(method, GONE)
    with pytest.raises(MessageGone):
        await bench.delivery.show_pictures(job)


async def test_a_platform_that_this_process_does_not_serve_is_left_to_others(bench: Bench) -> None:
    """They will find the job in the table."""
    elsewhere = bench.delivery_on({})
    assert elsewhere.platforms == frozenset()
    assert bench.delivery.platforms == {LOOM} == frozenset({Platform("loom")})
    with pytest.raises(SurfaceFailed, match="not served by this process"):
        await elsewhere.show_pictures(await kept(bench))
    async with elsewhere.progress(await bench.imagine(key="call-2")) as show:
        show(waiting_posts.build_working_post(await bench.imagine(key="call-2"), "Drawing"))
    assert bench.surface.updated == []


async def test_whoever_loses_a_job_says_no_more_of_it(bench: Bench) -> None:
    """A progress that waits for its turn would cover what another process says."""
    job = await bench.imagine()

    async def work_until_cut_off(is_shown: bool) -> None:
        async with bench.delivery.progress(job) as show:
            while is_shown and bench.surface.dropped == [] and not bench.surface.updated:
                show(waiting_posts.build_working_post(job, "Drawing"))
                await asyncio.sleep(0)
            raise asyncio.CancelledError

    for is_shown in (False, True):
        with pytest.raises(asyncio.CancelledError):
            await work_until_cut_off(is_shown)
    assert bench.surface.dropped == [job.message]


async def test_why_there_are_no_pictures_is_told_once(bench: Bench) -> None:
    """In the job's message; then it counts as told."""
    job = await failed(bench)
    await bench.delivery.notify_end(job.id)
    assert bench.message(job).text == f"a fox – {FAILED.text}"
    assert bench.message(job).kind == "provider_failed"
    assert await bench.jobs.list_unnotified(frozenset({LOOM}), most=100) == ()


async def test_what_cannot_be_told_now_is_told_later(bench: Bench) -> None:
    """It stays untold, and nothing is raised."""
    job = await failed(bench)
    bench.surface.failures.fail_always("update", FULL)
    await bench.delivery.notify_end(job.id)
    assert await bench.jobs.list_unnotified(frozenset({LOOM}), most=100) == (job,)
    bench.surface.failures.clear()
    await bench.delivery.notify_end(job.id)
    assert await bench.jobs.list_unnotified(frozenset({LOOM}), most=100) == ()


async def test_what_can_never_be_told_is_not_tried_for_ever(bench: Bench) -> None:
    """The place is gone, and so are those who would read it."""
    job = await failed(bench)
    for method in ("update", "post", "direct"):
        bench.surface.failures.fail_always(method, GONE)
    await bench.delivery.notify_end(job.id)
    assert await bench.jobs.list_unnotified(frozenset({LOOM}), most=100) == ()


async def test_an_end_that_breaks_in_the_showing_is_not_told(bench: Bench) -> None:
    """What breaks is for the boundaries to catch."""
    job = await failed(bench)
    bench.surface.failures.fail_next("update", RuntimeError("a broken rendering"))
    with pytest.raises(RuntimeError):
        await bench.delivery.notify_end(job.id)
    assert await bench.jobs.list_unnotified(frozenset({LOOM}), most=100) == (job,)


async def test_a_storage_that_is_away_is_the_callers_business(bench: Bench) -> None:
    """Whoever swept will sweep again."""
    job = await failed(bench)
    bench.jobs.failures.fail_next("mark_notified", StorageFailed("sqlite", "locked"))
    with pytest.raises(StorageFailed):
        await bench.delivery.notify_end(job.id)


async def test_a_job_that_goes_on_or_has_pictures_has_no_end_to_tell_of(bench: Bench) -> None:
    """Least of all over its pictures."""
    running = await bench.claimed("a hare")
    await bench.delivery.notify_end(running.id)
    assert bench.message(running).tone is Tone.WAITING
    done = await bench.draw("a fox", key="call-2")
    assert done.state is JobState.DONE
    await bench.delivery.notify_end(done.id)
    assert bench.message(done).tone is Tone.DONE
    assert len(bench.message(done).pictures) == 1


async def test_nobody_is_told_of_nothing(bench: Bench) -> None:
    """An unknown job has no message."""
    job = await bench.imagine()
    bench.jobs.rows.clear()
    await bench.delivery.notify_end(job.id)
    assert bench.surface.updated == []


async def test_a_deletion_takes_the_pictures_out_of_the_message(bench: Bench) -> None:
    """And says for how long they can be brought back."""
    job = await bench.draw()
    await bench.gallery.delete(job.id)
    await bench.delivery.show_deleted(job)
    assert bench.message(job).pictures == ()
    assert "for 10 minutes" in bench.message(job).text


async def test_pictures_that_nobody_may_see_are_not_shown(bench: Bench) -> None:
    """Even if the message is drawn up anew."""
    job = await bench.draw()
    await bench.gallery.delete(job.id)
    await bench.delivery.show_pictures(job)
    assert bench.message(job).pictures == ()


async def test_where_no_message_can_be_posted_the_author_alone_gets_them(bench: Bench) -> None:
    """The place was gone before the job had a message there."""
    job = await kept(bench)
    bench.jobs.rows[job.id].job = replace(job, message=None)
    bench.surface.failures.fail_next("post", GONE)
    await bench.delivery.show_pictures(bench.job(job))
    assert [(place, key) for place, _, key in bench.surface.posted[1:]] == [(Place(LOOM, "", "ann alone"), f"{job.id}:direct")]
