"""Asks how words are settled: judged, rewritten, paid for once, and never drawn unjudged."""

import asyncio
import hashlib
from dataclasses import replace

import pytest

from bot.domain.allowances import Budget, Period, Spending
from bot.domain.jobs import JobState, PreparedPrompt
from bot.domain.money import FREE, Cost
from bot.domain.people import HOUSE, AccountId
from bot.domain.rules import Actor, Change, FilterVersion, RuleKey, RuleKind
from bot.domain.wishes import Rewriting
from bot.errors import EaselError, LeaseLost, PromptRefused, RefusedBy, StorageFailed
from bot.pipeline.pseudonyms import pseudonym
from bot.ports.prompts import GuardDecision, Verdict
from bot.provider_errors import GuardUnavailable, ProviderFailed, ProviderFault
from tests.fakes.bench import Bench
from tests.fakes.prompts import REWRITING_COSTS
from tests.fakes.waiting import until

NO = Verdict(GuardDecision.REFUSE, "violence", "Nobody is hurt in pictures here.")
DUNNO = Verdict(GuardDecision.UNSURE)
FULLER = PreparedPrompt("a red fox at dawn", Cost(99))


async def test_words_are_judged_rewritten_and_recorded(bench: Bench) -> None:
    """In this order."""
    bench.rewriter.will(FULLER)
    job = await bench.claimed("a fox")
    settled = await bench.preparation.prepare(job)
    assert settled.prepared_prompt == FULLER
    assert bench.job(job).prepared_prompt == FULLER
    assert bench.moderation.judged == ["a fox", "a red fox at dawn"]
    assert [(ask.prompt, ask.variation_of) for ask in bench.rewriter.asks] == [("a fox", None)]


async def test_settled_words_are_neither_judged_nor_paid_for_again(bench: Bench) -> None:
    """Whoever claims the job later goes on from there."""
    settled = await bench.preparation.prepare(await bench.claimed())
    judged = list(bench.moderation.judged)
    assert await bench.preparation.prepare(settled) == settled
    assert len(bench.rewriter.asks) == 1
    assert bench.moderation.judged == judged


async def test_whoever_turns_rewriting_off_keeps_their_words_but_not_without_a_verdict(bench: Bench) -> None:
    """What the verdict cost is what it cost."""
    bench.rewriter.will(FULLER)
    settled = await bench.preparation.prepare(await bench.claimed("a fox", rewriting=Rewriting.OFF))
    assert settled.prepared_prompt == PreparedPrompt("a fox", FULLER.cost)
    assert len(bench.rewriter.asks) == len(bench.moderation.judged) == 1


async def test_with_rewriting_off_a_verdict_can_still_refuse(bench: Bench) -> None:
    """That is what it is for."""
    bench.rewriter.will(PromptRefused(rule="hate", sentence="No."))
    with pytest.raises(PromptRefused):
        await bench.preparation.prepare(await bench.claimed(rewriting=Rewriting.OFF))


async def test_a_variation_is_asked_for_as_one(bench: Bench) -> None:
    """The rewriter sees what was drawn before."""
    await bench.preparation.prepare(await bench.claimed("a fox", variation_of="a red fox at dawn"))
    assert bench.rewriter.asks[0].variation_of == "a red fox at dawn"


async def test_the_rewriter_learns_nobodys_name(bench: Bench) -> None:
    """A hash of the account tells people apart."""
    job = await bench.claimed()
    await bench.preparation.prepare(job)
    assert bench.rewriter.asks[0].author == pseudonym(job.account)
    assert job.account not in bench.rewriter.asks[0].author


def test_a_pseudonym_is_the_same_for_ever_and_different_for_everybody() -> None:
    """Vendors tell abusers apart by it."""
    assert pseudonym(AccountId("ann")) == hashlib.sha256(b"easel:ann").hexdigest()[:32]
    assert pseudonym(AccountId("ann")) != pseudonym(AccountId("bob"))


@pytest.mark.parametrize(("verdict", "error"), [(NO, PromptRefused), (DUNNO, GuardUnavailable)])
async def test_what_a_model_does_not_allow_is_not_rewritten(bench: Bench, verdict: Verdict, error: type[EaselError]) -> None:
    """No is no, and so is not knowing."""
    bench.moderation.will(verdict)
    job = await bench.claimed()
    with pytest.raises(error):
        await bench.preparation.prepare(job)
    assert bench.rewriter.asks == []
    assert bench.job(job).prepared_prompt is None


@pytest.mark.parametrize(
    ("outcome", "cost"),
    [
        (PromptRefused(rule="hate", sentence="No.", by=RefusedBy.REWRITER), REWRITING_COSTS),
        (ProviderFailed("rewriter", "bad json", fault=ProviderFault.BAD_ANSWER), REWRITING_COSTS),
        (ProviderFailed("rewriter", "no verdict", fault=ProviderFault.TIMED_OUT), REWRITING_COSTS),
        (ProviderFailed("rewriter", "401", fault=ProviderFault.BAD_KEY), FREE),
        (ProviderFailed("rewriter", "no route", fault=ProviderFault.UNREACHABLE), FREE),
    ],
    ids=["refused", "unusable", "late", "not let in", "not reached"],
)
async def test_a_rewriter_that_was_at_work_is_paid_for(bench: Bench, outcome: Exception, cost: Cost) -> None:
    """Whether or not anything came of it; otherwise nobody's budget would ever see what refused wishes cost."""
    bench.rewriter.will(*[outcome] * 3)
    job = await bench.draw()
    assert job.state in {JobState.REFUSED, JobState.FAILED}
    assert await bench.jobs.cost(job.id) == cost
    day = bench.clock.now().date()
    assert await bench.ledger.spending(Budget(HOUSE, Period.DAY, 1), day) == Spending(spent=cost.microusd)


