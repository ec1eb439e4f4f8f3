"""Asks whether every paid call is written down, made at most once more than the rules say, and by whom."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.images import DrawingId, ImageResult, Progress
from bot.domain.jobs import Drawing, DrawingState, Job
from bot.domain.money import FREE, Cost
from bot.errors import LeaseLost, PromptRefused, StorageFailed
from bot.pipeline.drawing import WhenUnknown
from bot.pipeline.pseudonyms import pseudonym
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from tests.fakes.bench import TIME_LIMIT, Bench
from tests.fakes.images import PRICE, ScriptedProvider, png
from tests.unit.pipeline.steps import draw

BUSY = ProviderFailed("painter", "503", fault=ProviderFault.OVERLOADED, request_id="req-busy")
BROKE = ProviderFailed("painter", "402", fault=ProviderFault.OUT_OF_MONEY)
CUT = OutcomeUnknown("painter", "cut", request_id="req-cut")
REFUSED = PromptRefused(rule="moderation_blocked", sentence="The image service will not draw that.", request_id="req-no")


async def states(bench: Bench, job: Job) -> list[DrawingState]:
    """Return how the job's paid calls stand, oldest first."""
    return [drawing.state for drawing in await bench.jobs.drawings(job.id)]


async def test_a_drawing_is_written_down_with_all_that_it_gave(bench: Bench) -> None:
    """What it cost, who drew, and where the pictures are."""
    job = await bench.claimed()
    drawing = await draw(bench, job)
    assert await bench.jobs.drawings(job.id) == (drawing,)
    assert (drawing.state, drawing.cost, drawing.provider, drawing.model) == (DrawingState.DRAWN, PRICE, "painter", "painter-1")
    assert (drawing.job, drawing.attempt, drawing.request_id) == (job.id, 1, "req-1")
    [file] = drawing.files
    assert bench.objects.objects[file.key] == (png(1), "image/png")
    assert (file.width, file.height, file.size_bytes) == (8, 8, len(png(1)))


async def test_it_is_written_down_before_the_call_goes_out(bench: Bench) -> None:
    """A crash in between leaves a trace."""
    job = await bench.claimed()
    bench.painter.will_hold()
    task = asyncio.create_task(draw(bench, job))
    await asyncio.sleep(1)
    assert [request.prompt for request in bench.painter.requests] == ["a fox"]
    assert await states(bench, job) == [DrawingState.OPEN]
    bench.painter.release()
    await task


async def test_what_cannot_be_written_down_is_not_asked_for(bench: Bench) -> None:
    """Nor is it by someone who lost the job."""
    job = await bench.claimed()
    bench.jobs.failures.fail_next("open_drawing", StorageFailed("sqlite", "locked"))
    with pytest.raises(StorageFailed):
        await draw(bench, job)
    await bench.studio.cancel(job)
    with pytest.raises(LeaseLost):
        await draw(bench, job)
    assert bench.painter.requests == []


async def test_the_settled_words_are_drawn_and_nobodys_name_is_told(bench: Bench) -> None:
    """Never the ones that were typed."""
    job = await bench.preparation.prepare(await bench.claimed("a fox"))
    await draw(bench, job)
    [request] = bench.painter.requests
    assert request.prompt == "a fox, in soft light"
    assert request.author == pseudonym(job.account)


async def test_news_reach_whoever_listens(bench: Bench) -> None:
    """In order."""
    news, received = (Progress(0.3, b"dim"), Progress(0.6, b"clear")), list[Progress]()
    bench.painter.will(bench.painter.drawn(), news=news)
    await draw(bench, await bench.claimed(), received)
    assert tuple(received) == news


async def test_what_was_drawn_is_not_drawn_again(bench: Bench) -> None:
    """Whoever claims the job next finds it."""
    job = await bench.claimed()
    first = await draw(bench, job)
    assert await draw(bench, job) == first
    assert len(bench.painter.requests) == 1


@pytest.mark.parametrize("failures", [1, 2])
async def test_a_passing_failure_is_tried_again_and_every_try_is_written_down(bench: Bench, failures: int) -> None:
    """Each has its own row and its own id."""
    bench.painter.will(*[BUSY] * failures)
    job = await bench.claimed()
    await draw(bench, job)
    assert await states(bench, job) == [DrawingState.FAILED] * failures + [DrawingState.DRAWN]
    assert len({request.drawing for request in bench.painter.requests}) == failures + 1
    assert (await bench.jobs.drawings(job.id))[0].request_id == "req-busy"


async def test_a_failure_that_does_not_pass_is_tried_three_times(bench: Bench) -> None:
    """Then the job fails with it."""
    bench.painter.will(*[BUSY] * 9)
    job = await bench.claimed()
    with pytest.raises(ProviderFailed) as failed:
        await draw(bench, job)
    assert failed.value is BUSY
    assert await states(bench, job) == [DrawingState.FAILED] * 3


