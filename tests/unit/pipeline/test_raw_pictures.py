"""Asks whether what was paid for survives the death of a process that was making of it what was wished for."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.images import Abilities, DrawingId, FileFormat, ImageResult, Size
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.jobs import DrawingState, Job, JobState
from bot.domain.wishes import Draft
from bot.errors import StorageFailed
from bot.moderation.formats import find_extension
from bot.pipeline.raw_pictures import RawDrawing, RawPictures
from bot.services.orphans import GRACE, Orphans
from tests.fakes.bench import Bench
from tests.fakes.images import PRICE, ScriptedProvider
from tests.fakes.objects import MemoryObjects
from tests.fakes.photos import mask_of, photo
from tests.fakes.references import MemoryReferences
from tests.fakes.waiting import until

SIZE = (160, 120)
ABLE = Abilities(sizes=(Size(1024, 768), Size(1024, 1024)), most=2, most_inputs=2)
AWAY = StorageFailed("s3", "away")


class DyingObjects(MemoryObjects):
    """A folder beside a process that takes nothing more once it has taken so many things."""

    def __init__(self, takes: int) -> None:
        super().__init__()
        self.takes = takes

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        """Take it, if there is still time for it."""
        if self.takes == 0:
            raise AWAY
        self.takes -= 1
        await super().put(key, content, media_type)


def raw_keys(objects: MemoryObjects) -> list[str]:
    """Return what is kept that is not finished."""
    return [key for key in objects.objects if key.startswith("raw/")]


async def kill_once(bench: Bench, is_so: Callable[[], bool], **asked: object) -> Job:
    """Have something drawn, and kill the process at that moment."""
    await bench.studio.accept(Draft(prompt="a lamp", **asked), bench.call())  # type: ignore[arg-type]  # options of a draft
    [job] = [row.job for row in bench.jobs.rows.values()]
    bench.engine.start(bench.worker.work)
    await until(is_so)
    await bench.kill()
    return job


CHANGED_IN_PART = (BroughtPicture(photo(size=SIZE)), BroughtPicture(mask_of(SIZE, (40, 30, 120, 90)), InputRole.MASK))


@pytest.mark.parametrize(("count", "takes"), [(1, 1), (2, 3)], ids=["drawn", "one of two put in"])
async def test_a_part_that_was_not_put_into_its_picture_yet_is_not_lost(count: int, takes: int) -> None:
    """The next process puts it there; nobody is paid again, and nothing raw is left."""
    spool = DyingObjects(takes)
    bench = Bench(painter=ScriptedProvider(abilities=ABLE), spool=spool)
    job = await kill_once(bench, lambda: spool.takes == 0, picture=CHANGED_IN_PART, count=count)
    assert len(raw_keys(spool)) == count
    spool.takes = 9
    await bench.recover()
    assert (bench.job(job).state, len(bench.painter.requests)) == (JobState.DONE, 1)
    pictures = await bench.pictures.of_job(job.id)
    assert [(picture.file.width, picture.file.height) for picture in pictures] == [SIZE] * count
    assert (await bench.jobs.cost(job.id)).microusd >= PRICE.microusd
    assert raw_keys(spool) == []


async def test_a_process_that_dies_while_it_waits_for_the_picture_to_be_changed_loses_nothing() -> None:
    """What was drawn was only in its memory, once."""
    bench = Bench(painter=ScriptedProvider(abilities=ABLE))
    await bench.studio.accept(Draft(prompt="a lamp", picture=CHANGED_IN_PART), bench.call())
    [job] = [row.job for row in bench.jobs.rows.values()]
    bench.painter.will_hold()
    bench.engine.start(bench.worker.work)
    await until(lambda: len(bench.painter.requests) == 1)
    bench.objects.failures.fail_always("get", AWAY)
    bench.painter.release()
    await until(lambda: "Waiting" in bench.message(job).text or bool(raw_keys(bench.objects)))
    await bench.kill()
    bench.objects.failures.clear()
    await bench.recover()
    assert (bench.job(job).state, len(bench.painter.requests)) == (JobState.DONE, 1)


async def test_two_pictures_that_were_not_turned_yet_are_not_lost() -> None:
    """Each in its place, as the kind of file that was asked for."""
    spool = DyingObjects(2)
    bench = Bench(painter=ScriptedProvider(abilities=ABLE), spool=spool)
    job = await kill_once(bench, lambda: spool.takes == 0, format=FileFormat.WEBP, count=2)
    assert len(raw_keys(spool)) == 2
    spool.takes = 9
    await bench.recover()
    assert (bench.job(job).state, len(bench.painter.requests)) == (JobState.DONE, 1)
    kept = [await bench.objects.get(one.file.key) for one in await bench.pictures.of_job(job.id)]
    assert [find_extension(content) for content in kept] == ["webp", "webp"]


async def test_what_is_finished_but_not_written_down_is_found_as_it_is() -> None:
    """As ever: nothing raw is there any more."""
    spool = MemoryObjects()
    bench = Bench(painter=ScriptedProvider(abilities=ABLE), spool=spool)
    bench.jobs.failures.fail_always("close_drawing", AWAY)

    def is_there() -> bool:
        return any(key.startswith("pictures/") for key in spool.objects) and not raw_keys(spool)

    job = await kill_once(bench, is_there, format=FileFormat.JPEG)
    await bench.recover()
    assert (bench.job(job).state, len(bench.painter.requests)) == (JobState.DONE, 1)


async def test_what_needs_nothing_more_is_written_once() -> None:
    """The usual way costs nothing more."""
    spool = DyingObjects(1)
    bench = Bench(painter=ScriptedProvider(abilities=ABLE), spool=spool)
    job = await bench.draw("a fox")
    assert bench.job(job).state is JobState.DONE


async def test_a_picture_that_is_none_leaves_nothing_behind() -> None:
    """The call is closed as failed, before and after a crash."""
    bench = Bench(painter=ScriptedProvider(abilities=ABLE))
    bench.painter.will(ImageResult(pictures=(photo("PNG")[:400],), model="x", cost=PRICE))
    await bench.studio.accept(Draft(prompt="a fox", format=FileFormat.WEBP), bench.call())
    await bench.work()
    [job] = [row.job for row in bench.jobs.rows.values()]
    assert [one.state for one in await bench.jobs.drawings(job.id)] == [DrawingState.FAILED]
    assert raw_keys(bench.objects) == []


async def test_a_base_that_was_removed_meanwhile_ends_the_job_for_nothing() -> None:
    """There is nothing to put the part into."""
    spool = DyingObjects(1)
    bench = Bench(painter=ScriptedProvider(abilities=ABLE), spool=spool)
    job = await kill_once(bench, lambda: spool.takes == 0, picture=CHANGED_IN_PART)
    spool.takes = 9
    for one in bench.job(job).wish.inputs:
        await bench.objects.delete(one.key)
    await bench.recover()
    assert bench.job(job).state is JobState.REFUSED
    assert ((await bench.quota_status()).left, raw_keys(spool)) == (20, [])


async def test_raw_pictures_that_cannot_be_removed_now_go_with_the_orphans() -> None:
    """In the store and in the spool, once they are old."""
    spool = MemoryObjects()
    bench = Bench(painter=ScriptedProvider(abilities=ABLE), spool=spool)
    spool.failures.fail_always("delete", AWAY)
    job = await bench.imagine()
    await bench.studio.accept(Draft(prompt="a fox", format=FileFormat.WEBP), bench.call("2"))
    await bench.work()
    spool.failures.clear()
    assert bench.job(job).state is JobState.DONE
    assert len(raw_keys(spool)) == 1
    await RawPictures(bench.objects).put((await bench.jobs.drawings(job.id))[0].id, RawDrawing((b"old",), is_part=False))
    orphans = Orphans(MemoryReferences(bench.jobs), bench.objects, bench.clock, spool=spool, pause=timedelta())
    for moved, left in ((timedelta(), 1), (GRACE + timedelta(hours=1), 0)):
        bench.clock.move(moved)
        await orphans.sweep()
        await orphans.sweep_spool()
        assert (len(raw_keys(spool)), len(raw_keys(bench.objects))) == (left, left)


async def test_what_somebody_else_finishes_meanwhile_is_theirs() -> None:
    """A picture goes between the look and the reading."""

    class Going(MemoryObjects):
        async def get(self, key: str) -> bytes:
            await self.delete(key)
            return await super().get(key)

    objects = Going()
    raw, drawing = RawPictures(objects), DrawingId("d" * 22)
    await raw.put(drawing, RawDrawing((b"x",), is_part=True))
    assert await raw.find(drawing) is None
