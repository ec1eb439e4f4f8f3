"""Asks whether nobody can ask for too much at once, and whether what has to wait for that is never lost."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.jobs import Job, JobId, JobState
from bot.errors import Busy, PromptRefused, QuotaExceeded, StorageFailed
from bot.ports.prompts import GuardDecision, Verdict
from bot.services.admission import AdmissionLimits
from tests.fakes.bench import LEASE, Bench
from tests.fakes.waiting import until

LIMITS = AdmissionLimits(wishes=5, within=timedelta(minutes=1), open_jobs=13)
CROWDED = AdmissionLimits(wishes=100, within=timedelta(minutes=1), open_jobs=3)
NO = Verdict(GuardDecision.REFUSE, "blocklist", "That is not drawn here.")


@pytest.fixture
def bench() -> Bench:
    """Set up a house where one may wish five times a minute."""
    return Bench(admission=LIMITS)


@pytest.fixture
def crowded() -> Bench:
    """Set up a house where each person has one job that runs, and two that wait."""
    return Bench(admission=CROWDED, most_running=1)


async def test_of_many_wishes_at_once_as_many_as_allowed_are_accepted(bench: Bench) -> None:
    """The others hear when to come back, and count nothing."""
    answers = await asyncio.gather(*(bench.imagine(key=f"call-{number}") for number in range(20)), return_exceptions=True)
    assert sum(isinstance(answer, Job) for answer in answers) == len(bench.jobs.rows) == 5
    assert {type(answer) for answer in answers} == {Job, Busy}
    assert (await bench.quota_status()).held == 5


async def test_after_a_minute_one_may_wish_again(bench: Bench) -> None:
    """To the second that was named."""
    for number in range(5):
        await bench.imagine(key=f"call-{number}")
    with pytest.raises(Busy) as busy:
        await bench.imagine(key="call-5")
    bench.clock.move(busy.value.retry_after)
    await bench.imagine(key="call-5")
    assert len(bench.jobs.rows) == 6


async def test_refused_wishes_use_nothing_up(bench: Bench) -> None:
    """By rule, by quota, or because nothing could be written."""
    bench.blocklist.will(*[NO] * 5)
    bench.jobs.failures.fail_next("accept", StorageFailed("sqlite", "locked"), times=5)
    for kind, count in ((PromptRefused, 1), (StorageFailed, 1), (QuotaExceeded, 30)):
        for number in range(5):
            with pytest.raises(kind):
                await bench.imagine(key=f"{kind.kind}-{number}", count=count)
    for number in range(5):
        await bench.imagine(key=f"call-{number}")
    assert len(bench.jobs.rows) == 5


async def test_a_call_that_comes_again_is_neither_counted_nor_refused(bench: Bench) -> None:
    """However often a platform delivers it, and however busy its author is by then."""
    first = await bench.imagine(key="call-0")
    for _ in range(9):
        assert (await bench.imagine(key="call-0")).id == first.id
    for number in range(1, 5):
        await bench.imagine(key=f"call-{number}")
    assert (await bench.imagine(key="call-0")).id == first.id
    assert len(bench.jobs.rows) == len(bench.surface.posted) == 5


async def test_others_are_not_kept_waiting(bench: Bench) -> None:
    """Each person has a minute of their own."""
    for number in range(5):
        await bench.imagine(key=f"call-{number}")
    await bench.imagine(key="call-of-bob", user="bob")
    assert len(bench.jobs.rows) == 6


async def test_no_more_than_the_cap_wait_even_when_all_ask_at_once(crowded: Bench) -> None:
    """Whoever has one drawn or cancelled has room for another."""
    asked = [crowded.imagine(key=f"call-{number}") for number in range(20)]
    accepted = [answer for answer in await asyncio.gather(*asked, return_exceptions=True) if isinstance(answer, Job)]
    assert len(accepted) == 3
    await crowded.studio.cancel(accepted[0])
    await crowded.imagine(key="another")
    with pytest.raises(Busy):
        await crowded.imagine(key="one-more")


async def test_one_more_than_may_run_waits_and_uses_no_attempt_up(crowded: Bench) -> None:
    """Nobody looks for it meanwhile, and it is drawn when the other has ended."""
    crowded.painter.will_hold()
    first, second = [await crowded.imagine(key=f"call-{number}") for number in range(2)]
    running = crowded.engine.start(crowded.worker.work, first.id)
    await until(lambda: crowded.painter.requests != [])
    await crowded.engine.turn(crowded.worker.work)
    assert crowded.engine.waiting == []
    assert (crowded.job(second).state, crowded.job(second).attempt) == (JobState.QUEUED, 0)
    crowded.painter.release()
    await running
    assert crowded.engine.waiting == [second.id]
    await crowded.engine.turn(crowded.worker.work)
    assert (crowded.job(second).state, crowded.job(second).attempt) == (JobState.DONE, 1)


async def test_other_peoples_jobs_run_meanwhile(crowded: Bench) -> None:
    """One person's cap is theirs alone."""
    crowded.painter.will_hold()
    first = await crowded.imagine(key="call-1")
    running = crowded.engine.start(crowded.worker.work, first.id)
    await until(lambda: crowded.painter.requests != [])
    other = await crowded.draw(key="call-of-bob", user="bob")
    assert other.state is JobState.DONE
    crowded.painter.release()
    await running


