"""Asks whether paid-for bytes are safe at every moment, and counted once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.images import DrawingId
from bot.domain.jobs import Drawing, DrawingState, Job, JobState
from bot.domain.pictures import PictureState
from bot.errors import LeaseLost, ObjectMissing, StorageFailed
from bot.provider_errors import ProviderFailed
from tests.fakes.bench import LEASE, Bench
from tests.fakes.images import png
from tests.fakes.objects import MemoryObjects

DOWN = StorageFailed("s3", "no route")


class Troubles:
    """Counts how often somebody was told that the storage is away."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        """Count one."""
        self.count += 1


@pytest.fixture
def spool() -> MemoryObjects:
    """Return the folder beside the process."""
    return MemoryObjects()


@pytest.fixture
def far(spool: MemoryObjects) -> Bench:
    """Set up a house whose store is elsewhere."""
    return Bench(spool=spool)


async def drawn(bench: Bench, job: Job, *pictures: bytes, on_trouble: Callable[[], None] | None = None) -> Drawing:
    """Return a drawing whose pictures are put aside."""
    drawing = a_drawing(bench, job)
    files = await bench.keeping.write_to_spool(drawing, pictures, on_trouble or Troubles())
    return replace(drawing, state=DrawingState.DRAWN, files=files)


def a_drawing(bench: Bench, job: Job) -> Drawing:
    """Return a drawing that is under way."""
    return Drawing(
        id=DrawingId(bench.ids.new()),
        job=job.id,
        attempt=job.attempt,
        provider="painter",
        model="painter-1",
        state=DrawingState.OPEN,
        started_at=bench.clock.now(),
    )


async def test_pictures_are_kept_untouched_in_their_order_and_counted(bench: Bench) -> None:
    """Byte for byte, under keys that follow from their content."""
    job = await bench.claimed(count=2)
    drawing = await drawn(bench, job, png(1), png(2))
    await bench.keeping.keep(job, (drawing,), Troubles())
    kept = await bench.pictures.of_job(job.id)
    assert [(picture.position, picture.state) for picture in kept] == [(0, PictureState.VISIBLE), (1, PictureState.VISIBLE)]
    assert [bench.objects.objects[picture.file.key] for picture in kept] == [(png(1), "image/png"), (png(2), "image/png")]
    assert len({picture.id for picture in kept}) == 2
    assert bench.job(job).state is JobState.KEPT
    assert ((await bench.quota_status()).held, (await bench.quota_status()).spent) == (0, 2)


async def test_fewer_pictures_than_were_asked_for_count_as_that_many(bench: Bench) -> None:
    """The rest of what was set aside comes back."""
    job = await bench.claimed(count=4)
    await bench.keeping.keep(job, (await drawn(bench, job, png(1)),), Troubles())
    quota_status = await bench.quota_status()
    assert (quota_status.held, quota_status.spent, quota_status.left) == (0, 1, 19)


@pytest.mark.parametrize("pictures", [(), (b"no picture",), (b"no picture", png(1)[:-9])], ids=["none", "bad", "all bad"])
async def test_what_is_no_picture_is_not_kept(bench: Bench, pictures: tuple[bytes, ...]) -> None:
    """Where nothing else came, that is a failure."""
    with pytest.raises(ProviderFailed) as failed:
        await bench.keeping.write_to_spool(a_drawing(bench, await bench.claimed()), pictures, Troubles())
    assert failed.value.provider == "painter"
    assert bench.objects.objects == {}


async def test_a_picture_that_cannot_be_used_names_the_call_that_it_came_from(bench: Bench) -> None:
    """By that id the service's support finds it."""
    drawing = replace(a_drawing(bench, await bench.claimed()), request_id="req-7")
    for pictures in ((b"<html>",), ()):
        with pytest.raises(ProviderFailed, match="request_id=req-7"):
            await bench.keeping.write_to_spool(drawing, pictures, Troubles())


@pytest.mark.parametrize("bad", [0, 1, 2])
async def test_a_broken_picture_takes_no_good_one_with_it(bench: Bench, bad: int) -> None:
    """They were paid for together."""
    pictures = [png(1), png(2)]
    pictures.insert(bad, b"no picture")
    files = await bench.keeping.write_to_spool(a_drawing(bench, await bench.claimed()), tuple(pictures), Troubles())
    assert [bench.objects.objects[file.key][0] for file in files] == [png(1), png(2)]


async def test_a_store_elsewhere_gets_pictures_by_way_of_the_spool(far: Bench, spool: MemoryObjects) -> None:
    """They are safe here first, and gone from here last."""
    job = await far.claimed()
    drawing = await drawn(far, job, png(1))
    assert [content for content, _ in spool.objects.values()] == [png(1)]
    assert far.objects.objects == {}
    await far.keeping.keep(job, (drawing,), Troubles())
    assert spool.objects == {}
    assert far.objects.objects == {drawing.files[0].key: (png(1), "image/png")}


async def test_a_store_that_is_down_is_waited_for(far: Bench, spool: MemoryObjects) -> None:
    """Somebody is told, nothing is counted yet, and the bytes stay here."""
    job = await far.claimed()
    drawing = await drawn(far, job, png(1))
    far.objects.failures.fail_always("put", DOWN)
    troubles = Troubles()
    task = asyncio.create_task(far.keeping.keep(job, (drawing,), troubles))
    await asyncio.sleep(3600)
    assert troubles.count > 100
    assert (far.job(job).state, len(spool.objects)) == (JobState.RUNNING, 1)
    far.objects.failures.clear()
    await task
    assert (far.job(job).state, len(spool.objects)) == (JobState.KEPT, 0)


