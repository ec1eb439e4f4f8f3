"""Asks whether a service that still loads its model is waited for, and for how long."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.images import ImageResult, Progress
from bot.domain.jobs import DrawingState, JobState
from bot.pipeline.model_waiting import wait_for_model
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from tests.fakes.bench import Bench
from tests.fakes.fast_forward_loop import FastForwardLoop
from tests.fakes.images import ScriptedProvider
from tests.fakes.tickets import ScriptedTicketProvider

MINUTE = timedelta(minutes=1)


def loading(seconds: float | None = None) -> ProviderFailed:
    """Return what a service says that loads its model."""
    wait = None if seconds is None else timedelta(seconds=seconds)
    return ProviderFailed("painter", "status=503", fault=ProviderFault.LOADING, retry_after=wait)


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run it on a clock that leaps."""
    with asyncio.Runner(loop_factory=FastForwardLoop) as runner:
        runner.run(test)


async def wait(*outcomes: Exception | str | float) -> tuple[str, list[Progress]]:
    """Wait for a call that comes to these, one after the other; a number is the seconds that it takes."""
    left, news = list(outcomes), list[Progress]()

    async def call() -> str:
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(outcome, Exception):
            raise outcome
        if isinstance(outcome, float):
            await asyncio.sleep(outcome)
        return "drawn"

    async def on_progress(progress: Progress) -> None:
        news.append(progress)

    return await wait_for_model(call, provider="painter", time_limit=MINUTE, on_progress=on_progress, what="picture"), news


def test_the_call_is_made_again_until_the_model_is_there() -> None:
    """And what the service says of its time is passed on."""

    async def test() -> None:
        began = asyncio.get_running_loop().time()
        drawn, news = await wait(loading(), loading(20.0), "drawn")
        assert drawn == "drawn"
        assert news == [Progress(is_warming_up=True), Progress(is_warming_up=True, warm_up=timedelta(seconds=20))]
        assert asyncio.get_running_loop().time() - began == pytest.approx(2 + 15)

    run(test())


def test_a_model_that_does_not_come_in_time_has_cost_nothing() -> None:
    """The next provider may draw."""

    async def test() -> None:
        with pytest.raises(ProviderFailed) as caught:
            await wait(loading())
        assert caught.value.fault is ProviderFault.LOADING
        assert not isinstance(caught.value, OutcomeUnknown)

    run(test())


def test_a_call_that_takes_too_long_once_it_is_there_may_have_been_drawn() -> None:
    """Nobody knows."""

    async def test() -> None:
        with pytest.raises(OutcomeUnknown):
            await wait(loading(), 100.0)

    run(test())


def test_what_fails_otherwise_fails_at_once() -> None:
    """It is not asked again here."""

    async def test() -> None:
        with pytest.raises(ProviderFailed):
            await wait(ProviderFailed("painter", "no", fault=ProviderFault.OVERLOADED), "drawn")

    run(test())


def test_people_read_that_the_model_wakes_up_and_it_is_no_fault_of_the_service() -> None:
    """Nobody else draws, also where the service gives tickets."""

    async def test(painter: ScriptedProvider | ScriptedTicketProvider, second: ScriptedProvider) -> None:
        bench = Bench(
            painter=painter if isinstance(painter, ScriptedProvider) else None,
            tickets=painter if isinstance(painter, ScriptedTicketProvider) else None,
            others=(second,),
        )
        job = await bench.draw()
        assert job.state is JobState.DONE
        assert len(second.requests) == 0
        assert [drawing.state for drawing in await bench.jobs.drawings(job.id)] == [DrawingState.DRAWN]
        assert any("waking up the model, usually 40 s" in post.text for post in bench.surface.said)
        assert bench.provider_states.states.get(painter.name) is None

    painter, tickets = ScriptedProvider(), ScriptedTicketProvider()
    painter.will(*[loading()] * 4, painter_result(painter))
    tickets.will_not_accept(*[loading()] * 4)
    run(test(painter, ScriptedProvider("second")))
    run(test(tickets, ScriptedProvider("second")))


def painter_result(painter: ScriptedProvider) -> ImageResult:
    """Return a picture."""
    return painter.drawn()


def test_after_that_the_next_one_draws_and_nobody_rests() -> None:
    """The line under the picture says why."""

    async def test() -> None:
        second = ScriptedProvider("second")
        bench = Bench(others=(second,))
        bench.painter.will(*[loading()] * 100)
        job = await bench.draw()
        [*_, drawing] = await bench.jobs.drawings(job.id)
        assert drawing.notes[0] == "drawn by second, because painter-1 is still being loaded"
        assert bench.provider_states.states.get("painter") is None

    run(test())
