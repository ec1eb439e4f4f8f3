"""Asks whether somebody who is forgotten leaves nothing behind, whatever is under way at that moment."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.chat import MessageRef, promise
from bot.domain.jobs import DrawingState, Job, JobId, JobState
from bot.domain.pictures import PictureState
from bot.domain.privacy import PrivacyKind, PrivacyRequest, PrivacyRequestId, PrivacyState
from bot.errors import MessageGone, MessageOutOfReach, StorageFailed, SurfaceFailed
from bot.pipeline.forgetting import GIVE_UP_AFTER, Forgetting
from bot.services.exports import Exports
from tests.fakes.bench import LEASE, Bench
from tests.fakes.inputs import give_inputs
from tests.fakes.privacy import MemoryPersonalRecords, MemoryPrivacyRequests
from tests.fakes.removals import MemorySentMessages
from tests.fakes.surfaces import LOOM, SQUARE, person
from tests.fakes.templates import MemoryTemplates

SETTLED_AFTER = LEASE


class ForgettingSetup:
    """A bench, and what forgets."""

    def __init__(self) -> None:
        self.bench = Bench()
        self.requests = MemoryPrivacyRequests()
        self.records = MemoryPersonalRecords(self.bench.jobs, self.requests)
        self.sent = MemorySentMessages(self.bench.jobs)
        self.exports = Exports(
            requests=self.requests,
            records=self.records,
            pictures=self.bench.pictures,
            inputs=self.bench.inputs,
            templates=MemoryTemplates(),
            objects=self.bench.objects,
            clock=self.bench.clock,
        )
        self.surfaces = {LOOM: self.bench.surface}
        self.request: PrivacyRequest | None = None

    async def ask(self, user: str = "ann", kind: PrivacyKind = PrivacyKind.FORGET) -> PrivacyRequest:
        """Confirm it now."""
        account = (await self.bench.quotas.account(person(user))).id
        return await self.requests.open(
            PrivacyRequest(
                id=PrivacyRequestId(self.bench.ids.new()),
                kind=kind,
                account=account,
                identity=person(user).identity,
                requested_at=self.bench.clock.now(),
            )
        )

    async def carry_on(self) -> PrivacyRequest:
        """Sweep once, as after a crash: whatever was known is read again."""
        self.request = self.request or await self.ask()
        forgetting = Forgetting(
            requests=self.requests,
            records=self.records,
            jobs=self.bench.jobs,
            studio=self.bench.studio,
            gallery=self.bench.gallery,
            pictures=self.bench.pictures,
            inputs=self.bench.input_store,
            objects=self.bench.objects,
            sent=self.sent,
            exports=self.exports,
            surfaces=self.surfaces,
            clock=self.bench.clock,
            settled_after=SETTLED_AFTER,
        )
        self.request = await forgetting.carry_on(self.requests.by_id[self.request.id])
        return self.request

    def settle(self) -> None:
        """Let what has ended be settled."""
        self.bench.clock.move(SETTLED_AFTER)

    def job(self, job: Job) -> Job:
        """Look at a job."""
        return self.bench.jobs.rows[job.id].job


@pytest.fixture
def stage() -> ForgettingSetup:
    """Set it up."""
    return ForgettingSetup()


async def test_pictures_words_and_messages_go(stage: ForgettingSetup) -> None:
    """Counted, so that they can be told."""
    first, second = await stage.bench.draw("a fox", key="1", count=2), await stage.bench.draw("an owl", key="2")
    await give_inputs(stage.bench.jobs, stage.bench.objects, second, "a", "b")
    stage.settle()
    done = await stage.carry_on()
    assert (done.state, done.finished_at) == (PrivacyState.DONE, stage.bench.clock.now())
    assert done.counts == {"pictures": 3, "prompts": 2, "messages": 2, "left": 0}
    assert stage.bench.objects.objects == {}
    assert stage.bench.surface.shown == {}
    assert [stage.job(job).wish.prompt for job in (first, second)] == ["", ""]
    assert stage.records.forgotten == [done.account]


async def test_what_was_asked_for_later_or_by_others_stays(stage: ForgettingSetup) -> None:
    """It is about what was there when it was confirmed."""
    other = await stage.bench.draw("an owl", key="1", user="bob")
    stage.request = await stage.ask()
    stage.bench.clock.move(timedelta(seconds=1))
    later = await stage.bench.draw("a fox", key="2")
    stage.settle()
    assert (await stage.carry_on()).state is PrivacyState.DONE
    assert [stage.job(job).wish.prompt for job in (other, later)] == ["an owl", "a fox"]
    assert len(stage.bench.surface.shown) == 2


async def test_a_job_that_waits_is_cancelled_and_refunded_and_forgotten_once_that_is_settled(stage: ForgettingSetup) -> None:
    """Whoever works on it hears of its end first, and may still say so."""
    job = await stage.bench.imagine("a fox")
    assert (await stage.carry_on()).state is PrivacyState.OPEN
    assert stage.job(job).state is JobState.CANCELLED
    assert (await stage.bench.quota_status()).held == 0
    assert (await stage.carry_on()).state is PrivacyState.OPEN
    stage.settle()
    assert (await stage.carry_on()).state is PrivacyState.DONE
    assert stage.bench.surface.shown == {}
    assert stage.job(job).wish.prompt == ""


async def test_a_picture_that_is_kept_already_is_delivered_before_it_goes(stage: ForgettingSetup) -> None:
    """Nothing is lost by the way, and nothing stays."""
    job = await stage.bench.imagine("a fox")
    stage.bench.surface.failures.fail_always("update", SurfaceFailed(LOOM, "busy"))
    await stage.bench.work()
    assert stage.job(job).state is JobState.KEPT
    assert (await stage.carry_on()).state is PrivacyState.OPEN
    stage.bench.surface.failures.clear()
    await stage.bench.recover()
    assert stage.job(job).state is JobState.DONE
    assert (await stage.carry_on()).state is PrivacyState.OPEN
    assert stage.bench.objects.objects == {}
    stage.settle()
    done = await stage.carry_on()
    assert (done.state, done.counts["pictures"]) == (PrivacyState.DONE, 1)
    assert stage.bench.surface.shown == {}


async def test_a_job_that_ends_as_it_is_cancelled_waits_for_the_next_time(stage: ForgettingSetup) -> None:
    """The row decides."""
    job = await stage.bench.imagine("a fox")
    stale = replace(stage.job(job))
    await stage.bench.work()
    found = stage.records.jobs_to_forget

    async def stale_jobs(*args: object, **kwargs: object) -> tuple[Job, ...]:
        stage.records.jobs_to_forget = found  # type: ignore[method-assign]  # what was read a moment too early
        return (stale,)

    stage.records.jobs_to_forget = stale_jobs  # type: ignore[method-assign]  # see above
    assert (await stage.carry_on()).state is PrivacyState.OPEN
    stage.settle()
    assert (await stage.carry_on()).state is PrivacyState.DONE


async def test_what_cannot_be_deleted_now_is_tried_again_for_a_day(stage: ForgettingSetup) -> None:
    """Then the rest is forgotten all the same, and what is left is counted."""
    job = await stage.bench.draw("a fox")
    stage.settle()
    stage.bench.surface.failures.fail_always("delete", SurfaceFailed(LOOM, "busy"))
    assert (await stage.carry_on()).state is PrivacyState.OPEN
    assert stage.job(job).wish.prompt == "a fox"
    stage.bench.clock.move(GIVE_UP_AFTER)
    done = await stage.carry_on()
    assert (done.state, done.counts["left"], done.counts["messages"]) == (PrivacyState.DONE, 1, 0)
    assert stage.job(job).wish.prompt == ""


class Never(SurfaceFailed):
    """A platform that does not do such a thing."""

    is_temporary = False


async def test_what_can_never_be_deleted_is_left_and_what_is_gone_is_gone(stage: ForgettingSetup) -> None:
    """At once."""
    errors = (Never(LOOM, "it never does"), MessageOutOfReach(LOOM, "sent away"), MessageGone(LOOM, "long ago"))
    for number, error in enumerate(errors):
        await stage.bench.draw("a fox", key=f"call-{number}")
        stage.bench.surface.failures.fail_next("delete", error)
    stage.settle()
    done = await stage.carry_on()
    assert (done.state, done.counts["left"], done.counts["messages"]) == (PrivacyState.DONE, 2, 1)


async def test_copies_that_were_sent_go_too(stage: ForgettingSetup) -> None:
    """Direct messages and replies."""
    job = await stage.bench.draw("a fox")
    copy = await stage.bench.surface.post(SQUARE, stage.bench.message(job), key="copy")
    await stage.sent.add(job.id, copy)
    own = stage.job(job).message
    assert own is not None
    await stage.sent.add(job.id, own)
    stage.settle()
    assert (await stage.carry_on()).counts["messages"] == 2
    assert stage.bench.surface.shown == {}


async def test_copies_go_where_the_job_has_no_message_of_its_own(stage: ForgettingSetup) -> None:
    """It was asked for by a program, and its pictures were shown in a gallery."""
    job = await stage.bench.draw("a fox")
    row = stage.bench.jobs.rows[job.id]
    assert row.job.message is not None
    await stage.sent.add(job.id, row.job.message)
    row.job = replace(row.job, message=None)
    stage.settle()
    done = await stage.carry_on()
    assert (done.state, done.counts["messages"]) == (PrivacyState.DONE, 1)
    assert stage.bench.surface.shown == {}


async def test_a_message_that_was_promised_is_looked_for(stage: ForgettingSetup) -> None:
    """Found or not, or where nobody can tell."""
    for number, answered in enumerate((True, False, None)):
        job = await stage.bench.draw("a fox", key=f"call-{number}")
        row = stage.bench.jobs.rows[job.id]
        assert row.job.message is not None
        token = f"token-{number}"
        if answered:
            stage.bench.surface.answered[token] = row.job.message
        if answered is None:
            stage.bench.surface.failures.fail_next("find", SurfaceFailed(LOOM, "busy"))
        row.job = replace(row.job, message=replace(row.job.message, reply_token=token).as_unconfirmed())
        stage.settle()
        stage.request = None
        assert (await stage.carry_on()).state is PrivacyState.DONE


async def test_a_message_that_is_about_to_be_said_is_waited_for(stage: ForgettingSetup) -> None:
    """Half a minute after the wish was accepted nobody says it any more."""
    job = await stage.bench.draw("a fox")
    row = stage.bench.jobs.rows[job.id]
    row.job = replace(row.job, message=promise(SQUARE), created_at=row.job.created_at + timedelta(seconds=9))
    stage.request = await stage.ask()
    stage.request = replace(stage.request, requested_at=row.job.created_at)
    await stage.requests.save(stage.request)
    stage.bench.clock.move(timedelta(seconds=30))
    assert (await stage.carry_on()).state is PrivacyState.OPEN
    stage.bench.clock.move(timedelta(seconds=9))
    assert (await stage.carry_on()).state is PrivacyState.DONE


async def test_a_platform_that_is_not_served_is_waited_for(stage: ForgettingSetup) -> None:
    """Another process may serve it, tomorrow."""
    await stage.bench.draw("a fox")
    stage.settle()
    stage.surfaces.clear()
    assert (await stage.carry_on()).state is PrivacyState.OPEN
    stage.surfaces[LOOM] = stage.bench.surface
    assert (await stage.carry_on()).state is PrivacyState.DONE


async def test_a_promise_on_a_platform_that_is_not_served_is_left_in_the_end(stage: ForgettingSetup) -> None:
    """Nobody can look for it."""
    job = await stage.bench.draw("a fox")
    row = stage.bench.jobs.rows[job.id]
    assert row.job.message is not None
    row.job = replace(row.job, message=row.job.message.as_unconfirmed())
    stage.surfaces.clear()
    stage.request = await stage.ask()
    stage.bench.clock.move(GIVE_UP_AFTER)
    assert (await stage.carry_on()).counts["left"] == 1


async def test_what_was_drawn_and_never_kept_goes(stage: ForgettingSetup) -> None:
    """Bytes of a cancelled job that came too late; those that somebody else's picture has stay."""
    job = await stage.bench.draw("a fox", key="1")
    other = await stage.bench.draw("an owl", key="2", user="bob")
    [drawing] = stage.bench.jobs.rows[job.id].drawings.values()
    [file] = drawing.files
    late = replace(file, key=f"pictures/ab/{'ab' * 32}.png")
    await stage.bench.objects.put(late.key, b"late", "image/png")
    [shared] = await stage.bench.pictures.of_job(other.id)
    changed = replace(drawing, files=(file, late, shared.file), state=DrawingState.DRAWN)
    stage.bench.jobs.rows[job.id].drawings[drawing.id] = changed
    stage.settle()
    assert (await stage.carry_on()).state is PrivacyState.DONE
    assert set(stage.bench.objects.objects) == {shared.file.key}


