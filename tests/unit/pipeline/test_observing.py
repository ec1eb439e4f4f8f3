"""Is whoever observes the house told everything, once, and what it cost to the dollar?"""

import asyncio
from typing import Any

import pytest

from bot.domain.images import Progress
from bot.domain.jobs import Ending, JobState
from bot.domain.money import FREE, Cost
from bot.errors import Conflict, PromptRefused, QuotaExceeded, StorageFailed
from bot.ports.observer import (
    Chore,
    ChoreDone,
    CostIncurred,
    JobEnded,
    LeadershipChecked,
    Step,
    WishAccepted,
    WishRefused,
)
from bot.ports.prompts import GuardDecision, Verdict
from bot.provider_errors import REWRITER, OutcomeUnknown, ProviderFailed, ProviderFault
from tests.contract.examples import a_drawing
from tests.fakes.bench import LEASE, Bench
from tests.fakes.images import PRICE
from tests.fakes.prompts import REWRITING_COSTS
from tests.fakes.surfaces import LOOM
from tests.fakes.waiting import quiet
from tests.unit.pipeline.steps import under_way


def events(bench: Bench, kind: type[Any]) -> list[Any]:
    """Return what was noted of a kind."""
    return [event for event in bench.observer.events if isinstance(event, kind)]


def costs(bench: Bench) -> list[Cost]:
    """Return what the painter's calls were said to cost."""
    return [event.cost for event in events(bench, CostIncurred) if event.provider == bench.painter.name]


async def test_a_job_is_told_from_its_acceptance_to_its_end(bench: Bench) -> None:
    """Each step of it in its order, and the attempt that they belong to last."""
    job = await bench.draw()
    [accepted] = events(bench, WishAccepted)
    assert (accepted.job.id, accepted.began_at, accepted.answered_at) == (job.id, bench.clock.now(), bench.clock.now())
    assert [event.ending for event in events(bench, JobEnded)] == [Ending(JobState.DONE)]
    steps = (Step.WORDS, Step.DRAWING, Step.KEEPING, Step.DELIVERY, Step.ATTEMPT)
    assert bench.observer.steps == [(step, bench.painter.name if step is Step.DRAWING else "", "ok") for step in steps]
    assert [watched.id for watched in bench.observer.watched] == [job.id] * len(steps)


async def test_the_same_call_again_is_no_second_wish(bench: Bench) -> None:
    """Platforms deliver some of them twice."""
    for _ in range(2):
        await bench.imagine()
    assert len(events(bench, WishAccepted)) == 1


async def test_a_refusal_is_told_whoever_refuses(bench: Bench) -> None:
    """A local rule before there is a job, a limit, and a model afterwards."""
    bench.blocklist.will(Verdict(GuardDecision.REFUSE, rule="filter", sentence="No."))
    with pytest.raises(PromptRefused):
        await bench.imagine()
    with pytest.raises(QuotaExceeded):
        await bench.imagine(key="call-2", count=21)
    bench.painter.will(PromptRefused(rule="moderation_blocked", sentence="No."))
    await bench.draw(key="call-3")
    assert [(event.platform, event.error.kind) for event in events(bench, WishRefused)] == [
        (LOOM, "prompt_refused"),
        (LOOM, "quota_exceeded"),
        (LOOM, "prompt_refused"),
    ]
    assert [event.ending.state for event in events(bench, JobEnded)] == [JobState.REFUSED]


async def test_each_call_is_told_with_what_it_cost(bench: Bench) -> None:
    """Those that failed as well, which are free unless the service said otherwise."""
    bench.painter.will(ProviderFailed("painter", "down", fault=ProviderFault.OVERLOADED))
    await bench.draw()
    assert costs(bench) == [FREE, PRICE]


async def test_a_call_whose_end_nobody_saw_costs_its_estimate(bench: Bench) -> None:
    """It may have been paid for."""
    bench.painter.will(OutcomeUnknown("painter", "silence"))
    await bench.draw()
    assert costs(bench) == [Cost(PRICE.microusd, is_estimate=True)]


