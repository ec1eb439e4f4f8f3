"""Asks of every record: are paid pictures that are on one machine's disk found again, or given up once, by any other machine?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.images import DrawingId
from bot.domain.jobs import Drawing, DrawingState, Ending, Job, JobId, JobState
from bot.domain.money import Cost
from bot.domain.people import HOUSE, AccountId
from bot.errors import ObjectMissing
from bot.moderation.picture_check import PictureCheck
from bot.pipeline.keeping import LOST_AFTER, KeepingStep
from bot.ports.accounts import Ledger
from bot.ports.jobs import Jobs
from bot.ports.references import References
from bot.provider_errors import PicturesLost
from bot.services.quotas import PictureCount
from bot.services.spool_sweep import SpoolSweep
from storage.objects.disk import DiskObjects
from tests.contract.examples import LEASE, SECOND, a_drawing, a_hold, a_job
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.images import png

Machine = Callable[[str], KeepingStep]


def nobody() -> None:
    """Tell nobody of trouble."""


def files(folder: Path) -> list[Path]:
    """Return the files below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def machine(jobs: Jobs, clock: StoppedClock, tmp_path: Path) -> Machine:
    """Return what builds the step of a machine that has a folder of its own; all have the same store."""

    def build(name: str) -> KeepingStep:
        store, spool = DiskObjects(tmp_path / "store"), DiskObjects(tmp_path / name)
        return KeepingStep(
            jobs=jobs,
            objects=store,
            spool=spool,
            check=PictureCheck(),
            count=lambda _, drawings: PictureCount(len(drawings), len(drawings)),
            clock=clock,
            ids=CountingIds(),
        )

    return build


@pytest.fixture
def sweep(references: References, tmp_path: Path) -> SpoolSweep:
    """Return what looks through the spool of machine A."""
    return SpoolSweep(references, DiskObjects(tmp_path / "store"), DiskObjects(tmp_path / "A"))


@pytest.fixture
async def drawn(jobs: Jobs, ann: AccountId, machine: Machine) -> tuple[Job, Drawing]:
    """Have a job drawn on machine A, which dies then; machine B has claimed it."""
    await jobs.accept(a_job("fox", ann), a_hold(ann))
    job = await jobs.claim(JobId("fox"), LEASE)
    assert job is not None
    opened = a_drawing(DrawingId("D" * 22), job, cost=Cost(40_000, is_estimate=True))
    await jobs.open_drawing(opened)
    found = await machine("A").write_to_spool(opened, (png(),), nobody)
    drawing = replace(opened, state=DrawingState.DRAWN, cost=Cost(39_000), files=found)
    await jobs.close_drawing(drawing)
    await jobs.release(job.id, job.attempt, NOON)
    again = await jobs.claim(job.id, timedelta(days=1))
    assert again is not None
    return again, drawing


async def test_they_are_waited_for_and_then_given_up(
    jobs: Jobs, ledger: Ledger, clock: StoppedClock, machine: Machine, drawn: tuple[Job, Drawing]
) -> None:
    """From the first time that they were looked for; the pictures come back, and their cost stays."""
    job, drawing = drawn
    clock.move(timedelta(hours=5))
    for pause in (timedelta(), LOST_AFTER - SECOND):
        clock.move(pause)
        with pytest.raises(ObjectMissing):
            await machine("B").keep(job, (drawing,), nobody)
    clock.move(SECOND)
    with pytest.raises(PicturesLost) as lost:
        await machine("B").keep(job, (drawing,), nobody)
    await jobs.finish(job.id, job.attempt, Ending(JobState.FAILED, lost.value.kind, lost.value.user_text))
    status = await ledger.quota_status(HOUSE, job.account, NOON.date(), 10)
    assert (status.held, status.spent) == (0, 0)
    assert await jobs.cost(job.id) == Cost(39_000)


async def test_what_their_machine_brings_in_time_is_kept_by_any_other(
    jobs: Jobs, machine: Machine, sweep: SpoolSweep, drawn: tuple[Job, Drawing], tmp_path: Path
) -> None:
    """Once."""
    job, drawing = drawn
    with pytest.raises(ObjectMissing):
        await machine("B").keep(job, (drawing,), nobody)
    await sweep.sweep()
    assert (len(files(tmp_path / "A")), len(files(tmp_path / "store"))) == (0, 1)
    await machine("B").keep(job, (drawing,), nobody)
    found = await jobs.get(job.id)
    assert found is not None
    assert found.state is JobState.KEPT


async def test_what_comes_too_late_is_removed(jobs: Jobs, sweep: SpoolSweep, drawn: tuple[Job, Drawing], tmp_path: Path) -> None:
    """From both folders."""
    job, _ = drawn
    await jobs.finish(job.id, job.attempt, Ending(JobState.FAILED, "outcome_unknown", "Lost."))
    await sweep.sweep()
    assert files(tmp_path / "A") == files(tmp_path / "store") == []