async def test_a_store_that_is_away_delays_it_and_nobody_sees_the_pictures_meanwhile(stage: ForgettingSetup) -> None:
    """The next time all goes."""
    job = await stage.bench.draw("a fox")
    stage.settle()
    stage.bench.objects.failures.fail_next("delete", StorageFailed("objects", "away"))
    with pytest.raises(StorageFailed):
        await stage.carry_on()
    assert {picture.state for picture in await stage.bench.pictures.of_job(job.id)} == {PictureState.REMOVING}
    assert (await stage.carry_on()).state is PrivacyState.DONE


async def test_a_late_message_of_a_forgotten_job_is_found_again(stage: ForgettingSetup) -> None:
    """Whoever posted it has written it down."""
    job = await stage.bench.draw("a fox")
    await stage.bench.imagine("an owl", key="2")
    stage.settle()
    assert (await stage.carry_on()).state is PrivacyState.OPEN
    assert stage.job(job).wish.prompt == ""
    late = await stage.bench.surface.post(SQUARE, stage.bench.surface.posted[0][1], key="late")
    await stage.bench.jobs.attach(job.id, late)
    stage.settle()
    assert (await stage.carry_on()).state is PrivacyState.DONE
    assert stage.bench.surface.shown == {}


async def test_a_job_that_is_not_final_after_all_is_not_erased(stage: ForgettingSetup) -> None:
    """The record has the last word."""
    await stage.bench.draw("a fox")
    stage.settle()

    async def refuse(*_: object) -> bool:
        return False

    stage.records.forget_job = refuse  # type: ignore[method-assign,assignment]  # what a race would answer
    assert (await stage.carry_on()).state is PrivacyState.OPEN


