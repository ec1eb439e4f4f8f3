"""Asks whether somebody who wishes for several pictures gets them of a service that gives one a call, and no others count."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.call_limits import CallLimits
from bot.domain.images import Progress
from bot.domain.jobs import CANCELLED, Drawing, DrawingState, Job, JobState, cancelled_once_drawn, cancelled_once_paid
from bot.domain.money import FREE
from bot.errors import PromptRefused, StorageFailed, WaitsForProvider
from bot.pipeline.drawing import WhenUnknown
from bot.pipeline.wish_calls import CallShare, WishCalls
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.services.job_views import JobViews
from tests.fakes.bench import Bench
from tests.fakes.images import SQUARE_ONLY, ScriptedProvider
from tests.fakes.tickets import ScriptedTicketProvider
from tests.fakes.waiting import until
from tests.unit.pipeline.steps import draw_all

ONE_A_CALL = replace(SQUARE_ONLY, most=1)
BROKE = ProviderFailed("painter", "402", fault=ProviderFault.OUT_OF_MONEY)
REFUSED = PromptRefused(rule="moderation_blocked", sentence="The image service will not draw that; please try other words.")
CUT = OutcomeUnknown("painter", "cut")
LOCKED = StorageFailed("sqlite", "locked")
BROKE_SENTENCE = "only 2 of 3 pictures came, because the image service's account is out of credit; the other one was not counted"


def bench_of(limits: CallLimits | None = None, when_unknown: WhenUnknown = WhenUnknown.ASK) -> Bench:
    """Return a house whose painter gives one picture a call."""
    bench = Bench(limits=limits, when_unknown=when_unknown)
    bench.painter.abilities = ONE_A_CALL
    return bench


def ticketed() -> ScriptedTicketProvider:
    """Return a service that gives one picture for each ticket."""
    return ScriptedTicketProvider(abilities=ONE_A_CALL)


async def states(bench: Bench, job: Job) -> list[DrawingState]:
    """Return how the job's calls stand, those that were drawn first."""
    return sorted((one.state for one in await bench.jobs.drawings(job.id)), key=list(DrawingState).index)


async def shown(bench: Bench, job: Job) -> int:
    """Return how many pictures its message shows, which are those that are counted."""
    pictures = len(bench.message(job).pictures)
    quota_status = await bench.quota_status()
    assert (quota_status.held, quota_status.spent) == (0, pictures)
    return pictures


async def test_three_are_drawn_at_once_by_a_call_each() -> None:
    """Each call has its own row and id."""
    bench = bench_of()
    for _ in range(3):
        bench.painter.will_hold()
    job = await bench.imagine(count=3)
    bench.engine.start(bench.worker.work)
    await until(lambda: len(bench.painter.requests) == 3)
    assert await states(bench, job) == [DrawingState.OPEN] * 3
    bench.painter.release()
    await until(lambda: bench.job(job).state is JobState.DONE)
    assert await shown(bench, job) == 3
    assert [request.count for request in bench.painter.requests] == [1, 1, 1]
    assert len({request.drawing for request in bench.painter.requests}) == 3
    assert bench.message(job).footer[:2] == ("drawn by painter", "1024x1024, medium quality")


async def test_as_many_are_asked_of_a_call_as_it_gives() -> None:
    """Three, and the fourth by itself."""
    bench = bench_of()
    bench.painter.abilities = replace(SQUARE_ONLY, most=3)
    job = await bench.draw(count=4)
    assert await shown(bench, job) == 4
    assert [request.count for request in bench.painter.requests] == [3, 1]


@pytest.mark.parametrize("at_once", [1, 2])
async def test_no_more_are_out_than_the_service_takes(at_once: int) -> None:
    """The others wait for them, and the job keeps its place: nobody else takes it up meanwhile."""
    bench = bench_of(CallLimits(at_once=at_once))
    for _ in range(at_once):
        bench.painter.will_hold()
    job = await bench.imagine(count=3)
    bench.engine.start(bench.worker.work)
    await until(lambda: len(bench.painter.requests) == at_once)
    await asyncio.sleep(1)
    assert len(bench.painter.requests) == at_once
    assert bench.job(job).state is JobState.RUNNING
    bench.painter.release()
    await until(lambda: bench.job(job).state is JobState.DONE)
    assert await shown(bench, job) == 3
    assert bench.job(job).attempt == 1


async def test_a_job_waits_in_line_with_what_is_drawn() -> None:
    """It goes on where it stands when it is its turn; what has come is not drawn again."""
    bench = bench_of(CallLimits(per_minute=2))
    job = await bench.imagine(count=3)
    await bench.engine.turn(bench.worker.work)
    assert (bench.job(job).state, await states(bench, job)) == (JobState.QUEUED, [DrawingState.DRAWN] * 2)
    bench.clock.move(timedelta(minutes=2))
    await bench.work()
    assert await shown(bench, job) == 3
    assert len(bench.painter.requests) == 3


