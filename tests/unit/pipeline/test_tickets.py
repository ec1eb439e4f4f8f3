"""Asks whether a call that goes on without us is made once, collected by whoever is there, and paid for once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.call_limits import CallLimits
from bot.domain.images import ImageResult, Progress
from bot.domain.jobs import Drawing, DrawingState, Job, JobState
from bot.domain.money import Cost
from bot.errors import PromptRefused, StorageFailed
from bot.pipeline.drawing import WhenUnknown
from bot.ports.observer import Step
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from tests.fakes.bench import LEASE, TIME_LIMIT, WARM_UP, Bench
from tests.fakes.images import PRICE, ScriptedProvider
from tests.fakes.tickets import LIFETIME, ScriptedTicketProvider
from tests.fakes.waiting import until
from tests.unit.pipeline.steps import draw

ESTIMATE = replace(PRICE, is_estimate=True)
LOCKED = StorageFailed("sqlite", "locked")
REFUSED = PromptRefused(rule="moderation_blocked", sentence="The image service will not draw that.", request_id="req-no")


@pytest.fixture
def studio() -> ScriptedTicketProvider:
    """Return a service that gives tickets."""
    return ScriptedTicketProvider()


@pytest.fixture
def bench(studio: ScriptedTicketProvider) -> Bench:
    """Have it draw."""
    return Bench(tickets=studio)


async def only_drawing(bench: Bench, job: Job) -> Drawing:
    """Return the job's one paid call."""
    [drawing] = await bench.jobs.drawings(job.id)
    return drawing


async def under_way(bench: Bench, studio: ScriptedTicketProvider, **wished: int) -> Job:
    """Return a job whose result a worker waits for."""
    studio.will_hold(studio.drawn(wished.get("count", 1)))
    job = await bench.imagine(count=wished.get("count", 1))
    bench.engine.start(bench.worker.work)
    await until(lambda: studio.collecting == 1)
    return job


async def left_behind(bench: Bench, studio: ScriptedTicketProvider) -> Job:
    """Return a job whose worker was killed while it waited."""
    job = await under_way(bench, studio)
    await bench.kill()
    return job