async def test_what_else_stands_on_the_page_goes(stage: ForgettingSetup) -> None:
    """Where the page does not let it go now, all waits."""
    message = await stage.bench.surface.post(SQUARE, stage.bench.message(await stage.bench.draw("x", user="bob")), key="page")
    stage.records.on_page = [message]
    stage.bench.surface.failures.fail_next("delete", SurfaceFailed(LOOM, "busy"))
    assert (await stage.carry_on()).state is PrivacyState.OPEN
    delete = stage.bench.surface.delete

    async def delete_from_page(one: MessageRef) -> None:
        stage.records.on_page.remove(one)
        await delete(one)

    stage.bench.surface.delete = delete_from_page  # type: ignore[method-assign,assignment]  # the page lists what is there
    assert (await stage.carry_on()).state is PrivacyState.DONE


async def test_an_export_goes_as_well(stage: ForgettingSetup) -> None:
    """Also one that was being made."""
    asked = await stage.ask(kind=PrivacyKind.EXPORT)
    export = await stage.exports.make(asked)
    assert (await stage.carry_on()).state is PrivacyState.DONE
    assert stage.requests.by_id[export.id].state is PrivacyState.EXPIRED
    assert stage.bench.objects.objects == {}
    assert (await stage.exports.make(asked)).state is PrivacyState.EXPIRED
    assert stage.bench.objects.objects == {}
    stage.request = None
    assert (await stage.carry_on()).state is PrivacyState.DONE


async def test_thousands_of_wishes_are_forgotten_page_by_page(stage: ForgettingSetup) -> None:
    """All of them."""
    stage.bench.clock.move(timedelta())
    for number in range(101):
        row = await stage.bench.imagine("a fox", key=f"call-{number}") if number < 2 else None
        if row is None:
            first = next(iter(stage.bench.jobs.rows.values()))
            copy = replace(first, job=replace(first.job, id=JobId(f"job-{number}"), key=f"key-{number}"))
            stage.bench.jobs.rows[copy.job.id] = copy
    await stage.carry_on()
    stage.settle()
    done = await stage.carry_on()
    assert (done.state, done.counts["prompts"]) == (PrivacyState.DONE, 101)
