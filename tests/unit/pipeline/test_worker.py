"""Asks whether a worker carries every job to one end, says why, and stops the moment the job is not its own."""

import asyncio
import errno
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.allowances import QuotaStatus
from bot.domain.chat import Tone
from bot.domain.images import ImageResult, Progress
from bot.domain.jobs import Ending, JobState
from bot.domain.people import REGISTERED
from bot.errors import EaselError, LeaseLost, PromptRefused, StorageFailed
from bot.pipeline.worker import MOST_LAPSES
from bot.ports.prompts import GuardDecision, Verdict
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from tests.fakes.bench import FAULT, LEASE, Bench
from tests.fakes.images import PRICE
from tests.fakes.surfaces import LOOM
from tests.fakes.waiting import until
from tests.unit.pipeline.steps import texts

LOCKED = StorageFailed("sqlite", "locked")
UNTOUCHED = QuotaStatus(20, held=0, spent=0)
ONE_SPENT = QuotaStatus(20, held=0, spent=1)


async def test_a_job_is_worded_drawn_kept_and_shown(bench: Bench) -> None:
    """And then it is done."""
    job = await bench.draw("a fox")
    assert (job.state, job.attempt, job.ending) == (JobState.DONE, 1, Ending(JobState.DONE))
    assert bench.message(job).tone is Tone.DONE
    assert len(bench.message(job).pictures) == 1
    assert await bench.quota_status() == ONE_SPENT
    assert (len(bench.rewriter.asks), len(bench.painter.requests), len(bench.surface.posted)) == (1, 1, 1)


async def test_people_see_what_is_being_done(bench: Bench) -> None:
    """With previews as they come."""
    bench.painter.will_hold(news=(Progress(0.5, b"dim"),))
    job = await bench.imagine("a fox")
    task = bench.engine.start(bench.worker.work)
    await until(lambda: any(post.preview for post in bench.surface.said))
    bench.painter.release()
    await task
    *earlier, preview, done = bench.surface.said
    assert {post.text for post in earlier} <= {"Drawing: a fox · finding the words", "Drawing: a fox"}
    assert (preview.text, preview.preview, preview.progress) == ("Drawing: a fox", b"dim", 0.5)
    assert done == bench.message(job)


async def test_a_job_whose_words_are_settled_does_not_look_for_them(bench: Bench) -> None:
    """It says at once that it is drawn."""
    first = await bench.draw(key="call-1")
    await bench.studio.accept(first.wish, bench.call("call-2"), first.prepared_prompt)
    await bench.work()
    assert texts(bench)[-2:] == ["Drawing: a fox", "a fox"]


@pytest.mark.parametrize("stage", ["moderation", "rewriter", "painter"])
async def test_a_refusal_at_any_stage_costs_nothing_and_says_why(bench: Bench, stage: str) -> None:
    """With the safer wording, where somebody knows one; and nobody else is asked."""
    refused = PromptRefused(
        rule="violence", sentence="Nobody is hurt here.", safer=None if stage == "moderation" else "a kind fox"
    )
    bench.moderation.will(*[Verdict(GuardDecision.REFUSE, "violence", "Nobody is hurt here.")] * (stage == "moderation"))
    bench.rewriter.will(*[refused] * (stage == "rewriter"))
    bench.painter.will(*[refused] * (stage == "painter"))
    job = await bench.draw()
    assert (job.state, job.ending) == (
        JobState.REFUSED,
        Ending(JobState.REFUSED, "prompt_refused", refused.user_text, refused.safer),
    )
    assert await bench.quota_status() == UNTOUCHED
    post = bench.message(job)
    assert (post.tone, post.kind) == (Tone.REFUSED, "prompt_refused")
    assert post.text == "a fox – Nobody is hurt here. Nothing was drawn and nothing was counted."
    assert [button.command for button in post.buttons] == [
        *([] if stage == "moderation" else ["safer"]),
        "reword",
        "mistake",
    ]
    assert (len(bench.rewriter.asks), len(bench.painter.requests)) == {
        "moderation": (0, 0),
        "rewriter": (1, 0),
        "painter": (1, 1),
    }[stage]
    assert await bench.jobs.list_unnotified(frozenset({LOOM}), most=100) == ()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ProviderFailed("painter", "401", fault=ProviderFault.BAD_KEY), "provider_failed"),
        (OutcomeUnknown("painter", "cut"), "outcome_unknown"),
    ],
)
async def test_a_failure_costs_nothing_and_can_be_tried_again(bench: Bench, error: EaselError, kind: str) -> None:
    """The person decides; what a lost call may have cost is not theirs to pay."""
    bench.painter.will(error)
    job = await bench.draw()
    assert (job.state, job.ending) == (JobState.FAILED, Ending(JobState.FAILED, kind, error.user_text))
    assert await bench.quota_status() == UNTOUCHED
    assert (bench.message(job).tone, bench.message(job).kind) == (Tone.FAILED, kind)
    assert [button.command for button in bench.message(job).buttons] == ["again", "reword"]


