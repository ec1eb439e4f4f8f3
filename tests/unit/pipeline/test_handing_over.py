"""Asks whether kept pictures reach people: now, later, or in the gallery; but never twice paid and never drawn again."""

from datetime import timedelta

import pytest

from bot.domain.allowances import QuotaStatus
from bot.domain.chat import Tone
from bot.domain.jobs import JobState
from bot.errors import LeaseLost, MessageGone, StorageFailed, SurfaceFailed
from tests.fakes.bench import LEASE, Bench

FULL = SurfaceFailed("loom", "500")
GONE = MessageGone("loom", "404")
PAID = QuotaStatus(20, held=0, spent=1)


async def paid_once(bench: Bench) -> bool:
    """Whether one picture was drawn and counted."""
    return len(bench.painter.requests) == 1 and await bench.quota_status() == PAID


@pytest.mark.parametrize("error", [FULL, RuntimeError("a broken rendering"), StorageFailed("sqlite", "locked")], ids=repr)
async def test_what_cannot_be_shown_is_shown_later(bench: Bench, error: Exception) -> None:
    """It stays kept and counted; nobody is told that it failed, and nothing is drawn again."""
    job = await bench.imagine()
    bench.surface.failures.fail_always("update", error)
    await bench.work()
    assert bench.job(job).state is JobState.KEPT
    assert await paid_once(bench)
    bench.surface.failures.clear()
    bench.clock.move(timedelta(seconds=15))
    await bench.work()
    assert bench.job(job).state is JobState.DONE
    assert bench.message(job).tone is Tone.DONE
    assert await paid_once(bench)


async def test_a_platform_says_how_long_to_wait(bench: Bench) -> None:
    """Nobody comes back earlier."""
    job = await bench.imagine()
    bench.surface.failures.fail_always("update", SurfaceFailed("loom", "429", retry_after=timedelta(minutes=5)))
    await bench.work()
    bench.surface.failures.clear()
    bench.clock.move(timedelta(minutes=5) - timedelta(seconds=1))
    await bench.recovery.sweep()
    await bench.work()
    assert bench.job(job).state is JobState.KEPT
    bench.clock.move(timedelta(seconds=1))
    await bench.recover()
    assert bench.job(job).state is JobState.DONE


async def test_the_pauses_grow_up_to_ten_minutes(bench: Bench) -> None:
    """A platform that is down for hours is not pestered."""
    job = await bench.imagine()
    bench.surface.failures.fail_always("update", FULL)
    pauses = []
    for _ in range(12):
        await bench.work()
        not_before = bench.jobs.rows[job.id].not_before
        assert not_before is not None
        pauses.append((not_before - bench.clock.now()).total_seconds())
        bench.clock.move(not_before - bench.clock.now())
    assert pauses[:5] == [5, 5, 10, 20, 40]
    assert pauses[-1] == max(pauses) == 600


async def test_a_job_that_went_through_many_hands_is_shown_as_soon_as_any(bench: Bench) -> None:
    """Its workers were killed before it was drawn, which says nothing of the platform."""
    job = await bench.imagine()
    for _ in range(8):
        assert await bench.jobs.claim(job.id, LEASE)
        bench.clock.move(LEASE)
    bench.surface.failures.fail_always("update", FULL)
    await bench.work()
    assert bench.jobs.rows[job.id].not_before == bench.clock.now() + timedelta(seconds=5)


async def test_after_a_day_they_wait_in_the_gallery_only(bench: Bench) -> None:
    """The job is done, and they can be seen there."""
    job = await bench.imagine()
    bench.surface.failures.fail_always("update", FULL)
    await bench.work()
    bench.clock.move(timedelta(days=1) - timedelta(seconds=1))
    await bench.work()
    assert bench.job(job).state is JobState.KEPT
    bench.clock.move(timedelta(minutes=10))
    await bench.work()
    assert bench.job(job).state is JobState.DONE
    assert len(await bench.gallery.latest(job.account, 10)) == 1


