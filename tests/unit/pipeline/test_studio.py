"""Asks how wishes are taken in: refused for nothing, or accepted once and for good."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.allowances import QuotaStatus
from bot.domain.chat import MessageRef, Place, Post, Tone
from bot.domain.images import Quality
from bot.domain.jobs import Ending, JobId, JobState, PreparedPrompt
from bot.domain.people import REGISTERED, Platform
from bot.domain.wishes import Rewriting, Wish
from bot.errors import (
    BadInput,
    EaselError,
    LimitTooLow,
    MessageGone,
    NotYours,
    PromptRefused,
    QuotaExceeded,
    StorageFailed,
    SurfaceFailed,
)
from bot.ports.prompts import GuardDecision, Verdict
from tests.fakes.bench import Bench
from tests.fakes.surfaces import LOOM, SQUARE, FakeCall, person
from tests.fakes.waiting import until

FOX = Wish(prompt="a fox")
KILN = Platform("kiln")
NO = Verdict(GuardDecision.REFUSE, "blocklist", "That is not drawn here.")


async def test_a_wish_becomes_a_job_with_its_pictures_set_aside(bench: Bench) -> None:
    """Everything it will need is in its row."""
    await bench.studio.accept(Wish(prompt=" a  fox\u200b ", count=2, quality=Quality.HIGH), bench.call("call-7"))
    [row] = bench.jobs.rows.values()
    assert row.job.wish == Wish(prompt="a fox", count=2, quality=Quality.HIGH)
    assert (row.job.key, row.job.place, row.job.author, row.job.tier) == ("call-7", SQUARE, person(), REGISTERED)
    assert (row.job.state, row.job.created_at, row.job.prepared_prompt) == (JobState.QUEUED, bench.clock.now(), None)
    assert await bench.quota_status() == QuotaStatus(20, held=2, spent=0)
    assert bench.engine.waiting == [row.job.id]


async def test_everybody_sees_that_it_is_being_drawn(bench: Bench) -> None:
    """In one message, which the job knows."""
    job = await bench.imagine()
    assert job.message == MessageRef(SQUARE, "message-1")
    assert bench.message(job).text == "Drawing: a fox"
    assert bench.message(job).tone is Tone.WAITING
    assert [button.action for button in bench.message(job).buttons] == [f"cancel:{job.id}"]


@pytest.mark.parametrize(("known", "begins"), [(True, "Drawing: "), (None, "Drawing: "), (False, "Waiting: a fox · no worker ")])
async def test_who_comes_while_nobody_draws_is_told_so(bench: Bench, known: bool | None, begins: str) -> None:
    """But not where nobody can know; the wish is accepted in any case."""
    bench.engine.known_worker = known
    job = await bench.imagine()
    assert bench.message(job).text.startswith(begins)
    assert bench.engine.waiting == [job.id]


async def test_who_comes_late_sees_the_line(bench: Bench) -> None:
    """Two are drawn at once here, so the third waits for one of them."""
    for number in range(3):
        await bench.imagine(key=f"call-{number}")
    assert [post.text for _, post, _ in bench.surface.posted] == ["Drawing: a fox"] * 2 + ["Drawing: a fox · 1st in line"]


async def test_who_comes_back_is_told_how_long_it_takes(bench: Bench) -> None:
    """By how long it took before."""
    bench.painter.will_hold()
    first = await bench.imagine(key="call-1")
    task = bench.engine.start(bench.worker.work)
    await until(lambda: bench.painter.requests != [])
    bench.clock.move(timedelta(seconds=21))
    bench.painter.release()
    await task
    assert bench.job(first).state is JobState.DONE
    second = await bench.imagine(key="call-2")
    assert bench.message(second).text == "Drawing: a fox · about 20 s"


async def test_the_same_call_twice_is_one_job_with_one_message(bench: Bench) -> None:
    """A platform may deliver it as often as it likes."""
    first = await bench.imagine(key="call-1")
    again = await bench.imagine(key="call-1")
    assert again.id == first.id
    assert len(bench.jobs.rows) == len(bench.surface.posted) == 1
    assert bench.engine.waiting == [first.id]
    assert (await bench.quota_status()).held == 1


async def test_the_same_call_at_the_same_time_is_one_job_too(bench: Bench) -> None:
    """Whichever delivery wins."""
    await asyncio.gather(*(bench.studio.accept(FOX, bench.call("call-1")) for _ in range(5)))
    assert len(bench.jobs.rows) == len(bench.surface.posted) == 1


async def test_a_call_that_was_accepted_but_never_published_is_published_by_its_repetition(bench: Bench) -> None:
    """Whatever ended the first try, the job is worked on."""
    bench.engine.failures.fail_next("publish", StorageFailed("redis", "away"))
    job = await bench.imagine(key="call-1")
    assert bench.engine.waiting == []
    await bench.imagine(key="call-1")
    assert bench.engine.waiting == [job.id]


@pytest.mark.parametrize("prompt", ["", "\u200b\u200b", "x" * 4001])
async def test_words_that_are_none_or_too_many_count_nothing(bench: Bench, prompt: str) -> None:
    """Nothing is shown, asked or written."""
    with pytest.raises(BadInput):
        await bench.imagine(prompt)
    assert bench.jobs.rows == {}
    assert bench.surface.posted == []
    assert bench.blocklist.judged == []


async def test_words_that_a_local_rule_refuses_count_nothing(bench: Bench) -> None:
    """It judges what is left after cleaning; no model is asked."""
    bench.blocklist.will(NO)
    with pytest.raises(PromptRefused) as refused:
        await bench.imagine(" a \u200bfox ")
    assert refused.value.rule == "blocklist"
    assert bench.blocklist.judged == ["a fox"]
    assert (bench.jobs.rows, bench.surface.posted, bench.moderation.judged, bench.rewriter.asks) == ({}, [], [], [])


async def test_more_pictures_than_are_left_count_nothing(bench: Bench) -> None:
    """The sentence says how many are left, and when there are more."""
    for number in range(6):
        await bench.imagine(key=f"call-{number}", count=3)
    with pytest.raises(QuotaExceeded) as refused:
        await bench.imagine(key="call-7", count=3)
    assert refused.value.user_text == ("That needs 3 pictures and you have 2 left today. More at 00:00 UTC; nothing was counted.")
    assert len(bench.jobs.rows) == len(bench.surface.posted) == 6
    assert (await bench.quota_status()).held == 18
    await bench.imagine(key="call-8", count=2)
    assert (await bench.quota_status()).left == 0


async def test_everybody_has_an_allowance_of_their_own(bench: Bench) -> None:
    """One who has drawn much takes nothing from another."""
    for number in range(20):
        await bench.imagine(key=f"call-{number}", user="ann")
    await bench.imagine(key="call-of-bob", user="bob")
    assert (await bench.quota_status("bob")).left == 19


async def test_what_cannot_be_written_down_is_not_accepted(bench: Bench) -> None:
    """The person hears that nothing was counted, and that is so."""
    bench.jobs.failures.fail_next("accept", StorageFailed("sqlite", "locked"))
    with pytest.raises(StorageFailed):
        await bench.imagine()
    assert bench.surface.posted == []
    assert (await bench.quota_status()).held == 0


@pytest.mark.parametrize("error", [SurfaceFailed("loom", "500"), MessageGone("loom", "404")], ids=repr)
async def test_a_job_goes_on_without_its_first_message(bench: Bench, error: EaselError) -> None:
    """The pictures will bring their own."""
    call = bench.call()
    call.failures.fail_next("answer", error)
    await bench.studio.accept(FOX, call)
    [row] = bench.jobs.rows.values()
    assert row.job.message is not None
    assert not row.job.message.is_posted
    assert bench.engine.waiting == [row.job.id]
    await bench.work()
    assert bench.message(row.job).tone is Tone.DONE


async def test_the_answer_is_begun_before_a_worker_hears_of_the_job_and_keeps_it_from_nobody(bench: Bench) -> None:
    """Somebody waits for it; and where the platform takes its time, the job is worked on all the same."""
    seen: list[list[JobId]] = []

    class SlowCall(FakeCall):
        async def answer(self, post: Post, *, key: str) -> MessageRef:
            seen.append(bench.engine.waiting)
            await until(lambda: bool(bench.engine.waiting))
            return await super().answer(post, key=key)

    await bench.studio.accept(FOX, SlowCall(bench.surface))
    [row] = bench.jobs.rows.values()
    assert (seen, bench.engine.waiting) == ([[]], [row.job.id])


@pytest.mark.parametrize("method", ["line", "attach"])
async def test_once_accepted_a_wish_is_never_called_refused(bench: Bench, method: str) -> None:
    """The storage may go away in between: the job is drawn and counted all the same, so nobody is told otherwise."""
    bench.jobs.failures.fail_next(method, StorageFailed("sqlite", "locked"))
    job = await bench.imagine()
    assert bench.engine.waiting == [job.id]
    await bench.work()
    assert bench.message(job).tone is Tone.DONE


async def test_settled_words_come_with_the_job(bench: Bench) -> None:
    """As the Again button has it."""
    await bench.studio.accept(FOX, bench.call(), PreparedPrompt("a red fox"))
    [row] = bench.jobs.rows.values()
    assert row.job.prepared_prompt == PreparedPrompt("a red fox")


async def test_a_job_can_be_found_by_anybody(bench: Bench) -> None:
    """Its buttons are for all."""
    job = await bench.imagine()
    assert await bench.studio.find(job.id) == job


async def test_a_job_that_is_not_there_is_said_to_be_gone(bench: Bench) -> None:
    """Old buttons outlive their jobs."""
    with pytest.raises(BadInput) as refused:
        await bench.studio.find("nobody")
    assert "not known here any more" in refused.value.user_text


async def test_a_job_is_its_authors_and_the_moderators(bench: Bench) -> None:
    """Nobody else's."""
    job = await bench.imagine(user="ann")
    moderator = person("mo", is_moderator=True)
    assert await bench.studio.find_own(job.id, bench.call(user="ann")) == job
    assert await bench.studio.find_own(job.id, FakeCall(bench.surface, by=moderator)) == job
    assert await bench.studio.find_own(job.id, FakeCall(bench.surface, by=moderator, at=replace(SQUARE, channel="alley"))) == job
    with pytest.raises(NotYours):
        await bench.studio.find_own(job.id, bench.call(user="bob"))
    with pytest.raises(BadInput):
        await bench.studio.find_own("nobody", bench.call(user="ann"))


