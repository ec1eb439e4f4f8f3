"""Asks whether what a crash left is found, told and swept, over and over, whatever is away in between."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot.domain.jobs import Ending, JobState
from bot.domain.pictures import Picture
from bot.errors import StorageFailed, SurfaceFailed
from bot.pipeline.delivery import Delivery
from bot.pipeline.recovery import Recovery
from bot.services.gallery import Gallery
from tests.fakes.bench import LEASE, Bench
from tests.fakes.jobs import MemoryJobs
from tests.fakes.pictures import MemoryPictures
from tests.fakes.surfaces import LOOM

MINUTE = timedelta(minutes=1)
LOCKED = StorageFailed("sqlite", "locked")
CANCELLED = Ending(JobState.CANCELLED, "cancelled", "cancelled; nothing was counted.")


def recovery_of(bench: Bench, *, delivery: Delivery | None = None, gallery: Gallery | None = None, page: int = 500) -> Recovery:
    """Build a sweep of the bench's, with other parts in it."""
    return Recovery(
        jobs=bench.jobs,
        engine=bench.engine,
        slots=bench.call_slots,
        leader=bench.leader,
        delivery=delivery or bench.delivery,
        retention=bench.retention,
        gallery=gallery or bench.gallery,
        inputs=bench.input_store,
        tickets=bench.ticket_cancellation,
        observer=bench.observer,
        clock=bench.clock,
        lease=LEASE,
        page=page,
    )


@contextlib.asynccontextmanager
async def running(recovery: Recovery, every: timedelta = MINUTE) -> AsyncIterator[None]:
    """Sweep until the block ends."""
    task = asyncio.create_task(recovery.run(every=every))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_jobs_that_nobody_has_are_published(bench: Bench) -> None:
    """Oldest first, once they are a lease old; those that somebody works on, or that are to wait, are left alone."""
    waiting = await bench.imagine(key="call-1")
    running_one = await bench.imagine(key="call-2")
    late = await bench.imagine(key="call-3")
    await bench.engine.crash()
    await bench.jobs.claim(running_one.id, LEASE)
    claimed = await bench.jobs.claim(late.id, LEASE)
    assert claimed is not None
    await bench.jobs.release(late.id, claimed.attempt, bench.clock.now() + 2 * MINUTE)
    bench.clock.move(LEASE - timedelta(seconds=1))
    await bench.jobs.renew(running_one.id, 1, LEASE)
    await bench.recovery.sweep()
    assert bench.engine.waiting == []
    bench.clock.move(timedelta(seconds=1))
    await bench.recovery.sweep()
    assert bench.engine.waiting == [waiting.id]
    bench.clock.move(2 * MINUTE)
    await bench.recovery.sweep()
    assert bench.engine.waiting == [waiting.id, running_one.id, late.id]


async def test_ends_that_nobody_has_seen_are_told(bench: Bench) -> None:
    """Once."""
    job = await bench.imagine()
    await bench.jobs.cancel(job.id, CANCELLED)
    await bench.recovery.sweep()
    await bench.recovery.sweep()
    assert [post.text for post in bench.surface.said] == ["a fox – cancelled; nothing was counted."]


async def test_an_end_that_takes_long_to_tell_keeps_no_job_waiting(bench: Bench) -> None:
    """Nor does a store that is slow to remove what is too old: jobs are published beside all that."""
    ended = await bench.imagine(key="call-1")
    await bench.jobs.cancel(ended.id, CANCELLED)
    bench.surface.hold_updates()
    async with running(bench.recovery):
        await asyncio.sleep(1)
        lost = await bench.imagine(key="call-2")
        await bench.engine.crash()
        bench.clock.move(LEASE)
        await asyncio.sleep(2 * MINUTE.total_seconds())
        assert bench.surface.said == []
        assert bench.engine.waiting == [lost.id]


async def test_only_the_leader_sweeps(bench: Bench) -> None:
    """Whoever is it by the time of the next sweep."""
    job = await bench.imagine()
    await bench.jobs.cancel(job.id, CANCELLED)
    bench.leader.leads = False
    async with running(bench.recovery):
        await asyncio.sleep(LEASE.total_seconds() * 2)
        assert bench.surface.said == []
        bench.leader.leads = True
        await asyncio.sleep(MINUTE.total_seconds() * 2)
        assert [post.text for post in bench.surface.said] == ["a fox – cancelled; nothing was counted."]


async def test_an_engine_out_of_reach_keeps_nobody_untold(bench: Bench) -> None:
    """What waits is published at a later sweep."""
    waiting, job = await bench.imagine(key="call-1"), await bench.imagine(key="call-2")
    await bench.jobs.cancel(job.id, CANCELLED)
    await bench.engine.crash()
    bench.clock.move(LEASE)
    bench.engine.failures.fail_next("publish", StorageFailed("redis", "away"))
    await bench.recovery.sweep()
    assert bench.engine.waiting == []
    assert [post.text for post in bench.surface.said] == ["a fox – cancelled; nothing was counted."]
    await bench.recovery.sweep()
    assert bench.engine.waiting == [waiting.id]


async def test_an_end_that_cannot_be_told_now_is_told_at_a_later_sweep(bench: Bench) -> None:
    """However long the platform is away."""
    job = await bench.imagine()
    await bench.jobs.cancel(job.id, CANCELLED)
    bench.surface.failures.fail_always("update", SurfaceFailed("loom", "500"))
    for _ in range(3):
        await bench.recovery.sweep()
    bench.surface.failures.clear()
    await bench.recovery.sweep()
    assert bench.message(job).text == "a fox – cancelled; nothing was counted."