async def test_a_wish_cancelled_at_the_rewriter_is_paid_for(bench: Bench) -> None:
    """Else asking and cancelling in turn would be free of any budget."""
    bench.rewriter.will_be_silent()
    job = await bench.imagine()
    task = bench.engine.start(bench.worker.work)
    await until(lambda: bool(bench.rewriter.asks))
    await bench.studio.cancel(job)
    await asyncio.wait({task})
    assert bench.job(job).prepared_prompt is None
    assert await bench.jobs.cost(job.id) == REWRITING_COSTS


async def test_a_rewriter_that_is_busy_is_asked_again(bench: Bench) -> None:
    """Twice, and then it has failed."""
    busy = ProviderFailed("openai", "503", fault=ProviderFault.OVERLOADED)
    bench.rewriter.will(busy, busy, FULLER)
    assert (await bench.preparation.prepare(await bench.claimed())).prepared_prompt == FULLER
    assert len(bench.rewriter.asks) == 3


async def test_a_rewriter_without_a_verdict_stops_the_job(bench: Bench) -> None:
    """A bad answer is asked for once, and never drawn."""
    bench.rewriter.will(ProviderFailed("openai", "bad json", fault=ProviderFault.BAD_ANSWER))
    job = await bench.claimed()
    with pytest.raises(ProviderFailed):
        await bench.preparation.prepare(job)
    assert len(bench.rewriter.asks) == 1
    assert bench.job(job).prepared_prompt is None


async def test_words_that_cannot_be_recorded_are_not_drawn(bench: Bench) -> None:
    """They would be paid for again."""
    bench.jobs.failures.fail_next("record_words", StorageFailed("sqlite", "locked"))
    with pytest.raises(StorageFailed):
        await bench.preparation.prepare(await bench.claimed())


async def test_who_lost_the_job_records_nothing(bench: Bench) -> None:
    """The fence holds."""
    job = await bench.claimed()
    await bench.studio.cancel(job)
    with pytest.raises(LeaseLost):
        await bench.preparation.prepare(job)
    assert bench.job(job).prepared_prompt is None


@pytest.mark.parametrize("stage", ["blocklist", "moderation"])
async def test_what_was_smuggled_into_the_rewritten_prompt_is_not_drawn(bench: Bench, stage: str) -> None:
    """The words that were typed passed every stage; those that came back from the model do not."""
    bench.rewriter.will(PreparedPrompt("a fox, and what nobody may draw", Cost(99)))
    job = await bench.claimed("a fox")
    if stage == "blocklist":
        bench.blocklist.will(NO)
    else:
        bench.moderation.will(Verdict(GuardDecision.ALLOW), NO)
    with pytest.raises(PromptRefused, match="rule=drawn:violence") as refused:
        await bench.preparation.prepare(job)
    assert refused.value.user_text.startswith(NO.sentence)
    assert not refused.value.by.judges_words
    assert bench.job(job).prepared_prompt is None


async def test_words_that_a_community_lists_are_looked_for_when_asked_for_and_in_what_is_drawn(bench: Bench) -> None:
    """Both times as they are listed then: somebody may list them while a job waits."""
    bench.rewriter.will(FULLER)
    words = RuleKey(RuleKind.FILTER, "our mascot")
    change = Change(community=HOUSE, key=words, value="block community", by=Actor(AccountId("boss"), "Boss"))
    first = await bench.rulebook.change(change)
    job = await bench.claimed("a fox")
    then = await bench.rulebook.change(replace(change, value="warn community"))
    await bench.preparation.prepare(job)
    assert first is not None
    assert then is not None
    assert bench.blocklist.rules == [FilterVersion(HOUSE, first.id), FilterVersion(HOUSE, then.id)]


async def test_a_rewritten_prompt_that_nobody_could_judge_is_not_drawn(bench: Bench) -> None:
    """Not knowing is no."""
    bench.rewriter.will(FULLER)
    bench.moderation.will(Verdict(GuardDecision.ALLOW), DUNNO)
    with pytest.raises(GuardUnavailable):
        await bench.preparation.prepare(await bench.claimed("a fox"))


async def test_a_rewriter_that_costs_nothing_leaves_no_estimate(bench: Bench) -> None:
    """Neither before it is asked nor when it fails."""
    bench.rewriter.costs = FREE
    bench.rewriter.will(ProviderFailed("rewriter", "wrong key", fault=ProviderFault.BAD_KEY))
    job = await bench.claimed()
    bench.jobs.failures.fail_always("record_prompt_estimate", StorageFailed("sqlite", "locked"))
    with pytest.raises(ProviderFailed):
        await bench.preparation.prepare(job)
    assert bench.job(job).prepared_prompt is None
