"""Asks whether objects that nothing needs are removed, and every object that anything may need stays."""

import asyncio
from collections.abc import Collection
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.images import DrawingId
from bot.domain.jobs import Drawing, DrawingState, Ending, Job, JobState
from bot.domain.pictures import thumbnail_key
from bot.errors import StorageFailed
from bot.services.orphans import GRACE, OrphanCount, Orphans
from tests.fakes.bench import Bench
from tests.fakes.clock import NOON
from tests.fakes.inputs import an_input, give_inputs
from tests.fakes.jobs import Kept
from tests.fakes.objects import MemoryObjects
from tests.fakes.references import MemoryReferences

LATER = GRACE + timedelta(hours=1)
LOCKED = StorageFailed("sqlite", "locked")
CANCELLED = Ending(JobState.CANCELLED)


@pytest.fixture
def bench() -> Bench:
    """Set up a house."""
    return Bench()


def key(number: int = 0, drawing: str = "z" * 22) -> str:
    """Return a key of our own form that nobody has."""
    return f"pictures/ab/ab{number:062x}-{drawing}.png"


async def put(bench: Bench, *keys: str) -> None:
    """Leave objects in the store at noon, in a house that had a job by then."""
    if not bench.jobs.rows:
        await bench.draw(key="first")
    for one in keys:
        await bench.objects.put(one, b"12345", "image/png")


def orphans_of(bench: Bench, references: MemoryReferences | None = None, page: int = 3) -> Orphans:
    """Build a sweep that does not pause."""
    needed = references or MemoryReferences(bench.jobs)
    return Orphans(needed, bench.objects, bench.clock, spool=bench.spool, page=page, pause=timedelta())


async def sweep(bench: Bench) -> None:
    """Sweep when everything is old."""
    bench.clock.move(LATER)
    await orphans_of(bench).sweep()


def an_open_drawing(job: Job, state: DrawingState = DrawingState.OPEN) -> Drawing:
    """Return a drawing of a claimed job, with an id that a key takes."""
    drawing = DrawingId("d" * 22)
    return Drawing(id=drawing, job=job.id, attempt=job.attempt, provider="loom", model="loom", state=state, started_at=NOON)


async def test_an_orphan_goes_and_the_log_names_its_key(bench: Bench) -> None:
    """Its copies go with it; keys of the first release are ours too."""
    early = f"pictures/ab/ab{1:062x}.webp"
    kept = await bench.draw()
    await put(bench, key(), thumbnail_key(key(), 512), early)
    with capture_logs() as logs:
        await sweep(bench)
    [picture] = await bench.pictures.of_job(kept.id)
    assert list(bench.objects.objects) == [picture.file.key]
    removed = [entry for entry in logs if entry["event"] == "object.orphan_removed"]
    assert [entry["key"] for entry in removed] == [key(), thumbnail_key(key(), 512), early]


async def test_a_picture_that_was_brought_in_vain_goes(bench: Bench) -> None:
    """Those of a job stay."""
    job = await bench.draw("make it night")
    await give_inputs(bench.jobs, bench.objects, job, "a")
    await put(bench, an_input("b").key)
    await sweep(bench)
    assert [one for one in bench.objects.objects if one.startswith("inputs/")] == [an_input("a").key]


async def test_what_a_check_up_left_that_was_cut_off_goes(bench: Bench) -> None:
    """Once it is old: a young one may still be looked at. A house without any picture is swept too."""
    await bench.objects.put("trial/0123456789abcdef", b"easel was here", "text/plain")
    await orphans_of(bench).sweep()
    assert list(bench.objects.objects) == ["trial/0123456789abcdef"]
    await sweep(bench)
    assert bench.objects.objects == {}


async def test_a_young_orphan_stays(bench: Bench) -> None:
    """Until the grace is over."""
    await put(bench, key())
    bench.clock.move(GRACE)
    await orphans_of(bench).sweep()
    assert key() in bench.objects.objects
    bench.clock.move(timedelta(seconds=1))
    await orphans_of(bench).sweep()
    assert key() not in bench.objects.objects