async def test_the_pause_that_a_provider_asks_for_is_kept(bench: Bench) -> None:
    """Up to a minute; whoever asks for more has failed."""
    polite = ProviderFailed("painter", "503", fault=ProviderFault.OVERLOADED, retry_after=timedelta(seconds=20))
    bench.painter.will(polite, polite)
    began = asyncio.get_running_loop().time()
    await draw(bench, await bench.claimed())
    assert asyncio.get_running_loop().time() - began == pytest.approx(40)


async def test_a_pause_of_more_than_a_minute_is_a_failure(bench: Bench) -> None:
    """At once."""
    rude = ProviderFailed("painter", "503", fault=ProviderFault.OVERLOADED, retry_after=timedelta(minutes=2))
    bench.painter.will(rude)
    with pytest.raises(ProviderFailed) as failed:
        await draw(bench, await bench.claimed())
    assert failed.value is rude
    assert len(bench.painter.requests) == 1


async def test_the_next_provider_draws_what_the_first_could_not() -> None:
    """And says so below the picture."""
    second = ScriptedProvider("second")
    bench = Bench(others=(second,))
    bench.painter.will(BROKE)
    job = await bench.claimed()
    drawing = await draw(bench, job)
    assert (drawing.provider, drawing.model, drawing.notes[0]) == (
        "second",
        "second-1",
        "drawn by second, because painter-1 cannot be used at the moment",
    )
    assert await states(bench, job) == [DrawingState.FAILED, DrawingState.DRAWN]
    assert (len(bench.painter.requests), len(second.requests)) == (1, 1)


async def test_when_nobody_can_draw_the_last_one_says_why() -> None:
    """And everybody was asked."""
    second = ScriptedProvider("second")
    bench = Bench(others=(second,))
    bench.painter.will(BROKE)
    last = ProviderFailed("second", "401", fault=ProviderFault.BAD_KEY)
    second.will(last)
    with pytest.raises(ProviderFailed) as failed:
        await draw(bench, await bench.claimed())
    assert failed.value is last


async def test_nobody_else_is_asked_to_draw_what_one_refused() -> None:
    """A refusal is final."""
    second = ScriptedProvider("second")
    bench = Bench(others=(second,))
    bench.painter.will(REFUSED)
    job = await bench.claimed()
    with pytest.raises(PromptRefused):
        await draw(bench, job)
    assert second.requests == []
    [drawing] = await bench.jobs.drawings(job.id)
    assert (drawing.state, drawing.request_id) == (DrawingState.REFUSED, "req-no")


@pytest.mark.parametrize(
    "refusal", [REFUSED, ProviderFailed("painter", "400", fault=ProviderFault.BAD_REQUEST, may_be_refusal=True)]
)
async def test_nobody_else_is_asked_where_the_refusal_was_the_last_that_a_killed_process_saw(refusal: Exception) -> None:
    """Whoever takes the job up finds it in the row, also where it was only perhaps one."""
    second = ScriptedProvider("second")
    bench = Bench(others=(second,))
    bench.painter.will(refusal)
    job = await bench.claimed()
    for _ in range(2):
        with pytest.raises((PromptRefused, ProviderFailed)):
            await draw(bench, job)
    assert (len(bench.painter.requests), second.requests) == (1, [])


async def test_nobody_is_asked_after_a_call_whose_end_was_not_seen() -> None:
    """It may have been paid for."""
    second = ScriptedProvider("second")
    bench = Bench(others=(second,))
    bench.painter.will(CUT)
    job = await bench.claimed()
    with pytest.raises(OutcomeUnknown) as failed:
        await draw(bench, job)
    assert failed.value is CUT
    assert (len(bench.painter.requests), second.requests) == (1, [])
    [drawing] = await bench.jobs.drawings(job.id)
    assert (drawing.state, drawing.request_id) == (DrawingState.UNKNOWN, "req-cut")


async def test_a_call_that_outlasts_its_budget_has_an_unknown_outcome(bench: Bench) -> None:
    """The sentence says that it took too long."""
    bench.painter.will_hold()
    job = await bench.claimed()
    began = asyncio.get_running_loop().time()
    with pytest.raises(OutcomeUnknown) as failed:
        await draw(bench, job)
    assert asyncio.get_running_loop().time() - began == pytest.approx(TIME_LIMIT.total_seconds())
    assert failed.value.fault is ProviderFault.TIMED_OUT
    assert "took too long" in failed.value.user_text
    assert await states(bench, job) == [DrawingState.UNKNOWN]


@pytest.mark.parametrize("state", [DrawingState.OPEN, DrawingState.UNKNOWN])
async def test_a_call_that_a_crash_cut_off_is_asked_about_first(bench: Bench, state: DrawingState) -> None:
    """Nobody pays twice without being asked."""
    job = await bench.claimed()
    await _lost(bench, job, state)
    with pytest.raises(OutcomeUnknown) as failed:
        await draw(bench, job)
    assert failed.value.provider == "painter"
    assert failed.value.user_text.startswith("The bot was interrupted while this was being drawn")
    assert bench.painter.requests == []
    assert await states(bench, job) == [DrawingState.UNKNOWN]


