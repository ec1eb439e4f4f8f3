"""The relaxed lane: drawn within hours while nobody waits, counted in part, and delivered however late."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.images import Lane
from bot.domain.jobs import DrawingState, JobState
from bot.domain.money import FREE
from bot.domain.people import HOUSE, AccountId
from bot.domain.rules import Actor, Change, RuleKey, RuleKind
from bot.domain.wishes import Draft, Wish
from bot.errors import BadInput, PromptRefused, QuotaExceeded
from bot.ports.prompts import GuardDecision, Verdict
from bot.provider_errors import ProviderFailed, ProviderFault, StillDrawing
from tests.fakes.bench import Bench
from tests.fakes.images import SQUARE_ONLY
from tests.fakes.tickets import ScriptedTicketProvider
from tests.fakes.waiting import until

DUNNO = Verdict(GuardDecision.UNSURE, "moderation_unavailable")
PAUSE = timedelta(minutes=10)
EXPIRED = ProviderFailed("relaxed", "expired", fault=ProviderFault.TIMED_OUT)


class RelaxedProvider(ScriptedTicketProvider):
    """Says of what is not done that it is still being drawn."""

    def __init__(self) -> None:
        super().__init__("relaxed", replace(SQUARE_ONLY, most=4, lane=Lane.RELAXED))
        self.is_busy = True

    async def collect(self, ticket, on_progress):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as the class above
        """Look, and wait for nothing."""
        if self.is_busy:
            raise StillDrawing(self.name, PAUSE)
        return await super().collect(ticket, on_progress)


@pytest.fixture
def relaxed() -> RelaxedProvider:
    """Return the service that draws when it has time."""
    return RelaxedProvider()


@pytest.fixture
def bench(relaxed: RelaxedProvider) -> Bench:
    """Have it draw beside one that draws at once, for one job of an account at a time."""
    return Bench(others=(relaxed,), most_running=1)


async def test_nobody_waits_for_it_and_others_of_the_account_go_on(bench: Bench, relaxed: RelaxedProvider) -> None:
    """It holds neither a lease nor a slot, and comes back by itself."""
    job = await bench.draw(lane=Lane.RELAXED)
    assert (job.state, bench.jobs.rows[job.id].lease_until) == (JobState.RUNNING, None)
    await until(lambda: bench.message(job).text == "Drawing: a fox · relaxed: usually within hours, counts half")
    other = await bench.draw("an owl", key="call-2")
    assert other.state is JobState.DONE
    relaxed.is_busy = False
    await bench.work()
    assert bench.job(job).state is JobState.RUNNING  # it is not time yet
    bench.clock.move(PAUSE)
    await bench.work()
    assert bench.job(job).state is JobState.DONE
    assert (len(relaxed.requests), len(bench.message(job).pictures)) == (1, 1)
    assert bench.message(job).footer == ("drawn by relaxed", "1024x1024, medium quality, relaxed")


async def test_the_answer_says_when_it_comes_and_what_it_counts(bench: Bench) -> None:
    """At once, before anybody works on it."""
    job = await bench.imagine(lane=Lane.RELAXED)
    assert bench.message(job).text == "Drawing: a fox · relaxed: usually within hours, counts half"


async def test_a_message_is_not_changed_at_each_look(bench: Bench) -> None:
    """Only when the words are settled and it is with the service."""
    job = await bench.draw(lane=Lane.RELAXED)
    await until(lambda: bench.message(job).text == "Drawing: a fox · relaxed: usually within hours, counts half")
    said = len(bench.surface.said)
    bench.clock.move(PAUSE)
    await bench.work()
    assert len(bench.surface.said) == said


async def test_of_two_pictures_that_count_half_one_counts(bench: Bench, relaxed: RelaxedProvider) -> None:
    """The first does and the second does not, so that nobody draws for nothing; what is given back is counted again."""
    relaxed.is_busy = False
    for number, spent in enumerate([1, 1, 2, 2]):
        await bench.draw("a fox", key=f"call-{number}", lane=Lane.RELAXED)
        assert (await bench.quota_status()).spent == spent
    await bench.draw("a fox", key="four", lane=Lane.RELAXED, count=4)
    assert (await bench.quota_status()).spent == 4


async def test_a_refusal_gives_it_back(bench: Bench, relaxed: RelaxedProvider) -> None:
    """And nobody else is asked."""
    relaxed.is_busy = False
    relaxed.will(PromptRefused(rule="moderation_blocked", sentence="No.", request_id="req-1"))
    job = await bench.draw(lane=Lane.RELAXED)
    assert (job.state, bench.painter.requests) == (JobState.REFUSED, [])
    status = await bench.quota_status()
    assert (status.held, status.spent) == (0, 0)


async def test_what_expires_after_a_day_is_drawn_at_once_and_says_so(bench: Bench, relaxed: RelaxedProvider) -> None:
    """Whoever has waited so long gets the picture; it counts as it was promised."""
    job = await bench.draw(lane=Lane.RELAXED)
    for call in relaxed.calls.values():
        call.outcome = EXPIRED
    relaxed.is_busy = False
    bench.clock.move(timedelta(hours=24))
    await bench.work()
    assert bench.job(job).state is JobState.DONE
    assert [drawing.state for drawing in await bench.jobs.drawings(job.id)] == [DrawingState.FAILED, DrawingState.DRAWN]
    assert (len(bench.painter.requests), len(relaxed.requests)) == (1, 1)
    assert "the relaxed lane had no time for it within a day" in str(bench.message(job).footer)


async def test_what_the_service_does_not_take_is_given_back(bench: Bench, relaxed: RelaxedProvider) -> None:
    """Nobody draws it at once for half the count."""
    relaxed.is_busy = False
    relaxed.will(ProviderFailed("relaxed", "no such model", fault=ProviderFault.BAD_REQUEST))
    job = await bench.draw(lane=Lane.RELAXED)
    assert (job.state, bench.painter.requests) == (JobState.FAILED, [])
    status = await bench.quota_status()
    assert (status.held, status.spent) == (0, 0)


async def test_a_killed_process_leaves_it_to_the_next_one(bench: Bench, relaxed: RelaxedProvider) -> None:
    """By its ticket."""
    job = await bench.draw(lane=Lane.RELAXED)
    await bench.kill()
    relaxed.is_busy = False
    bench.clock.move(PAUSE)
    await bench.recover()
    assert (bench.job(job).state, len(relaxed.requests)) == (JobState.DONE, 1)


async def test_a_cancel_is_free_where_nothing_was_drawn(bench: Bench, relaxed: RelaxedProvider) -> None:
    """And it is cancelled at the service too."""
    relaxed.cancel_cost = FREE
    job = await bench.draw(lane=Lane.RELAXED)
    await bench.studio.cancel(bench.job(job))
    assert bench.job(job).state is JobState.CANCELLED
    assert len(relaxed.cancelled) == 1
    status = await bench.quota_status()
    assert (status.held, status.spent) == (0, 0)


async def test_pictures_that_wait_for_a_judge_are_not_given_up_because_drawing_took_long(
    bench: Bench, relaxed: RelaxedProvider
) -> None:
    """They are paid for."""
    job = await bench.draw(lane=Lane.RELAXED)
    relaxed.is_busy = False
    bench.clock.move(timedelta(hours=3))
    bench.picture_stage.will(DUNNO)
    await bench.work()
    assert bench.job(job).state is JobState.RUNNING
    bench.clock.move(timedelta(minutes=2))
    await bench.work()
    assert bench.job(job).state is JobState.DONE


async def test_a_lane_that_nobody_draws_in_is_said() -> None:
    """Nothing is counted."""
    with pytest.raises(BadInput) as raised:
        await Bench().imagine(lane=Lane.RELAXED)
    assert raised.value.user_text.startswith("There is no relaxed lane here")


async def set_here(bench: Bench, name: str, value: str) -> None:
    """Have an admin set something."""
    key = RuleKey(RuleKind.SETTING, name)
    await bench.rulebook.change(Change(community=HOUSE, key=key, value=value, by=Actor(AccountId("boss"), "Boss")))


async def ask(bench: Bench, key: str = "call-1", **asked: object) -> Wish:
    """Ask for a fox, and return the wish that it became."""
    await bench.studio.accept(Draft(prompt="a fox", **asked), bench.call(key))  # type: ignore[arg-type]  # each names fields
    return next(row.job.wish for row in bench.jobs.rows.values() if row.job.key == key)


async def test_a_tier_may_have_the_relaxed_lane_as_its_usual_one(bench: Bench) -> None:
    """Whoever says fast is drawn at once all the same, and so is what that lane does not draw."""
    assert (await ask(bench, "before")).lane is Lane.FAST
    await set_here(bench, "relaxed_tiers", "registered")
    assert (await ask(bench, "a")).lane is Lane.RELAXED
    assert (await ask(bench, "b", lane=Lane.FAST)).lane is Lane.FAST
    assert (await ask(bench, "c", model="painter")).lane is Lane.FAST
    assert (await ask(bench, "d", model="relaxed")).lane is Lane.RELAXED


async def test_when_the_day_is_used_up_wishes_go_on_in_the_relaxed_lane(bench: Bench) -> None:
    """So many pictures beyond the limit, each for its part; whoever says fast is refused."""
    for number in range(5):
        await ask(bench, f"full {number}", count=4)
    with pytest.raises(QuotaExceeded):
        await ask(bench, "no")
    await set_here(bench, "relaxed_beyond", "1")
    with pytest.raises(QuotaExceeded):
        await ask(bench, "fast", lane=Lane.FAST)
    assert [(await ask(bench, key)).lane for key in ("a", "b")] == [Lane.RELAXED] * 2
    with pytest.raises(QuotaExceeded):
        await ask(bench, "c")