@pytest.mark.parametrize("order", [(BROKE, None, None), (None, BROKE, None), (None, None, BROKE)])
async def test_what_one_call_could_not_draw_is_said_and_not_counted(order: tuple[Exception | None, ...]) -> None:
    """Two of three come."""
    bench = bench_of()
    bench.painter.will(*(error or bench.painter.drawn() for error in order))
    job = await bench.draw(count=3)
    assert await shown(bench, job) == 2
    assert BROKE_SENTENCE in bench.message(job).footer


async def test_nobody_is_asked_for_more_after_a_refusal() -> None:
    """What is drawn is shown, and one sentence says why there is no more; nobody else is asked."""
    second = ScriptedProvider("second")
    bench = Bench(others=(second,))
    bench.painter.abilities = ONE_A_CALL
    bench.painter.will(bench.painter.drawn(), REFUSED)
    job = await bench.draw(count=2)
    assert await shown(bench, job) == 1
    assert "only 1 of 2 pictures came, because the image service will not draw that; the other one was not counted" in (
        bench.message(job).footer
    )
    assert second.requests == []


async def test_a_wish_of_which_nothing_came_is_refused_as_ever() -> None:
    """Nothing is counted."""
    bench = bench_of()
    bench.painter.will(BROKE, REFUSED)
    job = await bench.draw(count=3)
    assert (bench.job(job).state, len(bench.painter.requests)) == (JobState.REFUSED, 2)
    assert (await bench.quota_status()).spent == 0


async def test_another_service_draws_what_the_first_could_not() -> None:
    """Both are named."""
    second = ScriptedProvider("second")
    bench = Bench(others=(second,))
    bench.painter.abilities = ONE_A_CALL
    bench.painter.will(bench.painter.drawn(), BROKE)
    job = await bench.draw(count=2)
    assert await shown(bench, job) == 2
    assert [request.count for request in second.requests] == [1]
    assert bench.message(job).footer[:3] == (
        "drawn by painter",
        "1024x1024, medium quality",
        "drawn by second, because painter-1 cannot be used at the moment",
    )


async def test_another_service_that_gives_fewer_is_asked_several_times() -> None:
    """The first would have given all in one call."""
    second = ScriptedProvider("second", ONE_A_CALL)
    bench = Bench(others=(second,))
    bench.painter.will(BROKE)
    job = await bench.draw(count=3)
    assert await shown(bench, job) == 3
    assert [request.count for request in second.requests] == [1, 1, 1]


async def test_killed_in_the_middle_none_is_lost_and_none_is_paid_for_twice() -> None:
    """One is drawn, one is on its way, and one was never asked for."""
    studio = ticketed()
    bench = Bench(tickets=studio, limits=CallLimits(at_once=1))
    studio.will(studio.drawn())
    studio.will_hold()
    job = await bench.imagine(count=3)
    bench.engine.start(bench.worker.work)
    await until(lambda: studio.collecting == 1)
    assert await states(bench, job) == [DrawingState.OPEN, DrawingState.DRAWN]
    await bench.kill()
    studio.release()
    await bench.recover()
    assert await shown(bench, job) == 3
    assert (len(studio.requests), await states(bench, job)) == (3, [DrawingState.DRAWN] * 3)


async def test_whoever_takes_a_job_up_collects_all_its_calls_at_once() -> None:
    """Nobody waits for one after the other."""
    studio = ticketed()
    bench = Bench(tickets=studio)
    for _ in range(3):
        studio.will_hold()
    job = await bench.imagine(count=3)
    bench.engine.start(bench.worker.work)
    await until(lambda: studio.collecting == 3)
    await bench.kill()
    task = asyncio.create_task(bench.recover())
    await until(lambda: studio.collecting == 3)
    studio.release()
    await task
    await bench.work()
    assert await shown(bench, job) == 3
    assert len(studio.requests) == 3


async def test_what_failed_while_nobody_waited_is_drawn_once_more() -> None:
    """As what a killed process had asked for is, if there was only one."""
    studio = ticketed()
    bench = Bench(tickets=studio)
    studio.will_hold(ProviderFailed("ticketed", "503", fault=ProviderFault.OVERLOADED))
    studio.will_hold()
    job = await bench.imagine(count=2)
    bench.engine.start(bench.worker.work)
    await until(lambda: studio.collecting == 2)
    await bench.kill()
    studio.release()
    await bench.recover()
    assert await shown(bench, job) == 2
    assert len(studio.requests) == 3