@pytest.mark.parametrize("state", [DrawingState.OPEN, DrawingState.UNKNOWN])
async def test_where_the_rules_say_so_it_is_drawn_exactly_once_more(state: DrawingState) -> None:
    """The one that was lost is forgiven."""
    bench = Bench(when_unknown=WhenUnknown.RETRY)
    job = await bench.claimed()
    await _lost(bench, job, state)
    await draw(bench, job)
    assert await states(bench, job) == [DrawingState.UNKNOWN, DrawingState.DRAWN]
    assert len(bench.painter.requests) == 1


@pytest.mark.parametrize("state", [DrawingState.OPEN, DrawingState.UNKNOWN])
async def test_what_was_free_is_drawn_once_more(bench: Bench, state: DrawingState) -> None:
    """Nobody has to be asked whether to pay again; but what breaks whoever draws it is not drawn for ever."""
    job = await bench.claimed()
    await _lost(bench, job, state, FREE)
    bench.painter.will(ProviderFailed("painter", "x", fault=ProviderFault.BAD_REQUEST))
    with pytest.raises(ProviderFailed):
        await draw(bench, job)
    assert len(bench.painter.requests) == 1
    await _lost(bench, job, state, FREE)
    with pytest.raises(OutcomeUnknown):
        await draw(bench, job)
    assert len(bench.painter.requests) == 1


async def test_two_lost_calls_are_never_forgiven() -> None:
    """The second one's failure is the job's."""
    bench = Bench(when_unknown=WhenUnknown.RETRY)
    again = OutcomeUnknown("painter", "cut again")
    bench.painter.will(CUT, again)
    job = await bench.claimed()
    with pytest.raises(OutcomeUnknown) as failed:
        await draw(bench, job)
    assert failed.value is again
    assert len(bench.painter.requests) == 2
    assert await states(bench, job) == [DrawingState.UNKNOWN] * 2


async def test_a_lost_call_is_drawn_once_more_in_the_same_go() -> None:
    """By the same worker, without a crash between."""
    bench = Bench(when_unknown=WhenUnknown.RETRY)
    bench.painter.will(CUT)
    job = await bench.claimed()
    assert (await draw(bench, job)).state is DrawingState.DRAWN
    assert await states(bench, job) == [DrawingState.UNKNOWN, DrawingState.DRAWN]


async def test_pictures_that_are_none_go_to_the_next_provider_and_their_price_is_noted() -> None:
    """They were paid for, whatever they are."""
    second = ScriptedProvider("second")
    bench = Bench(others=(second,))
    bench.painter.will(ImageResult(pictures=(b"no picture at all",), model="painter-1", cost=PRICE))
    job = await bench.claimed()
    await draw(bench, job)
    assert await states(bench, job) == [DrawingState.FAILED, DrawingState.DRAWN]
    assert await bench.jobs.cost(job.id) == PRICE + PRICE
    assert len(bench.objects.objects) == 1


async def test_no_pictures_at_all_is_no_answer(bench: Bench) -> None:
    """However politely it came."""
    bench.painter.will(ImageResult(pictures=(), model="painter-1", cost=PRICE))
    job = await bench.claimed()
    with pytest.raises(ProviderFailed) as failed:
        await draw(bench, job)
    assert failed.value.fault is ProviderFault.BAD_ANSWER
    assert await states(bench, job) == [DrawingState.FAILED]


async def test_what_was_drawn_waits_for_this_machines_disk_and_for_the_table(bench: Bench) -> None:
    """Both may be away for a while; nothing is drawn again for that."""
    bench.objects.failures.fail_next("put", StorageFailed("disk", "full"), times=3)
    bench.jobs.failures.fail_next("close_drawing", StorageFailed("sqlite", "locked"), times=2)
    troubles: list[str] = []
    job = await bench.claimed()
    drawing = await draw(bench, job, troubles=troubles)
    assert len(troubles) == 5
    assert len(bench.painter.requests) == 1
    assert await bench.jobs.drawings(job.id) == (drawing,)


async def _lost(bench: Bench, job: Job, state: DrawingState, cost: Cost = PRICE) -> None:
    """Leave behind what a crash leaves."""
    drawing = Drawing(
        id=DrawingId(bench.ids.new()),
        job=job.id,
        attempt=job.attempt,
        provider="painter",
        model="painter-1",
        state=DrawingState.OPEN,
        started_at=bench.clock.now(),
        cost=cost,
    )
    await bench.jobs.open_drawing(drawing)
    if state is DrawingState.UNKNOWN:
        await bench.jobs.close_drawing(replace(drawing, state=state))
    bench.clock.move(timedelta(seconds=1))