@pytest.mark.parametrize("elsewhere", [Place(LOOM, "village", "market square"), Place(LOOM, "", "dm"), Place(KILN, "town", "x")])
async def test_a_moderator_of_one_place_is_none_elsewhere(bench: Bench, elsewhere: Place) -> None:
    """Whoever knows a job's id and runs a server of their own acts on their own jobs only."""
    job = await bench.imagine(user="ann")
    moderator = person("mo", is_moderator=True)
    with pytest.raises(NotYours):
        await bench.studio.find_own(job.id, FakeCall(bench.surface, by=moderator, at=elsewhere))
    assert await bench.studio.find_own(job.id, FakeCall(bench.surface, by=person("ann"), at=elsewhere)) == job


async def test_nobody_moderates_what_was_asked_for_in_private(bench: Bench) -> None:
    """Direct messages have no tenant, so being alike in that makes nobody a moderator."""
    await bench.studio.accept(FOX, FakeCall(bench.surface, by=person("ann"), at=Place(LOOM, "", "ann alone")))
    [row] = bench.jobs.rows.values()
    call = FakeCall(bench.surface, by=person("mo", is_moderator=True), at=Place(LOOM, "", "mo alone"))
    with pytest.raises(NotYours):
        await bench.studio.find_own(row.job.id, call)


