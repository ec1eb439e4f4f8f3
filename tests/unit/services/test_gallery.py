"""Asks who sees which pictures, and when their bytes go."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.jobs import Job
from bot.domain.pictures import Picture, PictureState, derived_keys
from bot.errors import StorageFailed
from bot.services.gallery import Gallery
from tests.fakes.bench import Bench
from tests.fakes.pictures import MemoryPictures

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def bench() -> Bench:
    """Set up a house in which a deletion can be undone for ten minutes."""
    return Bench()


async def states(bench: Bench, job: Job) -> set[PictureState]:
    """Return the states of a job's pictures."""
    return {picture.state for picture in await bench.pictures.of_job(job.id)}


async def test_the_latest_come_first_and_only_ones_own(bench: Bench) -> None:
    """As many as asked for."""
    jobs = []
    for number in range(3):
        jobs.append(await bench.draw(key=f"call-{number}"))
        bench.clock.move(SECOND)
    await bench.draw(key="call-of-bob", user="bob")
    latest = await bench.gallery.latest(jobs[0].account, 2)
    assert [picture.job for picture in latest] == [jobs[2].id, jobs[1].id]


async def test_a_deletion_hides_and_can_be_undone_in_time(bench: Bench) -> None:
    """Until the last second."""
    job = await bench.draw(count=2)
    await bench.gallery.delete(job.id)
    assert await bench.gallery.visible(job.id) == await bench.gallery.latest(job.account, 9) == ()
    bench.clock.move(bench.gallery.undo - SECOND)
    await bench.gallery.sweep()
    assert await bench.gallery.restore(job.id)
    assert [picture.position for picture in await bench.gallery.visible(job.id)] == [0, 1]
    bench.clock.move(timedelta(days=1))
    await bench.gallery.sweep()
    assert len(bench.objects.objects) == 2


async def test_after_that_it_is_too_late(bench: Bench) -> None:
    """Record and bytes are gone."""
    job = await bench.draw(count=2)
    await bench.gallery.delete(job.id)
    bench.clock.move(bench.gallery.undo)
    await bench.gallery.sweep()
    assert not await bench.gallery.restore(job.id)
    assert await states(bench, job) == {PictureState.REMOVED}
    assert bench.objects.objects == {}


async def test_a_sweep_goes_on_until_nothing_is_due(bench: Bench) -> None:
    """Page by page: a season's pictures are never in memory at once."""
    gallery = Gallery(bench.pictures, bench.removals, bench.objects, bench.clock, MINUTE, page=2)
    for number in range(5):
        await gallery.delete((await bench.draw(key=f"call-{number}")).id)
    bench.clock.move(MINUTE)
    await gallery.sweep()
    assert await bench.pictures.due(bench.clock.now(), most=9) == ()
    assert bench.objects.objects == {}


async def test_what_the_store_keeps_does_not_keep_the_others(bench: Bench) -> None:
    """A page of pictures that cannot be removed is passed over; each of them is due again."""
    gallery = Gallery(bench.pictures, bench.removals, bench.objects, bench.clock, MINUTE, page=2)
    for number in range(5):
        await gallery.delete((await bench.draw(key=f"call-{number}")).id)
    bench.clock.move(MINUTE)
    bench.objects.failures.fail_next("delete", StorageFailed("s3", "away"), times=2)
    await gallery.sweep()
    assert len(bench.objects.objects) == len(await bench.pictures.due(bench.clock.now(), most=9)) == 2
    await gallery.sweep()
    assert bench.objects.objects == {}


async def test_what_was_made_from_a_picture_goes_with_it(bench: Bench) -> None:
    """The smaller copies too."""
    job = await bench.draw()
    [picture] = await bench.pictures.of_job(job.id)
    for key in derived_keys(picture.file.key):
        await bench.objects.put(key, b"smaller", "image/webp")
    await bench.gallery.delete(job.id)
    bench.clock.move(bench.gallery.undo)
    await bench.gallery.sweep()
    assert bench.objects.objects == {}


async def test_bytes_that_another_picture_has_too_stay(bench: Bench) -> None:
    """Until the last of them is removed."""
    same = bench.painter.drawn()
    bench.painter.will(same, same)
    first, second = await bench.draw(key="call-1"), await bench.draw(key="call-2")
    for job, left in ((first, 1), (second, 0)):
        await bench.gallery.delete(job.id)
        bench.clock.move(bench.gallery.undo)
        await bench.gallery.sweep()
        assert len(bench.objects.objects) == left


async def test_bytes_that_do_not_go_now_go_at_a_later_sweep(bench: Bench) -> None:
    """Nobody can bring the picture back meanwhile, and the others do not wait for it."""
    stuck, other = await bench.draw(key="call-1"), await bench.draw(key="call-2")
    for job in (stuck, other):
        await bench.gallery.delete(job.id)
    bench.clock.move(bench.gallery.undo)
    bench.objects.failures.fail_next("delete", StorageFailed("s3", "away"))
    await bench.gallery.sweep()
    assert (await states(bench, stuck), await states(bench, other)) == ({PictureState.REMOVING}, {PictureState.REMOVED})
    assert not await bench.gallery.restore(stuck.id)
    assert len(bench.objects.objects) == 1
    await bench.gallery.sweep()
    assert await states(bench, stuck) == {PictureState.REMOVED}
    assert bench.objects.objects == {}


async def test_the_bytes_of_two_pictures_under_one_key_go_with_the_last_of_them(bench: Bench) -> None:
    """As those of version 0.1 may be, which named bytes by their content alone."""
    jobs = [await bench.draw(key=f"call-{number}") for number in range(2)]
    [first], [second] = [await bench.pictures.of_job(job.id) for job in jobs]
    await bench.objects.delete(second.file.key)
    bench.jobs.kept[second.id].picture = replace(second, file=first.file)
    for job, left in zip(jobs, (1, 0), strict=True):
        await bench.gallery.delete(job.id)
        bench.clock.move(bench.gallery.undo)
        await bench.gallery.sweep()
        assert len(bench.objects.objects) == left


async def test_a_picture_that_was_brought_back_during_a_sweep_stays(bench: Bench) -> None:
    """Somebody is quicker than the sweep that has read its page."""

    class ReadBefore(MemoryPictures):
        async def due(self, now: datetime, *, most: int, skip: int = 0) -> tuple[Picture, ...]:
            found = await super().due(now, most=most, skip=skip)
            await self.show(job.id)
            return found

    job = await bench.draw()
    await bench.gallery.delete(job.id)
    bench.clock.move(bench.gallery.undo)
    await Gallery(ReadBefore(bench.jobs), bench.removals, bench.objects, bench.clock, MINUTE).sweep()
    assert await states(bench, job) == {PictureState.VISIBLE}
    assert len(bench.objects.objects) == 1