@pytest.mark.parametrize(
    "foreign",
    [
        "pictures/notes.txt",
        f"pictures/cd/ab{0:062x}.png",
        f"pictures/ab/ab{0:062x}.gif",
        f"pictures/ab/ab{0:062x}-short.png",
        f"pictures/ab/ab{0:062x}.png.256.webp",
        f"pictures/ab/x/ab{0:062x}.png",
        f"old/pictures/ab/ab{0:062x}.png",
        "trial-0123456789abcdef",
    ],
)
async def test_what_has_not_exactly_our_form_stays(bench: Bench, foreign: str) -> None:
    """Somebody else put it there."""
    await put(bench, foreign)
    await sweep(bench)
    assert foreign in bench.objects.objects


async def test_a_picture_keeps_its_object_and_its_copies(bench: Bench) -> None:
    """Seen or hidden."""
    jobs = [await bench.draw(key="call-1"), await bench.draw(key="call-2")]
    for job in jobs:
        [picture] = await bench.pictures.of_job(job.id)
        await put(bench, thumbnail_key(picture.file.key, 512))
    await bench.gallery.delete(jobs[1].id)
    before = dict(bench.objects.objects)
    assert len(before) == 4
    await sweep(bench)
    assert bench.objects.objects == before


async def test_a_picture_that_is_being_removed_is_left_to_the_gallery(bench: Bench) -> None:
    """It knows whether another one has the same object."""
    job = await bench.draw()
    await bench.gallery.delete(job.id)
    [picture] = await bench.pictures.of_job(job.id)
    await bench.pictures.begin_removal(picture.id)
    await sweep(bench)
    assert picture.file.key in bench.objects.objects


async def test_what_a_removed_picture_left_goes(bench: Bench) -> None:
    """A copy, say, that somebody made at the last moment."""
    job = await bench.draw()
    [picture] = await bench.pictures.of_job(job.id)
    await bench.gallery.delete(job.id)
    bench.clock.move(bench.gallery.undo)
    await bench.gallery.sweep()
    await put(bench, thumbnail_key(picture.file.key, 512))
    await sweep(bench)
    assert bench.objects.objects == {}


@pytest.mark.parametrize("state", [DrawingState.OPEN, DrawingState.DRAWN])
async def test_a_drawing_keeps_its_object_until_its_job_is_final(bench: Bench, state: DrawingState) -> None:
    """Also when only the put is done yet: a late answer of a cancelled job is an orphan."""
    job = await bench.claimed()
    drawing = an_open_drawing(job, state)
    own = key(7, drawing.id)
    await bench.jobs.open_drawing(drawing)
    await put(bench, own)
    await sweep(bench)
    assert own in bench.objects.objects
    await bench.jobs.cancel(job.id, CANCELLED)
    await orphans_of(bench).sweep()
    assert own not in bench.objects.objects


async def test_without_a_record_nothing_is_removed(bench: Bench) -> None:
    """Not even where one page has been looked at: each is asked about."""
    await put(bench, *(key(number) for number in range(5)))
    bench.clock.move(LATER)
    for method in ("began_at", "find_needed_keys", "find_awaited_keys"):
        references = MemoryReferences(bench.jobs)
        references.failures.fail_always(method, LOCKED)
        with pytest.raises(StorageFailed):
            await orphans_of(bench, references).sweep()
        assert len(bench.objects.objects) == 6


async def test_an_empty_or_younger_record_removes_nothing(bench: Bench) -> None:
    """A database that was lost, or another one: what is older than its first job is not its own."""
    await bench.objects.put(key(), b"x", "image/png")
    await sweep(bench)
    assert key() in bench.objects.objects
    await bench.draw()
    await sweep(bench)
    assert key() in bench.objects.objects


