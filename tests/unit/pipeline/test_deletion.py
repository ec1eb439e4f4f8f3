"""Asks what becomes of pictures of many jobs that are deleted in one go: are all of them gone, or all back, whatever shows it?"""

from datetime import timedelta

import pytest

from bot.domain.jobs import Job, JobId
from bot.domain.pictures import PictureId
from bot.errors import SurfaceFailed
from bot.pipeline.deletion import SeveralDeletion
from tests.fakes.bench import Bench

FULL = SurfaceFailed("loom", "429")


@pytest.fixture
def bench() -> Bench:
    """Set up a house on the workbench."""
    return Bench()


@pytest.fixture
def deletion(bench: Bench) -> SeveralDeletion:
    """Return what deletes."""
    return deletion_within(bench, timedelta(seconds=20))


def deletion_within(bench: Bench, within: timedelta) -> SeveralDeletion:
    """Return what deletes, and shows that within so long."""
    return SeveralDeletion(gallery=bench.gallery, delivery=bench.delivery, jobs=bench.jobs, within=within)


async def draw_two(bench: Bench) -> tuple[list[Job], list[PictureId]]:
    """Have a pair of foxes and an owl drawn; return the jobs, and the second fox with the owl."""
    jobs = [await bench.draw("foxes", count=2, key="foxes"), await bench.draw("an owl", key="owl")]
    drawn = [await bench.pictures.of_job(job.id) for job in jobs]
    return jobs, [drawn[0][1].id, drawn[1][0].id]


async def test_pictures_of_several_jobs_go_and_come_back(bench: Bench, deletion: SeveralDeletion) -> None:
    """Each message shows what is left of its job; after the time for that, nothing comes back."""
    jobs, chosen = await draw_two(bench)
    ids = [job.id for job in jobs]
    assert await deletion.delete(chosen, ids) == 0
    assert [len(await bench.gallery.visible(id_)) for id_ in ids] == [1, 0]
    assert [len(bench.message(job).pictures) for job in jobs] == [1, 0]
    assert await deletion.restore(chosen, ids) == 0
    assert [len(bench.message(job).pictures) for job in jobs] == [2, 1]
    await deletion.delete(chosen, ids)
    bench.clock.move(deletion.undo)
    await bench.gallery.sweep()
    await deletion.restore(chosen, ids)
    assert [len(await bench.gallery.visible(id_)) for id_ in ids] == [1, 0]


async def test_where_a_message_cannot_be_changed_the_pictures_are_gone_all_the_same(
    bench: Bench, deletion: SeveralDeletion
) -> None:
    """How many they are is told, and asking again changes them."""
    jobs, chosen = await draw_two(bench)
    ids = [JobId("none"), *(job.id for job in jobs)]
    bench.surface.failures.fail_always("update", FULL)
    assert await deletion.delete(chosen, ids) == 2
    assert await bench.gallery.visible(jobs[1].id) == ()
    assert bench.message(jobs[1]).pictures != ()
    bench.surface.failures.clear()
    assert await deletion.delete(chosen, ids) == 0
    assert bench.message(jobs[1]).pictures == ()


async def test_nobody_waits_long_for_messages(bench: Bench) -> None:
    """What is not shown by then counts as not shown."""
    jobs, chosen = await draw_two(bench)
    bench.surface.hold_updates()
    assert await deletion_within(bench, timedelta(milliseconds=1)).delete(chosen, [job.id for job in jobs]) == 2
    assert await bench.gallery.visible(jobs[1].id) == ()
    bench.surface.let_updates_go()