async def test_a_job_that_waits_for_its_turn_survives_a_crash(crowded: Bench) -> None:
    """Recovery brings both back, one after the other."""
    crowded.painter.will_hold()
    jobs = [await crowded.imagine(key=f"call-{number}") for number in range(2)]
    crowded.engine.start(crowded.worker.work, jobs[0].id)
    await until(lambda: crowded.painter.requests != [])
    await crowded.engine.turn(crowded.worker.work)
    await crowded.kill()
    assert crowded.engine.waiting == []
    crowded.painter.release()
    await crowded.recover()
    assert [crowded.job(job).state.is_final for job in jobs] == [True, True]
    assert crowded.job(jobs[1]).state is JobState.DONE


@pytest.mark.parametrize("error", [StorageFailed("sqlite", "locked"), RuntimeError("broken")], ids=repr)
async def test_a_job_that_breaks_makes_room_for_the_next(crowded: Bench, error: Exception) -> None:
    """Whatever became of it."""
    first = await crowded.imagine(key="call-1")
    crowded.jobs.failures.fail_next("claim", error)
    await crowded.engine.start(crowded.worker.work, first.id)
    assert (await crowded.draw(key="call-2")).state is JobState.DONE


async def test_pictures_that_only_have_to_be_shown_do_not_wait(crowded: Bench) -> None:
    """They are drawn and paid for, and keep no other one waiting either."""
    first, second, third = [await crowded.imagine(key=f"call-{number}") for number in range(3)]
    assert await crowded.jobs.claim(first.id, timedelta()) is not None
    await crowded.jobs.keep(first.id, 1, ())
    assert await crowded.jobs.claim(second.id, LEASE) is not None
    await crowded.engine.start(crowded.worker.work, first.id)
    assert crowded.job(first).state is JobState.DONE
    await crowded.engine.start(crowded.worker.work, third.id)
    assert crowded.job(third).state is JobState.QUEUED


async def test_the_oldest_goes_next_whichever_the_engine_brings(crowded: Bench) -> None:
    """One that came out of turn has the first in line published, and waits."""
    jobs = [await crowded.imagine(key=f"call-{number}") for number in range(3)]
    await crowded.engine.crash()
    for brought in reversed(jobs):
        await crowded.engine.start(crowded.worker.work, brought.id)
    await crowded.work()
    assert [crowded.job(job).state for job in jobs] == [JobState.DONE] * 3
    drawn = [row.job.started_at for row in crowded.jobs.rows.values()]
    assert drawn == sorted(drawn, key=str)
    assert [crowded.job(job).attempt for job in jobs] == [1, 1, 1]


async def test_an_end_while_another_job_is_being_refused_is_not_missed(crowded: Bench) -> None:
    """The engine takes no job that runs: the refused one is published with a time, and looked at once more."""
    crowded.painter.will_hold()
    first, second = [await crowded.imagine(key=f"call-{number}") for number in range(2)]
    running = crowded.engine.start(crowded.worker.work, first.id)
    await until(lambda: crowded.painter.requests != [])
    is_refused, may_go_on = asyncio.Event(), asyncio.Event()

    async def refuse_slowly(job: JobId) -> None:
        assert await crowded.queue.claim(job, LEASE) is None
        is_refused.set()
        await may_go_on.wait()

    refused = crowded.engine.start(refuse_slowly, second.id)
    await is_refused.wait()
    crowded.painter.release()
    await running
    may_go_on.set()
    await refused
    assert crowded.engine.waiting == [second.id]
    await crowded.work()
    assert crowded.job(second).state is JobState.DONE


async def test_whoever_is_cancelled_or_put_off_makes_room(crowded: Bench) -> None:
    """At once, without waiting for recovery."""
    first, second, third = [await crowded.imagine(key=f"call-{number}") for number in range(3)]
    assert await crowded.jobs.claim(first.id, LEASE) is not None
    await crowded.engine.crash()
    await crowded.studio.cancel(first)
    assert crowded.engine.waiting == [second.id]
    crowded.jobs.failures.fail_next("drawings", StorageFailed("sqlite", "locked"))
    await crowded.engine.start(crowded.worker.work, second.id)
    assert crowded.job(second).state is JobState.RUNNING
    assert crowded.engine.due == [third.id]
    await crowded.work()
    crowded.clock.move(timedelta(minutes=1))
    await crowded.work()
    assert [crowded.job(job).state for job in (second, third)] == [JobState.DONE] * 2


async def test_a_next_job_that_cannot_be_published_is_left_to_recovery(crowded: Bench) -> None:
    """Whoever ended is not troubled by that."""
    first, second = [await crowded.imagine(key=f"call-{number}") for number in range(2)]
    await crowded.engine.crash()
    crowded.jobs.failures.fail_next("startable", StorageFailed("sqlite", "locked"))
    await crowded.engine.start(crowded.worker.work, first.id)
    assert (crowded.job(first).state, crowded.engine.waiting) == (JobState.DONE, [])
    await crowded.recover()
    assert crowded.job(second).state is JobState.DONE


async def test_an_ended_job_that_comes_a_second_time_publishes_nobody(crowded: Bench) -> None:
    """Those that wait are at the engine already: on a broker each repetition would make others, and those more."""
    first = await crowded.imagine(key="call-1")
    await crowded.work()
    second = await crowded.imagine(key="call-2")
    await crowded.engine.cancel(second.id)
    await crowded.worker.work(first.id)
    assert crowded.engine.waiting == []
