"""What every observer promises: it hears everything, changes nothing, and is in nobody's way."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from bot.adapters.monitoring.observers import Observers
from bot.adapters.monitoring.prometheus import PrometheusObserver
from bot.domain.jobs import Ending, JobState
from bot.domain.money import Cost
from bot.domain.people import AccountId
from bot.errors import BadInput, InternalError, MessageGone, PromptRefused
from bot.ports.observer import (
    Chore,
    ChoreDone,
    CostIncurred,
    JobEnded,
    LeadershipChecked,
    Observer,
    Step,
    UpdateEnded,
    UpdateOutcome,
    WishAccepted,
    WishRefused,
)
from bot.provider_errors import GuardUnavailable, ProviderFailed, ProviderFault
from tests.contract.examples import a_job
from tests.fakes.clock import NOON
from tests.fakes.observer import RecordingObserver
from tests.fakes.surfaces import LOOM


def _tracing() -> Observer:
    pytest.importorskip("opentelemetry.sdk", reason="needs easel[otel]")
    from tests.fakes.tracing import SpanRecorder  # noqa: PLC0415 - it imports what may be missing

    return SpanRecorder().observer()


ANN = AccountId("ann")
BUILDERS: dict[str, Callable[[], Observer]] = {
    "nobody": Observers,
    "several": lambda: Observers(RecordingObserver(), RecordingObserver()),
    "recording": RecordingObserver,
    "prometheus": lambda: PrometheusObserver(CollectorRegistry()),
    "tracing": _tracing,
}


@pytest.fixture(params=BUILDERS)
def observer(request: pytest.FixtureRequest) -> Observer:
    """Return one of each kind."""
    return BUILDERS[request.param]()


def test_it_takes_every_event(observer: Observer) -> None:
    """More than once, and in any order."""
    job = a_job("job", ANN)
    for event in 2 * (
        ChoreDone(Chore.PUBLISH, NOON),
        LeadershipChecked(leads=False),
        JobEnded(job, Ending(JobState.FAILED, "fault", "It broke.")),
        WishRefused(LOOM, BadInput("No.")),
        WishRefused(LOOM, PromptRefused(rule="violence/graphic: a\nb", sentence="No.")),
        CostIncurred("painter", Cost(5, is_estimate=True)),
        UpdateEnded(LOOM, UpdateOutcome.REPLACED),
        WishAccepted(job, NOON, NOON + timedelta(seconds=1)),
    ):
        observer.note(event)


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize(
    "error",
    [
        ProviderFailed("painter", "down", fault=ProviderFault.OVERLOADED),
        GuardUnavailable("moderation", "down"),
        MessageGone("loom", "gone"),
        InternalError("c0ffee"),
        ValueError("unforeseen"),
        asyncio.CancelledError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_body_raises_passes_through(observer: Observer, step: Step, error: BaseException) -> None:
    """Nothing is swallowed, and nothing is put in its place."""
    with pytest.raises(type(error)) as caught, observer.watch(step, a_job("job", ANN), "painter"):
        raise error
    assert caught.value is error


async def test_many_are_watched_at_once(observer: Observer) -> None:
    """Each in a task of its own, with its steps in it; they end in another order than they began."""
    ended: list[int] = []

    async def work(number: int) -> None:
        job = a_job(f"job-{number}", ANN)
        with observer.watch(Step.ATTEMPT, job):
            await asyncio.sleep(0)
            with observer.watch(Step.DRAWING, job, "painter"):
                for _ in range(10 - number):
                    await asyncio.sleep(0)
        ended.append(number)

    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(work(number))
    assert sorted(ended) == list(range(10))