async def test_a_call_whose_end_was_not_seen_costs_nobody_the_others() -> None:
    """It is not repeated, and the others are shown."""
    bench = bench_of()
    bench.painter.will(bench.painter.drawn(), CUT, bench.painter.drawn())
    job = await bench.draw(count=3)
    assert await shown(bench, job) == 2
    assert len(bench.painter.requests) == 3
    assert "only 2 of 3 pictures came, because the image service went silent before the picture came back" in " ".join(
        bench.message(job).footer
    )


async def test_it_is_repeated_where_the_settings_say_so() -> None:
    """Once for each picture."""
    bench = bench_of(when_unknown=WhenUnknown.RETRY)
    bench.painter.will(bench.painter.drawn(), CUT, CUT)
    job = await bench.draw(count=3)
    assert await shown(bench, job) == 3
    assert len(bench.painter.requests) == 5


async def test_what_the_storage_did_not_take_is_drawn_when_it_is_back() -> None:
    """And only that."""
    bench = bench_of(CallLimits(at_once=1))
    bench.painter.will_hold()
    job = await bench.claimed(count=2)
    task = asyncio.create_task(draw_all(bench, job))
    await until(lambda: len(bench.painter.requests) == 1)
    bench.calls.failures.fail_next("open_drawing", LOCKED)
    bench.painter.release()
    with pytest.raises(StorageFailed):
        await task
    assert await states(bench, job) == [DrawingState.DRAWN]
    assert len(await draw_all(bench, job)) == 2
    assert len(bench.painter.requests) == 2


async def test_progress_is_that_of_the_whole_wish() -> None:
    """One of two pictures is half of it."""
    bench = bench_of(CallLimits(at_once=1))
    bench.painter.will(bench.painter.drawn(), bench.painter.drawn(), news=(Progress(0.5, b"dim"),))
    received: list[Progress] = []
    await draw_all(bench, await bench.claimed(count=2), received)
    assert received == [Progress(0.25, b"dim"), Progress(0.75, b"dim")]


async def test_a_note_of_what_did_not_come_goes_where_it_came_after_all() -> None:
    """The process was killed before anybody saw the note, and the next one had more luck."""
    bench = bench_of()
    bench.painter.will(bench.painter.drawn(), BROKE)
    job = await bench.claimed(count=2)
    [first] = await draw_all(bench, job)
    assert first.notes[-1].startswith("only 1 of 2")
    drawn = await draw_all(bench, job)
    assert [note for one in drawn for note in one.notes if note.startswith("only")] == []


async def test_nothing_begins_once_the_job_waits_in_line() -> None:
    """It is nobody's from then on, so a call that was about to be written down is not."""
    opened: list[CallShare] = []
    full = WaitsForProvider("painter")

    async def ignore(_: Progress) -> None:
        await asyncio.sleep(0)

    calls = WishCalls(2, ignore)

    async def refuse(joins_line: bool) -> None:
        assert joins_line
        await asyncio.sleep(1)
        raise full

    async def write_down(_: bool) -> None:
        raise AssertionError

    async def draw(share: CallShare) -> Drawing:
        share.take(1)
        opened.append(share)
        share.has_begun.set()  # as one that was written down, failed, and is now asked of another provider
        await share.open(refuse if len(opened) == 1 else write_down)
        raise AssertionError

    await calls.make(draw)
    assert (len(opened), calls.errors) == (2, [full, full])


async def test_a_call_that_failed_goes_to_nobody_else_once_another_was_refused() -> None:
    """What one service will not draw is not tried at the next, also where a call of the same wish is on its way there."""
    second = ScriptedProvider("second")
    bench = Bench(others=(second,))
    bench.painter.abilities = ONE_A_CALL
    bench.painter.will_hold(BROKE)
    bench.painter.will(REFUSED)
    job = await bench.imagine(count=2)
    bench.engine.start(bench.worker.work)
    await until(lambda: DrawingState.REFUSED in {one.state for one in bench.jobs.rows[job.id].drawings.values()})
    for _ in range(100):  # turns of the loop, until the wish knows of it too
        await asyncio.sleep(0)
    bench.painter.release()
    await until(lambda: bench.job(job).state.is_final)
    assert (bench.job(job).state, second.requests) == (JobState.REFUSED, [])
    assert await states(bench, job) == [DrawingState.REFUSED, DrawingState.FAILED]


CANCELLED_NOTE = "cancelled; 1 of 3 was drawn already and is counted"