def out_of_files(error: EaselError | None) -> Exception:
    """Return what comes of a machine that opens no more files, as a provider translates it or as it is."""
    cause = OSError(errno.EMFILE, "Too many open files")
    if error is not None:
        error.__cause__ = ExceptionGroup("all attempts failed", [cause])
    return error or cause


@pytest.mark.parametrize("error", [ProviderFailed("painter", "connect", fault=ProviderFault.BAD_ANSWER), None])
async def test_a_machine_that_opens_no_more_files_is_waited_for(bench: Bench, error: EaselError | None) -> None:
    """It ends no job that was accepted: somebody's connections are closed in a while."""
    (bench.painter if error else bench.rewriter).will(out_of_files(error))
    job = await bench.draw()
    assert (job.state, (await bench.quota_status()).held) == (JobState.RUNNING, 1)
    bench.clock.move(timedelta(seconds=10))
    await bench.work()
    assert bench.job(job).state is JobState.DONE


async def test_words_that_nobody_could_judge_are_not_drawn(bench: Bench) -> None:
    """It is our fault, and says so."""
    bench.moderation.will(Verdict(GuardDecision.UNSURE, "timeout"))
    job = await bench.draw()
    assert (job.state, bench.message(job).kind) == (JobState.FAILED, "guard_unavailable")
    assert bench.painter.requests == []
    assert await bench.quota_status() == UNTOUCHED


async def test_a_budget_that_is_over_is_an_unknown_outcome(bench: Bench) -> None:
    """The person reads that it took too long."""
    bench.painter.will_hold()
    job = await bench.draw()
    assert (job.state, bench.message(job).kind) == (JobState.FAILED, "outcome_unknown")
    assert "took too long" in bench.message(job).text
    assert await bench.quota_status() == UNTOUCHED


async def test_fewer_pictures_than_asked_for_are_shown_and_counted(bench: Bench) -> None:
    """Only those."""
    bench.painter.will(bench.painter.drawn(2, cost=PRICE))
    job = await bench.draw(count=4)
    assert len(bench.message(job).pictures) == 2
    assert await bench.quota_status() == QuotaStatus(20, held=0, spent=2)


async def test_the_unforeseen_is_a_code_in_the_message_and_in_the_log(bench: Bench) -> None:
    """Nothing was counted, and it can be drawn again."""
    bench.rewriter.will(RuntimeError("broken"))
    with capture_logs() as logs:
        job = await bench.draw()
    assert (job.state, bench.message(job).kind) == (JobState.FAILED, "fault")
    assert FAULT in bench.message(job).text
    assert await bench.quota_status() == UNTOUCHED
    [broke] = [entry for entry in logs if entry["event"] == "job.broke"]
    assert (broke["fault"], broke["exc_info"]) == (FAULT, True)


async def test_a_job_that_breaks_every_worker_is_given_up(bench: Bench) -> None:
    """After so many claims it is the job's fault."""
    job = await bench.imagine()
    for _ in range(MOST_LAPSES):
        assert await bench.jobs.claim(job.id, LEASE)
        bench.clock.move(LEASE)
    await bench.work()
    assert bench.job(job).state is JobState.FAILED
    assert FAULT in bench.message(job).text
    assert bench.painter.requests == []
    assert await bench.quota_status() == UNTOUCHED


async def test_a_job_that_cannot_be_claimed_is_left_for_recovery(bench: Bench) -> None:
    """The table is away; nothing is raised."""
    job = await bench.imagine()
    bench.jobs.failures.fail_next("claim", LOCKED)
    await bench.work()
    assert bench.job(job).state is JobState.QUEUED
    await bench.recover()
    assert bench.job(job).state is JobState.DONE


