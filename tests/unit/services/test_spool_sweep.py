"""Asks whether a machine's spool loses only what is safe elsewhere or wanted by nobody."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.images import DrawingId
from bot.domain.jobs import Drawing, DrawingState, Job
from bot.domain.pictures import drawing_key
from bot.errors import ObjectMissing, StorageFailed
from bot.services.spool_sweep import SpoolSweep
from tests.fakes.bench import Bench
from tests.fakes.clock import NOON
from tests.fakes.images import png
from tests.fakes.objects import MemoryObjects
from tests.fakes.references import MemoryReferences

STRANGE = f"pictures/ab/ab{0:062x}-{'z' * 22}.png"


@pytest.fixture
def spool() -> MemoryObjects:
    """Return the folder beside the process."""
    return MemoryObjects()


@pytest.fixture
def bench(spool: MemoryObjects) -> Bench:
    """Set up a house whose store is elsewhere."""
    return Bench(spool=spool)


@pytest.fixture
def sweep(bench: Bench, spool: MemoryObjects) -> SpoolSweep:
    """Return what looks through the spool, one object a page."""
    return SpoolSweep(MemoryReferences(bench.jobs), bench.objects, spool, page=1)


def a_drawing(job: Job) -> Drawing:
    """Return a drawing that is under way."""
    drawing = DrawingId("D" * 22)
    return Drawing(
        id=drawing, job=job.id, attempt=job.attempt, provider="loom", model="loom", state=DrawingState.OPEN, started_at=NOON
    )


async def test_what_a_drawing_that_is_open_has_put_there_stays(bench: Bench, spool: MemoryObjects, sweep: SpoolSweep) -> None:
    """It is being drawn at this moment."""
    drawing = a_drawing(await bench.claimed())
    await bench.jobs.open_drawing(drawing)
    key = drawing_key(f"pictures/ab/ab{1:062x}.png", drawing.id)
    await spool.put(key, png(), "image/png")
    await sweep.sweep()
    assert (list(spool.objects), bench.objects.objects) == ([key], {})


async def test_what_no_drawing_here_has_put_there_stays(bench: Bench, spool: MemoryObjects, sweep: SpoolSweep) -> None:
    """It may be another record's, named by mistake."""
    await bench.draw()
    await spool.put(STRANGE, png(), "image/png")
    await sweep.sweep()
    assert list(spool.objects) == [STRANGE]


async def test_what_was_moved_meanwhile_is_passed_over(bench: Bench, spool: MemoryObjects, sweep: SpoolSweep) -> None:
    """By a worker of the same machine."""
    drawing = a_drawing(await bench.claimed())
    files = await bench.keeping.write_to_spool(drawing, (png(1), png(2)), lambda: None)
    await bench.jobs.open_drawing(drawing)
    await bench.jobs.close_drawing(replace(drawing, state=DrawingState.DRAWN, files=files))
    spool.failures.fail_next("get", ObjectMissing("memory", "nothing under that key"))
    await sweep.sweep()
    assert [content for content, _ in bench.objects.objects.values()] == [png(2)]


async def test_a_sweep_that_fails_is_logged_and_the_next_one_comes(bench: Bench, spool: MemoryObjects) -> None:
    """Whatever broke: the record, or something that nobody foresaw."""
    references = MemoryReferences(bench.jobs)
    await bench.draw()
    await spool.put(STRANGE, png(), "image/png")
    references.failures.fail_next("find_unstored_files", StorageFailed("database", "locked"))
    references.failures.fail_next("find_unstored_files", RuntimeError("broken"))
    with capture_logs() as logs:
        running = asyncio.create_task(SpoolSweep(references, bench.objects, spool).run(every=timedelta(minutes=1)))
        await asyncio.sleep(150)
        running.cancel()
        await asyncio.wait({running})
    assert [entry["event"] for entry in logs if entry["event"].startswith("spool.")] == ["spool.not_swept", "spool.broke"]