async def test_the_ticket_is_written_down_before_anybody_waits(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """With what it says of the cost."""
    studio.ticket_cost = PRICE
    job = await under_way(bench, studio)
    drawing = await only_drawing(bench, job)
    assert drawing.ticket is not None
    assert (drawing.state, drawing.ticket.id, drawing.cost) == (DrawingState.OPEN, "ticket-1", PRICE)
    studio.release()
    await until(lambda: bench.job(job).state is JobState.DONE)
    drawing = await only_drawing(bench, job)
    assert (drawing.state, drawing.cost, drawing.request_id) == (DrawingState.DRAWN, PRICE, "req-1")


async def test_a_ticket_is_written_down_however_long_the_storage_is_away(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """It is paid for."""
    bench.jobs.failures.fail_next("record_ticket", LOCKED, times=3)
    troubles: list[str] = []
    drawing = await draw(bench, await bench.claimed(), troubles=troubles)
    assert (drawing.state, len(studio.requests), len(troubles)) == (DrawingState.DRAWN, 1, 3)


async def test_news_reach_whoever_listens(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """All but what it costs."""
    received = list[Progress]()
    studio.will(studio.drawn(), news=(Progress(ahead=3), Progress(cost=PRICE), Progress(is_warming_up=True)))
    await draw(bench, await bench.claimed(), received)
    assert received == [Progress(ahead=3), Progress(is_warming_up=True, warm_up=WARM_UP)]


@pytest.mark.parametrize(
    ("news", "said"),
    [
        (Progress(ahead=2), "Drawing: a fox · 3rd in line at the image service"),
        (Progress(ahead=0), "Drawing: a fox"),
        (Progress(is_warming_up=True), "Drawing: a fox · waking up the model, usually 40 s"),
    ],
)
async def test_what_the_service_does_before_it_draws_is_said(
    bench: Bench, studio: ScriptedTicketProvider, news: Progress, said: str
) -> None:
    """Whoever waits sees why."""
    studio.will_hold(news=(news,))
    job = await bench.imagine()
    bench.engine.start(bench.worker.work)
    await until(lambda: studio.collecting == 1)
    await until(lambda: bench.message(job).text == said)


@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "stopped"])
async def test_what_is_drawn_while_a_process_dies_is_collected_by_the_next_one(
    bench: Bench, studio: ScriptedTicketProvider, *, is_killed: bool
) -> None:
    """Nobody asks for it again, and nobody pays twice."""
    job = await under_way(bench, studio, count=2)
    await (bench.kill() if is_killed else bench.engine.crash())
    assert (await only_drawing(bench, job)).state is DrawingState.OPEN
    studio.release()
    await bench.recover()
    assert (bench.job(job).state, bench.job(job).attempt) == (JobState.DONE, 2)
    assert (len(studio.requests), studio.cancelled) == (1, [])
    assert len(bench.message(job).pictures) == 2
    assert (await bench.quota_status()).spent == 2


async def test_a_call_that_has_ended_is_nobodys_to_stop(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """A worker that has drawn stops as one that has not."""
    assert (await bench.draw()).state is JobState.DONE
    await bench.worker.drain(timedelta(minutes=1))


async def test_what_the_next_one_collects_is_watched_as_drawing(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """Under the name of whoever draws, so that one sees how long that takes."""
    await left_behind(bench, studio)
    studio.release()
    await bench.recover()
    assert (Step.DRAWING, "ticketed", "ok") in bench.observer.steps


async def test_draining_does_not_wait_for_what_somebody_else_can_collect(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """The job is handed back at once, as it is."""
    job = await under_way(bench, studio)
    began = asyncio.get_running_loop().time()
    await bench.worker.drain(timedelta(minutes=1))
    assert asyncio.get_running_loop().time() == began
    assert (bench.jobs.rows[job.id].lease_until, bench.engine.waiting) == (None, [job.id])
    assert (await only_drawing(bench, job)).state is DrawingState.OPEN
    studio.release()
    await bench.engine.crash()
    await bench.recovery.sweep()
    await bench.engine.turn(bench.new_worker(bench.keeping).work)
    assert (bench.job(job).state, len(studio.requests)) == (JobState.DONE, 1)


async def test_a_call_that_is_being_made_is_written_down_before_the_process_ends(
    bench: Bench, studio: ScriptedTicketProvider
) -> None:
    """Draining waits for its ticket, and for nothing more."""
    studio.answers.clear()
    studio.will_hold()
    job = await bench.imagine()
    bench.engine.start(bench.worker.work)
    await until(lambda: len(studio.requests) == 1)
    draining = asyncio.create_task(bench.worker.drain(timedelta(minutes=1)))
    await asyncio.sleep(1)
    assert not draining.done()
    studio.answers.set()
    await draining
    drawing = await only_drawing(bench, job)
    assert drawing.state is DrawingState.OPEN
    assert drawing.ticket is not None


@pytest.mark.parametrize("knows_ids", [True, False])
async def test_a_call_whose_answer_got_lost_is_collected_where_its_ticket_can_be_known(
    bench: Bench, studio: ScriptedTicketProvider, *, knows_ids: bool
) -> None:
    """Else its outcome is unknown, as that of any call."""
    studio.knows_ids, studio.lost_answers = knows_ids, 1
    job = await bench.draw()
    assert bench.job(job).state is (JobState.DONE if knows_ids else JobState.FAILED)
    assert (await only_drawing(bench, job)).state is (DrawingState.DRAWN if knows_ids else DrawingState.UNKNOWN)
    assert len(studio.requests) == 1


@pytest.mark.parametrize("knows_ids", [True, False])
async def test_a_ticket_that_nobody_wrote_down_is_found_where_it_can_be_known(
    bench: Bench, studio: ScriptedTicketProvider, *, knows_ids: bool
) -> None:
    """A crash between the answer and the row loses the picture only where we do not choose the call's name."""
    studio.knows_ids = knows_ids
    bench.jobs.failures.fail_always("record_ticket", LOCKED)
    job = await bench.imagine()
    bench.engine.start(bench.worker.work)
    await until(lambda: len(studio.requests) == 1)
    await bench.kill()
    assert (await only_drawing(bench, job)).ticket is None
    await bench.recover()
    drawing = await only_drawing(bench, job)
    assert (bench.message(job).kind, drawing.state) == (
        ("", DrawingState.DRAWN) if knows_ids else ("outcome_unknown", DrawingState.UNKNOWN)
    )
    assert (drawing.ticket is not None, len(studio.requests)) == (knows_ids, 1)


async def test_a_ticket_that_is_found_is_written_down_before_anybody_waits(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """Whoever has the job after that knows when it expires, too."""
    studio.knows_ids = True
    bench.jobs.failures.fail_always("record_ticket", LOCKED)
    studio.will_hold()
    job = await bench.imagine()
    bench.engine.start(bench.worker.work)
    await until(lambda: len(studio.requests) == 1)
    await bench.kill()
    assert (await only_drawing(bench, job)).ticket is None
    recovering = asyncio.create_task(bench.recover())
    await until(lambda: studio.collecting == 1)
    assert (await only_drawing(bench, job)).ticket is not None
    studio.release()
    await recovering


async def test_what_a_ticket_says_that_it_costs_is_booked_though_nothing_is_drawn(
    bench: Bench, studio: ScriptedTicketProvider
) -> None:
    """The service charges for what it has accepted."""
    studio.ticket_cost = PRICE
    studio.will(REFUSED)
    job = await bench.claimed()
    with pytest.raises(PromptRefused):
        await draw(bench, job)
    drawing = await only_drawing(bench, job)
    assert (drawing.state, drawing.cost) == (DrawingState.REFUSED, PRICE)


async def test_a_call_that_is_not_answered_in_time_has_an_unknown_outcome(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """It may have been taken."""
    studio.answers.clear()
    job = await bench.claimed()
    with pytest.raises(OutcomeUnknown) as failed:
        await draw(bench, job)
    assert (failed.value.provider, failed.value.fault) == ("ticketed", ProviderFault.TIMED_OUT)
    assert (await only_drawing(bench, job)).cost == ESTIMATE


async def test_what_is_not_taken_is_tried_again_and_costs_nothing(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """As any call."""
    busy = ProviderFailed("ticketed", "503", fault=ProviderFault.OVERLOADED)
    studio.will_not_accept(busy)
    job = await bench.claimed()
    await draw(bench, job)
    assert [one.state for one in await bench.jobs.drawings(job.id)] == [DrawingState.FAILED, DrawingState.DRAWN]
    assert await bench.jobs.cost(job.id) == PRICE


@pytest.mark.parametrize(
    ("charged", "state", "booked"),
    [(None, DrawingState.UNKNOWN, ESTIMATE), (PRICE, DrawingState.UNKNOWN, PRICE), (Cost(0), DrawingState.FAILED, Cost(0))],
)
async def test_what_takes_too_long_is_cancelled_and_what_it_costs_all_the_same_is_booked(
    bench: Bench, studio: ScriptedTicketProvider, charged: Cost | None, state: DrawingState, booked: Cost
) -> None:
    """Nobody waits for it any more, and people are told that it took too long."""
    studio.cancel_cost = charged
    studio.will_hold()
    job = await bench.claimed()
    began = asyncio.get_running_loop().time()
    with pytest.raises(ProviderFailed) as failed:
        await draw(bench, job)
    assert asyncio.get_running_loop().time() - began == pytest.approx(TIME_LIMIT.total_seconds())
    assert "took too long" in failed.value.user_text
    assert failed.value.provider == "ticketed"
    assert studio.cancelled == ["ticket-1"]
    drawing = await only_drawing(bench, job)
    assert (drawing.state, drawing.cost) == (state, booked)


async def test_what_was_cancelled_in_time_is_drawn_by_the_next_one(studio: ScriptedTicketProvider) -> None:
    """It was never begun, and costs nothing."""
    second = ScriptedProvider("second")
    bench = Bench(tickets=studio, others=(second,))
    studio.cancel_cost = Cost(0)
    studio.will_hold()
    job = await bench.claimed()
    assert (await draw(bench, job)).provider == "second"
    assert await bench.jobs.cost(job.id) == PRICE


async def test_a_service_that_does_not_even_cancel_is_not_waited_for(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """What it probably costs is booked."""
    studio.cancels.clear()
    studio.will_hold()
    job = await bench.claimed()
    with pytest.raises(OutcomeUnknown):
        await draw(bench, job)
    assert (await only_drawing(bench, job)).cost == ESTIMATE


async def test_a_ticket_that_the_service_has_forgotten_is_an_unknown_outcome(
    bench: Bench, studio: ScriptedTicketProvider
) -> None:
    """The person has it back, and is asked."""
    job = await left_behind(bench, studio)
    studio.forget()
    await bench.recover()
    assert (bench.job(job).state, bench.message(job).kind) == (JobState.FAILED, "outcome_unknown")
    drawing = await only_drawing(bench, job)
    assert (drawing.state, drawing.cost) == (DrawingState.UNKNOWN, ESTIMATE)
    assert ((await bench.quota_status()).spent, len(studio.requests)) == (0, 1)


async def test_a_forgotten_one_is_drawn_once_more_where_the_rules_say_so(studio: ScriptedTicketProvider) -> None:
    """As any call whose end was not seen."""
    bench = Bench(tickets=studio, when_unknown=WhenUnknown.RETRY)
    job = await left_behind(bench, studio)
    studio.forget()
    await bench.recover()
    assert (bench.job(job).state, len(studio.requests)) == (JobState.DONE, 2)


async def test_a_forgotten_one_whose_pictures_lie_here_is_kept(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """Its process died after it had collected them."""
    bench.jobs.failures.fail_always("close_drawing", LOCKED)
    job = await bench.imagine()
    bench.engine.start(bench.worker.work)
    await until(lambda: bool(bench.objects.objects))
    await bench.kill()
    studio.forget()
    await bench.recover()
    assert (bench.job(job).state, len(studio.requests)) == (JobState.DONE, 1)
    assert (await bench.quota_status()).spent == 1


async def test_a_ticket_of_a_service_that_is_gone_from_the_settings_is_an_unknown_outcome(
    bench: Bench, studio: ScriptedTicketProvider
) -> None:
    """Nobody can ask for it."""
    job = await left_behind(bench, studio)
    other = Bench()
    other.jobs.rows, other.jobs.books, other.surface.shown = bench.jobs.rows, bench.jobs.books, bench.surface.shown
    other.clock.move(LEASE * 2)
    await other.recover()
    assert other.message(job).kind == "outcome_unknown"
    assert (len(studio.requests), other.painter.requests) == (1, [])


@pytest.mark.parametrize(
    ("fault", "is_refusal", "providers"),
    [
        (ProviderFault.BAD_ANSWER, False, ["ticketed", "second"]),
        (ProviderFault.OVERLOADED, False, ["ticketed", "ticketed"]),
        (ProviderFault.BAD_ANSWER, True, ["ticketed"]),
    ],
    ids=["for good", "for now", "perhaps a refusal"],
)
async def test_what_turns_out_not_to_be_drawn_is_drawn_by_whoever_may(
    studio: ScriptedTicketProvider, fault: ProviderFault, *, is_refusal: bool, providers: list[str]
) -> None:
    """The same service only where it was a passing failure, and nobody where it may have been a refusal."""
    bench = Bench(tickets=studio, others=(ScriptedProvider("second"),))
    job = await left_behind(bench, studio)
    studio.calls["ticket-1"].outcome = ProviderFailed("ticketed", "no", fault=fault, may_be_refusal=is_refusal)
    studio.release()
    await bench.recover()
    assert [one.provider for one in await bench.jobs.drawings(job.id)] == providers
    first, *_ = await bench.jobs.drawings(job.id)
    assert first.state is (DrawingState.REFUSED if is_refusal else DrawingState.FAILED)


async def test_where_nobody_else_draws_what_was_not_drawn_the_failure_is_told(
    bench: Bench, studio: ScriptedTicketProvider
) -> None:
    """In its own words."""
    job = await left_behind(bench, studio)
    studio.calls["ticket-1"].outcome = ProviderFailed("ticketed", "no", fault=ProviderFault.BAD_KEY)
    studio.release()
    await bench.recover()
    assert "does not accept this bot's key" in bench.message(job).text
    assert len(studio.requests) == 1


async def test_a_refusal_that_is_collected_is_one(studio: ScriptedTicketProvider) -> None:
    """Nobody else is asked."""
    second = ScriptedProvider("second")
    bench = Bench(tickets=studio, others=(second,))
    job = await left_behind(bench, studio)
    studio.calls["ticket-1"].outcome = REFUSED
    studio.release()
    await bench.recover()
    assert (bench.job(job).state, second.requests) == (JobState.REFUSED, [])
    assert (await only_drawing(bench, job)).state is DrawingState.REFUSED


async def test_two_that_collect_the_same_ticket_end_in_one_set_of_pictures(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """Whoever lost the job and did not notice has the same ones."""
    job = await under_way(bench, studio, count=2)
    bench.clock.move(LEASE)
    second = asyncio.create_task(bench.new_worker(bench.keeping).work(job.id))
    await until(lambda: studio.collecting == 2)
    studio.release()
    await second
    await until(lambda: bench.job(job).state is JobState.DONE)
    assert (len(studio.requests), len(bench.objects.objects), len(bench.jobs.kept)) == (1, 2, 2)
    assert (await only_drawing(bench, job)).state is DrawingState.DRAWN
    assert (await bench.quota_status()).spent == 2
    assert studio.cancelled == []


async def test_what_is_drawn_without_anybody_counts_as_a_call_that_is_out(studio: ScriptedTicketProvider) -> None:
    """Until it has ended, or its ticket has expired."""
    bench = Bench(tickets=studio, limits=CallLimits(at_once=1))
    await left_behind(bench, studio)
    waits = await bench.imagine(key="call-2")
    await bench.engine.start(bench.worker.work, waits.id)
    assert bench.jobs.rows[waits.id].waits_for == "ticketed"
    assert await bench.calls.due("ticketed", CallLimits(at_once=1), bench.delivery.platforms, ("ticketed",)) == ()
    bench.clock.move(LIFETIME)
    [due] = await bench.calls.due("ticketed", CallLimits(at_once=1), bench.delivery.platforms, ("ticketed",))
    assert due.job == waits.id


def drawn_with_bytes(studio: ScriptedTicketProvider, *contents: bytes) -> ImageResult:
    """Return an answer of these bytes."""
    return ImageResult(pictures=contents, model=studio.model, cost=PRICE)


async def test_rubbish_that_is_collected_is_not_asked_for_again(bench: Bench, studio: ScriptedTicketProvider) -> None:
    """It was paid for once."""
    job = await left_behind(bench, studio)
    studio.calls["ticket-1"].outcome = drawn_with_bytes(studio, b"<html>")
    studio.release()
    await bench.recover()
    assert (bench.job(job).state, len(studio.requests)) == (JobState.FAILED, 1)
    assert (await only_drawing(bench, job)).cost == PRICE