async def test_a_call_that_said_its_cost_before_it_went_silent_costs_that(bench: Bench) -> None:
    """It knows better than the table."""
    bench.painter.will(OutcomeUnknown("painter", "silence"), news=(Progress(cost=Cost(5)),))
    await bench.draw()
    assert costs(bench) == [Cost(5)]


async def test_a_job_that_is_cancelled_while_it_is_drawn_costs_its_estimate_and_ends_once(bench: Bench) -> None:
    """However often somebody presses the button."""
    job = await bench.imagine()
    await under_way(bench, job)
    for _ in range(2):
        await bench.studio.cancel(await bench.studio.find(job.id))
    await bench.engine.crash()
    assert costs(bench) == [Cost(PRICE.microusd, is_estimate=True)]
    assert [event.ending.state for event in events(bench, JobEnded)] == [JobState.CANCELLED]


async def test_a_job_that_is_done_cannot_end_again(bench: Bench) -> None:
    """The second end is refused, and not told."""
    job = await bench.draw()
    with pytest.raises(Conflict):
        await bench.studio.cancel(job)
    assert [event.ending.state for event in events(bench, JobEnded)] == [JobState.DONE]


async def test_a_call_that_a_killed_process_left_open_is_told_by_who_finds_it(bench: Bench) -> None:
    """The other one cannot any more."""
    job = await bench.claimed()
    drawing = a_drawing("drawing", job, provider=bench.painter.name, cost=Cost(PRICE.microusd, is_estimate=True))
    await bench.jobs.open_drawing(drawing)
    await bench.recover()
    assert bench.job(job).state is JobState.FAILED
    assert costs(bench) == [Cost(PRICE.microusd, is_estimate=True)]


@pytest.mark.parametrize(
    ("fault", "flags"), [(ProviderFault.TIMED_OUT, [True]), (ProviderFault.UNREACHABLE, [])], ids=["maybe paid", "not paid"]
)
async def test_words_cost_what_settling_them_cost(bench: Bench, fault: ProviderFault, flags: list[bool]) -> None:
    """Their estimate, where the rewriter was at work and gave nothing."""
    await bench.draw()
    assert [event.cost for event in events(bench, CostIncurred) if event.provider == REWRITER] == [REWRITING_COSTS]
    bench.observer.events.clear()
    bench.rewriter.costs = Cost(REWRITING_COSTS.microusd, is_estimate=True)
    bench.rewriter.will(*[ProviderFailed(REWRITER, "down", fault=fault)] * 3)
    await bench.draw(key="call-2")
    assert [event.cost.is_estimate for event in events(bench, CostIncurred) if event.provider == REWRITER] == flags


async def test_the_leader_tells_what_it_did(bench: Bench) -> None:
    """And not what failed."""
    bench.leader.leads = True
    done = await _swept(bench)
    assert done == [Chore.PUBLISH, Chore.NOTIFY, Chore.CANCEL]
    bench.observer.events.clear()
    for chore in ("list_unnotified", "list_unconfirmed"):
        bench.jobs.failures.fail_next(chore, StorageFailed("memory", "away"))
    await bench.imagine()
    bench.clock.move(LEASE)
    bench.engine.failures.fail_next("publish", StorageFailed("redis", "away"))
    assert await _swept(bench) == []


async def test_whoever_does_not_lead_says_so(bench: Bench) -> None:
    """It does nothing, and that is well."""
    bench.leader.leads = False
    assert await _swept(bench) == []
    assert {event.leads for event in events(bench, LeadershipChecked)} == {False}


async def _swept(bench: Bench) -> list[Chore]:
    """Let recovery sweep once, and return what it says it has done."""
    task = asyncio.create_task(bench.recovery.run(every=LEASE))
    await quiet(200)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return sorted((event.chore for event in events(bench, ChoreDone)), reverse=True)