@pytest.mark.parametrize("method", ["record_words", "drawings", "open_drawing"])
async def test_a_storage_that_is_away_before_anything_was_paid_is_waited_for(bench: Bench, method: str) -> None:
    """For ten seconds; then another try goes on from there."""
    bench.jobs.failures.fail_next(method, LOCKED)
    job = await bench.draw()
    assert (job.state, job.attempt) == (JobState.RUNNING, 1)
    assert (await bench.quota_status()).held == 1
    await bench.work()
    assert bench.job(job).attempt == 1
    bench.clock.move(timedelta(seconds=10))
    await bench.work()
    assert (bench.job(job).state, bench.job(job).attempt) == (JobState.DONE, 2)
    assert len(bench.painter.requests) == 1


async def test_a_job_that_is_put_off_waits_in_the_engine_until_it_is_due(bench: Bench) -> None:
    """No sweep is needed to bring it back."""
    bench.jobs.failures.fail_next("drawings", LOCKED)
    job = await bench.draw()
    assert (bench.engine.waiting, bench.engine.due) == ([job.id], [])
    bench.clock.move(timedelta(seconds=10))
    assert bench.engine.due == [job.id]


async def test_a_store_that_is_down_is_waited_for_and_people_are_told(bench: Bench) -> None:
    """What was drawn is not drawn again."""
    bench.objects.failures.fail_always("put", StorageFailed("disk", "full"))
    job = await bench.imagine()
    task = bench.engine.start(bench.worker.work)
    waiting = "Drawn, and waiting for the storage to come back: a fox"
    await until(lambda: texts(bench)[-1:] == [waiting])
    bench.objects.failures.clear()
    await task
    assert bench.job(job).state is JobState.DONE
    assert len(bench.painter.requests) == 1
    assert await bench.quota_status() == ONE_SPENT


async def test_a_progress_that_breaks_in_the_showing_breaks_nothing_else(bench: Bench) -> None:
    """The picture is drawn, kept, shown and counted."""
    bench.surface.failures.fail_next("update", RuntimeError("a broken rendering"))
    job = await bench.draw()
    assert job.state is JobState.DONE
    assert bench.message(job).tone is Tone.DONE
    assert await bench.quota_status() == ONE_SPENT


@pytest.mark.parametrize("error", [LOCKED, RuntimeError("broken"), LeaseLost("job", 1)], ids=repr)
@pytest.mark.parametrize("method", ["finish", "mark_notified"])
async def test_a_worker_never_raises(bench: Bench, method: str, error: Exception) -> None:
    """Whatever breaks at the very end is left to recovery."""
    bench.painter.will(ProviderFailed("painter", "401", fault=ProviderFault.BAD_KEY))
    bench.jobs.failures.fail_next(method, error)
    job = await bench.draw()
    assert job.state is (JobState.RUNNING if method == "finish" else JobState.FAILED)
    bench.clock.move(LEASE)
    bench.painter.will(ProviderFailed("painter", "401", fault=ProviderFault.BAD_KEY))
    await bench.recover()
    assert bench.job(job).state is JobState.FAILED
    assert bench.message(job).kind == "provider_failed"
    assert await bench.jobs.list_unnotified(frozenset({LOOM}), most=100) == ()
    assert await bench.quota_status() == UNTOUCHED


async def test_pictures_that_cost_more_than_one_call_cost_their_sum(bench: Bench) -> None:
    """Words, failed pictures and good ones alike."""
    bench.painter.will(ImageResult(pictures=(b"none",), model="painter-1", cost=PRICE))
    job = await bench.draw()
    assert job.state is JobState.FAILED
    assert (await bench.jobs.cost(job.id)).microusd == PRICE.microusd + 120


async def test_a_house_that_runs_carries_its_jobs_by_itself(bench: Bench) -> None:
    """Engine, worker and studio know nothing of each other but ids."""
    running = asyncio.create_task(bench.engine.run(bench.worker.work, {REGISTERED: 2}))
    jobs = [await bench.imagine(key=f"call-{number}") for number in range(3)]
    await until(lambda: all(bench.job(job).state is JobState.DONE for job in jobs))
    running.cancel()
    await asyncio.wait({running})
    assert len(bench.painter.requests) == 3