async def test_a_table_that_is_locked_is_waited_for(bench: Bench) -> None:
    """Everything is counted once."""
    job = await bench.claimed()
    drawing = await drawn(bench, job, png(1))
    bench.jobs.failures.fail_next("keep", StorageFailed("sqlite", "locked"), times=5)
    troubles = Troubles()
    await bench.keeping.keep(job, (drawing,), troubles)
    assert troubles.count == 5
    assert len(await bench.pictures.of_job(job.id)) == (await bench.quota_status()).spent == 1


async def test_a_full_disk_is_waited_for(bench: Bench) -> None:
    """Paid-for bytes are held until there is room."""
    job = await bench.claimed()
    bench.objects.failures.fail_next("put", StorageFailed("disk", "full"), times=4)
    troubles = Troubles()
    await drawn(bench, job, png(1), on_trouble=troubles)
    assert troubles.count == 4
    assert len(bench.objects.objects) == 1


async def test_who_lost_the_job_keeps_nothing(bench: Bench) -> None:
    """A cancelled job has no pictures, though they were drawn."""
    job = await bench.claimed()
    drawing = await drawn(bench, job, png(1))
    await bench.studio.cancel(job)
    with pytest.raises(LeaseLost):
        await bench.keeping.keep(job, (drawing,), Troubles())
    assert await bench.pictures.of_job(job.id) == ()


async def test_what_lies_in_another_machines_spool_is_missing_here(far: Bench, spool: MemoryObjects) -> None:
    """The job waits for that machine."""
    job = await far.claimed()
    drawing = await drawn(far, job, png(1))
    spool.objects.clear()
    with pytest.raises(ObjectMissing):
        await far.keeping.keep(job, (drawing,), Troubles())
    assert far.job(job).state is JobState.RUNNING


async def test_two_jobs_may_come_to_the_same_picture(far: Bench, spool: MemoryObjects) -> None:
    """Each keeps bytes of its own, so that neither can lose the other's."""
    first = await far.claimed()
    await far.studio.accept(first.wish, far.call("call-2"))
    second_id = next(row.job.id for row in far.jobs.rows.values() if row.job.key == "call-2")
    second = await far.jobs.claim(second_id, LEASE)
    assert second is not None
    drawings = [await drawn(far, job, png(1)) for job in (first, second)]
    for job, drawing in zip((first, second), drawings, strict=True):
        await far.keeping.keep(job, (drawing,), Troubles())
        assert far.job(job).state is JobState.KEPT
    assert spool.objects == {}
    assert len(far.objects.objects) == 2


async def test_a_spool_that_cannot_be_emptied_holds_nobody_up(far: Bench, spool: MemoryObjects) -> None:
    """The picture is safe and counted."""
    job = await far.claimed()
    drawing = await drawn(far, job, png(1))
    spool.failures.fail_always("delete", StorageFailed("disk", "read-only"))
    await far.keeping.keep(job, (drawing,), Troubles())
    assert far.job(job).state is JobState.KEPT


async def test_the_same_bytes_of_two_jobs_are_kept_apart(bench: Bench) -> None:
    """The one is deleted for good between the other's drawing and its being counted."""
    first = await bench.claimed()
    await bench.keeping.keep(first, (await drawn(bench, first, png()),), Troubles())
    second = await bench.imagine(key="call-2")
    claimed = await bench.jobs.claim(second.id, LEASE)
    assert claimed is not None
    drawing = await drawn(bench, claimed, png())
    await bench.gallery.delete(first.id)
    bench.clock.move(bench.gallery.undo)
    await bench.gallery.sweep()
    await bench.keeping.keep(claimed, (drawing,), Troubles())
    [picture] = await bench.gallery.visible(second.id)
    assert await bench.objects.get(picture.file.key) == png()
    assert len(bench.objects.objects) == 1


async def test_what_has_come_over_already_is_kept_without_its_spool(far: Bench, spool: MemoryObjects) -> None:
    """Whoever emptied it died before the job was told."""
    job = await far.claimed()
    drawing = await drawn(far, job, png(1))
    [file] = drawing.files
    await far.objects.put(file.key, png(1), file.media_type)
    spool.objects.clear()
    await far.keeping.keep(job, (drawing,), Troubles())
    assert far.job(job).state is JobState.KEPT


async def test_what_cannot_be_discarded_now_holds_nobody_up(bench: Bench) -> None:
    """Nobody knows the keys while the record is away; asked again it is gone."""
    job = await bench.claimed()
    drawing = a_drawing(bench, job)
    await bench.jobs.open_drawing(drawing)
    files = await bench.keeping.write_to_spool(drawing, (png(1),), Troubles())
    await bench.jobs.close_drawing(replace(drawing, state=DrawingState.DRAWN, files=files))
    bench.jobs.failures.fail_next("drawings", DOWN)
    await bench.keeping.discard(job)
    assert len(bench.objects.objects) == 1
    await bench.keeping.discard(job)
    assert bench.objects.objects == {}