async def test_the_day_begins_when_there_are_pictures(bench: Bench) -> None:
    """A job that had to wait for a storage all that time has not been tried yet."""
    bench.jobs.failures.fail_next("drawings", StorageFailed("s3", "no route"))
    job = await bench.draw()
    bench.clock.move(timedelta(days=2))
    bench.surface.failures.fail_always("update", FULL)
    await bench.work()
    assert bench.job(job).state is JobState.KEPT
    bench.surface.failures.clear()
    bench.clock.move(timedelta(minutes=1))
    await bench.work()
    assert (bench.job(job).state, bench.message(job).tone) == (JobState.DONE, Tone.DONE)


async def test_where_place_and_author_are_gone_they_wait_in_the_gallery_at_once(bench: Bench) -> None:
    """Nobody would ever see them there."""
    job = await bench.imagine()
    for method in ("update", "post", "direct"):
        bench.surface.failures.fail_always(method, GONE)
    await bench.work()
    assert bench.job(job).state is JobState.DONE
    assert len(await bench.gallery.latest(job.account, 10)) == 1
    assert await paid_once(bench)


async def test_where_only_the_message_is_gone_a_new_one_has_them(bench: Bench) -> None:
    """At the same place."""
    job = await bench.imagine()
    bench.surface.failures.fail_always("update", GONE)
    await bench.work()
    assert bench.job(job).state is JobState.DONE
    assert [post.tone for _, post, _ in bench.surface.posted] == [Tone.WAITING, Tone.DONE]
    assert bench.message(job).tone is Tone.DONE


async def test_a_new_message_that_cannot_be_posted_either_comes_later(bench: Bench) -> None:
    """Once, however often it is tried."""
    job = await bench.imagine()
    bench.surface.failures.fail_always("update", GONE)
    bench.surface.failures.fail_always("post", FULL)
    await bench.work()
    assert bench.job(job).state is JobState.KEPT
    bench.surface.failures.clear()
    bench.surface.failures.fail_next("update", GONE)
    bench.clock.move(timedelta(seconds=15))
    await bench.work()
    assert bench.job(job).state is JobState.DONE
    assert len(bench.surface.posted) == 2


async def test_pictures_that_were_shown_are_shown_again_when_nobody_wrote_that_down(bench: Bench) -> None:
    """In the same message."""
    job = await bench.imagine()
    bench.jobs.failures.fail_next("finish", StorageFailed("sqlite", "locked"))
    await bench.work()
    assert (bench.job(job).state, bench.message(job).tone) == (JobState.KEPT, Tone.DONE)
    bench.clock.move(LEASE)
    await bench.recover()
    assert bench.job(job).state is JobState.DONE
    assert len(bench.surface.posted) == 1
    assert await paid_once(bench)


async def test_a_new_message_that_the_table_did_not_hear_of_is_not_posted_twice(bench: Bench) -> None:
    """Its key is the job's, and the platform knows it."""
    job = await bench.imagine()
    bench.surface.failures.fail_next("update", GONE, times=3)
    bench.jobs.failures.fail_next("attach", StorageFailed("sqlite", "locked"))
    await bench.work()
    assert bench.job(job).state is JobState.KEPT
    bench.surface.failures.fail_next("update", GONE)
    bench.clock.move(timedelta(seconds=15))
    await bench.work()
    assert bench.job(job).state is JobState.DONE
    assert len(bench.surface.shown) == 2


async def test_a_job_that_is_somebody_elses_now_is_not_finished(bench: Bench) -> None:
    """Whoever has it finishes it; this one shows what is true and goes."""
    job = await bench.imagine()
    bench.jobs.failures.fail_next("finish", LeaseLost(job.id, 1))
    await bench.work()
    assert (bench.job(job).state, bench.message(job).tone) == (JobState.KEPT, Tone.DONE)