async def one_of_three(bench: Bench, studio: ScriptedTicketProvider) -> Job:
    """Return a wish for three of which one is drawn, one is on its way, and one was not asked for yet."""
    studio.will(studio.drawn())
    studio.will_hold()
    job = await bench.imagine(count=3)
    bench.engine.start(bench.worker.work)
    await until(lambda: studio.collecting == 1)
    assert await states(bench, job) == [DrawingState.OPEN, DrawingState.DRAWN]
    return job


async def test_what_is_drawn_when_a_wish_is_cancelled_is_shown_and_the_rest_comes_back() -> None:
    """Nothing else begins, the service stops what it has, and one end is counted; pressed twice it is the same."""
    studio = ticketed()
    bench = Bench(tickets=studio, limits=CallLimits(at_once=1))
    studio.cancel_cost = FREE
    job = await one_of_three(bench, studio)
    for _ in range(2):
        ending = await bench.studio.cancel(job)
        assert (ending.text, ending.state) == (CANCELLED_NOTE, JobState.RUNNING)
        await bench.delivery.notify_end(job.id)
    assert studio.cancelled
    views = JobViews(jobs=bench.jobs, pictures=bench.pictures, removals=bench.removals, links=bench.links)
    assert (await views.view(bench.job(job), knows_cost=False)).error is None
    await until(lambda: bench.engine.due == [job.id])
    await bench.work()
    assert bench.job(job).state is JobState.DONE
    assert await shown(bench, job) == 1
    assert CANCELLED_NOTE in bench.message(job).footer
    assert (len(studio.requests), await states(bench, job)) == (2, [DrawingState.DRAWN, DrawingState.FAILED])


async def test_what_was_drawn_is_shown_by_another_after_a_kill() -> None:
    """Whoever took the cancel was killed before anybody was told."""
    studio = ticketed()
    bench = Bench(tickets=studio, limits=CallLimits(at_once=1))
    job = await one_of_three(bench, studio)
    once_drawn = partial(cancelled_once_drawn, asked=3)
    ending = await bench.jobs.cancel(job.id, CANCELLED, once_paid=cancelled_once_paid, once_drawn=once_drawn)
    assert ending == cancelled_once_drawn(1, 3)
    await bench.kill()
    await bench.recover()
    assert bench.job(job).state is JobState.DONE
    assert await shown(bench, job) == 1
    assert CANCELLED_NOTE in bench.message(job).footer
    assert len(studio.requests) == 2


async def test_a_worker_that_hears_late_of_a_cancel_shows_and_counts_nothing_twice() -> None:
    """Its call comes back while the job is somebody else's already; it is not asked for more."""
    bench = bench_of(CallLimits(at_once=1))
    bench.painter.will(bench.painter.drawn())
    bench.painter.will_hold()
    job = await bench.imagine(count=3)
    stale = bench.engine.start(bench.worker.work)
    await until(lambda: len(bench.painter.requests) == 2)
    once_drawn = partial(cancelled_once_drawn, asked=3)
    await bench.jobs.cancel(job.id, CANCELLED, once_paid=cancelled_once_paid, once_drawn=once_drawn)
    await bench.worker.work(job.id)
    assert bench.job(job).state is JobState.DONE
    bench.painter.release()
    await asyncio.wait({stale})
    assert await shown(bench, job) == 1
    assert len(bench.painter.requests) == 2


async def test_a_wish_that_is_drawn_whole_when_it_is_cancelled_is_shown() -> None:
    """Nobody pays for what they never see."""
    assert cancelled_once_drawn(3, 3).text == "cancelled; 3 of 3 were drawn already and are counted"
    bench = Bench()
    bench.jobs.failures.fail_always("keep", LOCKED)
    job = await bench.imagine(count=2)
    bench.engine.start(bench.worker.work)
    await until(lambda: DrawingState.DRAWN in {one.state for one in bench.jobs.rows[job.id].drawings.values()})
    await bench.studio.cancel(job)
    bench.jobs.failures.clear()
    await until(lambda: bench.engine.due == [job.id])
    await bench.work()
    assert await shown(bench, job) == 2
    assert "cancelled; 2 of 2 were drawn already and are counted" in bench.message(job).footer


async def test_whoever_is_banned_sees_nothing_of_a_wish_that_they_cancelled() -> None:
    """It ends, and is given back."""
    studio = ticketed()
    bench = Bench(tickets=studio, limits=CallLimits(at_once=1))
    job = await one_of_three(bench, studio)
    await bench.studio.cancel(job)
    assert await bench.cancellation.cancel(bench.job(job), CANCELLED, is_refunded=True) == CANCELLED
    await bench.work()
    assert bench.job(job).state is JobState.CANCELLED
    assert ((await bench.quota_status()).held, (await bench.quota_status()).spent) == (0, 0)