async def test_a_waiting_job_can_be_cancelled(bench: Bench) -> None:
    """It leaves the line, and its pictures come back."""
    job = await bench.imagine(count=2)
    ending = await bench.studio.cancel(job)
    assert ending == Ending(JobState.CANCELLED, "cancelled", "cancelled; nothing was counted.")
    assert bench.job(job).ending == ending
    assert bench.engine.waiting == []
    assert await bench.quota_status() == QuotaStatus(20, held=0, spent=0)


async def test_a_job_is_cancelled_though_the_engine_is_out_of_reach(bench: Bench) -> None:
    """The row has ended, and whoever works on it finds that out."""
    job = await bench.imagine()
    bench.engine.failures.fail_next("cancel", StorageFailed("redis", "away"))
    ending = await bench.studio.cancel(job)
    assert ending.state is JobState.CANCELLED
    assert bench.job(job).state is JobState.CANCELLED


@pytest.mark.parametrize("state", [JobState.KEPT, JobState.DONE])
async def test_it_is_too_late_to_cancel_what_was_paid_for(bench: Bench, state: JobState) -> None:
    """The pictures are there, so they count."""
    if state is JobState.KEPT:
        bench.surface.failures.fail_always("update", SurfaceFailed("loom", "500"))
    job = await bench.draw()
    assert job.state is state
    with pytest.raises(BadInput) as refused:
        await bench.studio.cancel(job)
    assert "nothing to cancel" in refused.value.user_text
    assert (await bench.quota_status()).spent == 1


async def test_a_call_in_words_only_still_has_its_choice_of_rewriting(bench: Bench) -> None:
    """What was wished for is what is written."""
    job = await bench.imagine(rewriting=Rewriting.OFF)
    assert job.wish.rewriting is Rewriting.OFF


async def test_more_pictures_than_a_day_allows_can_never_be_had(bench: Bench) -> None:
    """Waiting for midnight would not help, so that is not what is said."""
    with pytest.raises(LimitTooLow) as refused:
        await bench.studio.accept(Wish(prompt="a fox", count=21), bench.call())
    assert refused.value.user_text == (
        "That needs 21 pictures; your limit is 20 a day. Ask for fewer or smaller ones, or a lower quality; nothing was counted."
    )
    assert bench.jobs.rows == {}
