"""Asks whether anybody can make the house pay for more pictures than their limit allows, whatever they press and when."""

import asyncio
import contextlib
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from bot.domain.allowances import QuotaStatus
from bot.domain.call_limits import CallLimits
from bot.domain.images import Progress, Quality, Size
from bot.domain.jobs import DrawingState, Job, JobState
from bot.errors import BadInput, QuotaExceeded
from tests.fakes.bench import Bench
from tests.fakes.waiting import until

LIMIT = 20
SIZE = (Size(1024, 1024), Quality.MEDIUM)


async def ignore(progress: Progress) -> None:
    """Hear of progress."""


def paid(bench: Bench) -> int:
    """Count the pictures that the provider was asked for."""
    return sum(request.count for request in bench.painter.requests)


async def test_asking_and_cancelling_in_turn_ends_with_the_day(bench: Bench) -> None:
    """Three pictures each time, and Cancel as soon as the paid call is out."""
    for number in range(LIMIT // 3):
        bench.painter.will_hold()
        job = await bench.imagine(key=f"call-{number}", count=3)
        task = bench.engine.start(bench.worker.work)
        await until(lambda: len(bench.painter.requests) == number + 1)  # noqa: B023 - awaited within the turn
        await bench.studio.cancel(job)
        await asyncio.wait({task})
        [drawing] = await bench.jobs.drawings(job.id)
        assert (drawing.state, drawing.cost) == (DrawingState.UNKNOWN, bench.painter.estimate(*SIZE, 3))
    assert await bench.quota_status() == QuotaStatus(LIMIT, held=0, spent=18)
    with pytest.raises(QuotaExceeded):
        await bench.imagine(key="one too many", count=3)


async def test_cancelling_before_the_call_goes_out_is_free(bench: Bench) -> None:
    """Nothing is paid, so nothing counts, however often."""
    for number in range(LIMIT + 1):
        await bench.studio.cancel(await bench.imagine(key=f"call-{number}", count=3))
    assert await bench.quota_status() == QuotaStatus(LIMIT, held=0, spent=0)
    assert bench.painter.requests == []


async def test_cancelling_counts_only_what_the_model_was_asked_for() -> None:
    """It draws one at a time, and three were wished for: the others were never out."""
    bench = Bench(limits=CallLimits(at_once=1))
    bench.painter.abilities = replace(bench.painter.abilities, most=1)
    bench.painter.will_hold()
    job = await bench.imagine(count=3)
    bench.engine.start(bench.worker.work)
    await until(lambda: bench.painter.requests != [])
    ending = await bench.studio.cancel(job)
    assert ending.text == "cancelled. It was being drawn already, so 1 picture was counted."
    assert await bench.quota_status() == QuotaStatus(LIMIT, held=0, spent=1)
    assert paid(bench) == 1


async def test_cancelling_what_waits_to_be_kept_counts(bench: Bench) -> None:
    """It is drawn and paid for, so it is shown as well."""
    job = await bench.claimed(count=2)
    await bench.drawing.draw(job, ignore, lambda: None)
    ending = await bench.studio.cancel(job)
    assert ending.text == "cancelled; 2 of 2 were drawn already and are counted"
    await bench.work()
    assert len(bench.message(job).pictures) == 2
    assert await bench.quota_status() == QuotaStatus(LIMIT, held=0, spent=2)


class Presser:
    """Asks, cancels, and lets time pass, by the dice."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311 - presses that can be repeated
        self.bench = Bench()
        self.jobs: list[Job] = []

    async def press(self) -> None:
        """Do one thing."""
        await self.dice.choice([self.ask, self.ask, self.cancel, self.cancel, self.work, self.work, self.wait])()

    async def ask(self) -> None:
        """Ask for up to three pictures."""
        with contextlib.suppress(QuotaExceeded):
            self.jobs.append(await self.bench.imagine(key=f"call-{len(self.jobs)}", count=self.dice.randint(1, 3)))

    async def cancel(self) -> None:
        """Press Cancel under any job, here or at another process."""
        if self.jobs:
            job = self.dice.choice(self.jobs)
            with contextlib.suppress(BadInput):
                await self.bench.studio.cancel(job)

    async def work(self) -> None:
        """Begin to work on what is due; half of it stays under way."""
        if self.dice.random() < 0.5:
            self.bench.painter.will_hold(self.bench.painter.drawn(3))
        if self.bench.engine.due:
            self.bench.engine.start(self.bench.worker.work)

    async def wait(self) -> None:
        """Let things go on for a moment."""
        self.bench.clock.move(timedelta(seconds=1))
        await asyncio.sleep(self.dice.choice([0.0, 0.1, 2.0]))


@pytest.mark.parametrize("seed", range(10))
async def test_no_order_of_presses_is_paid_for_beyond_the_limit(seed: int) -> None:
    """At any moment no more was asked of the provider than is counted, and that is within the limit."""
    presser = Presser(seed)
    bench = presser.bench
    for _ in range(80):
        await presser.press()
        quota_status = await bench.quota_status()
        assert paid(bench) <= quota_status.held + quota_status.spent <= LIMIT
    bench.painter.release()
    for _ in range(20):
        bench.clock.move(timedelta(minutes=1))
        await bench.recover()
        await asyncio.sleep(5)
    ended = [bench.job(job) for job in presser.jobs]
    assert {job.state for job in ended} == {JobState.DONE, JobState.CANCELLED}
    drawings = [drawing for job in ended for drawing in await bench.jobs.drawings(job.id)]
    assert DrawingState.OPEN not in {drawing.state for drawing in drawings}
    assert await bench.quota_status() == QuotaStatus(LIMIT, held=0, spent=paid(bench))