class LateReferences(MemoryReferences):
    """A record in which a picture is noted after the listing, at the moment of the question."""

    def __init__(self, bench: Bench, kept: Kept) -> None:
        super().__init__(bench.jobs)
        self._bench, self._kept = bench, kept

    async def find_needed_keys(self, keys: Collection[str]) -> frozenset[str]:
        """Note it first."""
        self._bench.jobs.kept[self._kept.picture.id] = self._kept
        return await super().find_needed_keys(keys)


async def test_what_is_kept_between_the_listing_and_the_question_stays(bench: Bench) -> None:
    """The record is asked after the store, never before."""
    await bench.draw()
    [(name, kept)] = bench.jobs.kept.items()
    del bench.jobs.kept[name]
    bench.clock.move(LATER)
    await orphans_of(bench, LateReferences(bench, kept)).sweep()
    assert list(bench.objects.objects) == [kept.picture.file.key]


async def test_a_spool_keeps_what_jobs_need_that_are_not_final() -> None:
    """A job that is done has its pictures in the store."""
    spool = MemoryObjects()
    bench = Bench(spool=spool)
    spool.failures.fail_always("delete", StorageFailed("disk", "full"))
    await bench.draw(key="first")
    spool.failures.clear()
    assert len(spool.objects) == 1
    job = await bench.claimed(prompt="an owl")
    waiting = an_open_drawing(job)
    await bench.jobs.open_drawing(waiting)
    await spool.put(key(7, waiting.id), b"x", "image/png")
    bench.clock.move(LATER)
    await orphans_of(bench).sweep_spool()
    assert list(spool.objects) == [key(7, waiting.id)]
    assert len(bench.objects.objects) == 1


async def test_most_of_a_store_is_not_believed_to_be_orphans(bench: Bench) -> None:
    """Another easel's pictures are there, rather."""
    await put(bench, *(key(number) for number in range(30)))
    bench.clock.move(LATER)
    many = orphans_of(bench, page=500)
    with capture_logs() as logs:
        await many.sweep()
    assert len(bench.objects.objects) == 31
    assert [entry["event"] for entry in logs] == ["orphans.doubted"]
    assert (await many.count(most=500)).is_implausible


async def test_a_dry_run_counts_and_removes_nothing(bench: Bench) -> None:
    """It looks at so many objects, and says whether those were all."""
    await put(bench, *(key(number) for number in range(4)))
    bench.clock.move(LATER)
    orphans = orphans_of(bench)
    assert await orphans.count(most=500) == OrphanCount(4, 20, is_implausible=False, is_complete=True)
    assert await orphans.count(most=3) == OrphanCount(2, 10, is_implausible=False, is_complete=False)
    assert len(bench.objects.objects) == 5


async def test_it_sweeps_every_day_whatever_happens(bench: Bench) -> None:
    """A sweep that fails is made up for by the next one."""
    await put(bench, key())
    bench.clock.move(LATER)
    references = MemoryReferences(bench.jobs)
    references.failures.fail_next("began_at", LOCKED)
    references.failures.fail_next("began_at", RuntimeError("a mistake of ours"))
    running = asyncio.create_task(orphans_of(bench, references).run(bench.leader))
    await asyncio.sleep(timedelta(days=1, hours=1).total_seconds())
    assert key() in bench.objects.objects
    await asyncio.sleep(timedelta(days=1).total_seconds())
    assert key() not in bench.objects.objects
    running.cancel()


async def test_only_who_leads_looks_through_the_store_and_everybody_through_their_spool() -> None:
    """Ten workers do not list a large bucket ten times a day; nobody else can get at a machine's own disk."""
    spool = MemoryObjects()
    bench = Bench(spool=spool)
    bench.leader.leads = False
    await put(bench, key())
    await spool.put(key(), b"x", "image/png")
    bench.clock.move(LATER)
    running = asyncio.create_task(orphans_of(bench).run(bench.leader))
    await asyncio.sleep(timedelta(days=1, hours=1).total_seconds())
    assert (key() in bench.objects.objects, key() in spool.objects) == (True, False)
    bench.leader.leads = True
    await asyncio.sleep(timedelta(days=1).total_seconds())
    assert key() not in bench.objects.objects
    running.cancel()