async def test_an_end_that_breaks_in_the_showing_does_not_keep_the_others_waiting(bench: Bench) -> None:
    """It is logged, and tried again with the next sweep."""
    first, second = await bench.imagine(key="call-1"), await bench.imagine(key="call-2")
    for job in (first, second):
        await bench.jobs.cancel(job.id, CANCELLED)
    bench.surface.failures.fail_next("update", RuntimeError("a broken rendering"))
    await bench.recovery.sweep()
    assert [job.id for job in await bench.jobs.list_unnotified(frozenset({LOOM}), most=100)] == [first.id]
    await bench.recovery.sweep()
    assert await bench.jobs.list_unnotified(frozenset({LOOM}), most=100) == ()


async def test_what_was_deleted_long_enough_is_removed(bench: Bench) -> None:
    """Bytes and all."""
    job = await bench.draw()
    await bench.gallery.delete(job.id)
    await bench.recovery.sweep()
    assert len(bench.objects.objects) == 1
    bench.clock.move(timedelta(minutes=10))
    await bench.recovery.sweep()
    assert bench.objects.objects == {}


async def test_jobs_of_other_platforms_are_left_to_those_who_serve_them(bench: Bench) -> None:
    """This process could not answer there."""
    cancelled, waiting = await bench.imagine(key="call-1"), await bench.imagine(key="call-2")
    await bench.jobs.cancel(cancelled.id, CANCELLED)
    await bench.engine.crash()
    bench.clock.move(LEASE)
    nowhere = bench.delivery_on({})
    elsewhere = recovery_of(bench, delivery=nowhere)
    await elsewhere.sweep()
    assert bench.engine.waiting == []
    assert bench.surface.said == []
    assert bench.job(waiting).state is JobState.QUEUED


class NotedPictures(MemoryPictures):
    """Notes when somebody looked for what is due, which is what every sweep ends with."""

    def __init__(self, jobs: MemoryJobs) -> None:
        super().__init__(jobs)
        self.swept_at: list[float] = []

    async def due(self, now: datetime, *, most: int, skip: int = 0) -> tuple[Picture, ...]:
        """Note the loop's time."""
        self.swept_at.append(asyncio.get_running_loop().time())
        return await super().due(now, most=most, skip=skip)


async def test_it_sweeps_at_the_start_then_when_old_leases_have_run_out_and_then_every_minute(bench: Bench) -> None:
    """Until it is cancelled."""
    pictures = NotedPictures(bench.jobs)
    gallery = Gallery(pictures, bench.removals, bench.objects, bench.clock, MINUTE)
    recovery = recovery_of(bench, gallery=gallery)
    async with running(recovery):
        await asyncio.sleep(200)
    assert pictures.swept_at == [0, 30, 90, 150]


async def test_sweeps_come_ever_more_rarely(bench: Bench) -> None:
    """Each pause is twice the last one, until that is too long."""
    pictures = NotedPictures(bench.jobs)
    gallery = Gallery(pictures, bench.removals, bench.objects, bench.clock, MINUTE)
    recovery = recovery_of(bench, gallery=gallery)
    async with running(recovery, every=5 * MINUTE):
        await asyncio.sleep(1200)
    assert pictures.swept_at == [0, 30, 90, 210, 450, 750, 1050]


async def test_a_sweep_that_fails_is_followed_by_the_next(bench: Bench) -> None:
    """The storage may be away for as long as it likes; even the unforeseen ends nothing."""
    job = await bench.imagine()
    await bench.engine.crash()
    bench.jobs.failures.fail_next("claimable", LOCKED, times=2)
    bench.jobs.failures.fail_next("list_unnotified", RuntimeError("broken"), times=2)
    bench.jobs.failures.fail_next("mark_notified", LOCKED)
    await bench.jobs.cancel(job.id, CANCELLED)
    async with running(bench.recovery):
        await asyncio.sleep(5 * 60)
        assert await bench.jobs.list_unnotified(frozenset({LOOM}), most=100) == ()


async def test_a_lost_storage_ends_the_sweep_it_struck(bench: Bench) -> None:
    """Nobody tries the rest against a table that is away."""
    job = await bench.imagine()
    await bench.jobs.cancel(job.id, CANCELLED)
    bench.jobs.failures.fail_next("mark_notified", LOCKED)
    with pytest.raises(StorageFailed):
        await bench.recovery.sweep()


async def test_a_sweep_goes_through_any_number_of_jobs_in_pages(bench: Bench) -> None:
    """None is left out, though those that cannot be told stay what they are."""
    waiting = [await bench.imagine(key=f"call-{number}") for number in range(5)]
    ended = [await bench.imagine(key=f"end-{number}") for number in range(5)]
    await bench.engine.crash()
    for job in ended:
        await bench.jobs.cancel(job.id, CANCELLED)
    bench.surface.failures.fail_next("update", RuntimeError("a broken rendering"))
    bench.clock.move(LEASE)
    await recovery_of(bench, page=2).sweep()
    assert bench.engine.waiting == [job.id for job in waiting]
    assert [job.id for job in await bench.jobs.list_unnotified(frozenset({LOOM}), most=100)] == [ended[0].id]
