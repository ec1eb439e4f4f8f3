"""Asks whether every accepted job comes to one end and all sums add up, whatever breaks in whatever order."""

import asyncio
import contextlib
import re
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from bot.domain.call_limits import CallLimits
from bot.domain.chat import Tone
from bot.domain.jobs import DrawingState, Job, JobState
from bot.errors import EaselError, PromptRefused, QuotaExceeded, StorageFailed, SurfaceFailed
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.services.spool_sweep import SpoolSweep
from tests.fakes.bench import Bench
from tests.fakes.images import SQUARE_ONLY
from tests.fakes.objects import MemoryObjects
from tests.fakes.references import MemoryReferences
from tests.fakes.surfaces import LOOM

LOCKED = StorageFailed("sqlite", "locked")
BROKEN = RuntimeError("broken")
OF_JOBS = ["get", "attach", "claim", "renew", "hand_back", "record_words", "open_drawing", "close_drawing", "drawings"]
OF_THE_END = ["keep", "finish", "mark_notified", "line", "cost"]
OUTCOMES: list[Exception] = [
    ProviderFailed("painter", "503", fault=ProviderFault.OVERLOADED),
    ProviderFailed("painter", "401", fault=ProviderFault.BAD_KEY),
    OutcomeUnknown("painter", "cut"),
    PromptRefused(rule="violence", sentence="No."),
    BROKEN,
]
TONES = {
    JobState.DONE: Tone.DONE,
    JobState.FAILED: Tone.FAILED,
    JobState.REFUSED: Tone.REFUSED,
    JobState.CANCELLED: Tone.REFUSED,
}


class Storm:
    """Does one bad thing after another to a house with a spool."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311 - a storm that can be repeated
        limits = CallLimits(at_once=2) if seed % 5 == 0 else None
        self.bench = Bench(spool=MemoryObjects(), most_running=1 + seed % 3, limits=limits)
        self.bench.painter.abilities = replace(SQUARE_ONLY, most=4 if seed % 2 else 1)
        self.jobs: list[Job] = []

    async def rage(self) -> None:
        """Take some wishes in, and let everything happen."""
        happenings = [
            self.wish,
            self.work,
            self.work,
            self.wait,
            self.wait,
            self.break_records,
            self.break_places,
            self.break_painter,
            self.cancel,
            self.sweep,
            self.sweep_spool,
            self.bench.engine.crash,
            self.bench.kill,
        ]
        for _ in range(30):
            await self.dice.choice(happenings)()

    async def calm(self) -> None:
        """Mend everything, and let the house repair itself for a day and a bit."""
        await self.bench.engine.crash()
        for broken in (self.bench.jobs, self.bench.objects, self.bench.surface):
            broken.failures.clear()
        for _ in range(6 * 26):
            self.bench.clock.move(timedelta(minutes=10))
            await self.bench.recover()
        await self.sweep_spool()

    async def wish(self) -> None:
        """Ask for up to three pictures."""
        key = f"call-{len(self.jobs)}"
        with contextlib.suppress(QuotaExceeded, RuntimeError):  # a first message that breaks in the showing undoes no wish
            await self.bench.imagine(key=key, count=self.dice.randint(1, 3))
        self.jobs.extend(row.job for row in self.bench.jobs.rows.values() if row.job.key == key)

    async def work(self) -> None:
        """Begin to work on what is due."""
        if self.dice.random() < 0.5:
            self.bench.painter.will_hold()
        for _ in range(2):
            if self.bench.engine.due:
                self.bench.engine.start(self.bench.worker.work)

    async def wait(self) -> None:
        """Let time pass, in the house and outside."""
        if self.dice.random() < 0.5:
            self.bench.painter.release()
        self.bench.clock.move(timedelta(seconds=self.dice.choice([1, 20, 40])))
        await asyncio.sleep(self.dice.choice([0.1, 2, 20]))

    async def break_records(self) -> None:
        """Let the table fail a few times."""
        method = self.dice.choice(OF_JOBS + OF_THE_END)
        self.bench.jobs.failures.fail_next(method, self.dice.choice([LOCKED, LOCKED, BROKEN]), self.dice.randint(1, 3))

    async def break_places(self) -> None:
        """Let the platform or the store fail a few times."""
        error = self.dice.choice([SurfaceFailed("loom", "500"), BROKEN])
        self.bench.surface.failures.fail_next(self.dice.choice(["update", "post"]), error, self.dice.randint(1, 4))
        self.bench.objects.failures.fail_next("put", LOCKED, self.dice.randint(0, 2))

    async def break_painter(self) -> None:
        """Let the next words or calls fail."""
        (self.bench.painter if self.dice.random() < 0.7 else self.bench.rewriter).will(self.dice.choice(OUTCOMES))

    async def cancel(self) -> None:
        """Press Cancel under some job."""
        if self.jobs:
            with contextlib.suppress(EaselError, RuntimeError):  # too late, or the record is away
                await self.bench.studio.cancel(self.dice.choice(self.jobs))

    async def sweep(self) -> None:
        """Recover, as far as that is possible."""
        with contextlib.suppress(EaselError, RuntimeError):
            await self.bench.recovery.sweep()

    async def sweep_spool(self) -> None:
        """Look through the spool, as far as that is possible."""
        spool = self.bench.spool
        assert spool is not None
        with contextlib.suppress(EaselError, RuntimeError):
            await SpoolSweep(MemoryReferences(self.bench.jobs), self.bench.objects, spool).sweep()


@pytest.mark.parametrize("seed", range(30))
async def test_after_the_storm_everything_is_ended_told_and_paid_for_once(seed: int) -> None:
    """No job is lost, none is drawn twice, and what was spent is what can be seen."""
    storm = Storm(seed)
    await storm.rage()
    await storm.calm()
    bench = storm.bench
    seen = 0
    assert bench.spool is not None
    assert bench.spool.objects == {}
    for job in storm.jobs:
        ended, pictures = bench.job(job), await bench.gallery.visible(job.id)
        assert ended.state.is_final
        assert (ended.state is JobState.DONE) == bool(pictures)
        assert bench.message(job).tone is TONES[ended.state]
        counted = re.search(r"being drawn already, so (\d+)", ended.ending.text if ended.ending else "")
        seen += int(counted[1]) if counted else len(pictures)
        drawings = await bench.jobs.drawings(job.id)
        paid = [one for one in drawings if one.state in {DrawingState.DRAWN, DrawingState.UNKNOWN}]
        assert sum(drawing.asked for drawing in paid) <= ended.wish.count
        assert DrawingState.OPEN not in [drawing.state for drawing in drawings]
    rows = bench.jobs.rows.values()
    assert (sum(row.held for row in rows), sum(row.spent for row in rows)) == (0, seen)
    assert await bench.jobs.list_unnotified(frozenset({LOOM}), most=100) == ()
    assert await bench.jobs.claimable(frozenset({LOOM}), accepted_by=bench.clock.now(), most=100) == ()
