"""Asks batches: is nothing counted before it is confirmed, each picture once whatever dies, and does one message tell of all?"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from bot.domain.batches import OFFER_LASTS, Batch, BatchState
from bot.domain.chat import Place, Tone
from bot.domain.jobs import BatchId, JobState
from bot.domain.people import HOUSE, AccountId
from bot.domain.removals import RemovalReason
from bot.domain.rules import Actor
from bot.errors import MessageGone, ObjectMissing, PromptRefused, StorageFailed, SurfaceFailed
from bot.pipeline import posts
from bot.pipeline.delivery import PROMISE_LIFETIME
from bot.ports.prompts import GuardDecision, Verdict
from bot.services.contact_sheets import sheet_id
from tests.fakes.batch_desk import BatchDesk
from tests.fakes.bench import LEASE, Bench
from tests.fakes.images import ScriptedProvider
from tests.fakes.surfaces import LOOM, SQUARE, person
from tests.fakes.waiting import until

MOD = Actor(AccountId("mod"), "Mod")
NO = Verdict(GuardDecision.REFUSE, "blocklist", "That is not drawn here.")
SECOND = timedelta(seconds=1)
FOUR = "/batch a {red, blue} {fox, owl}"
REFUSED = PromptRefused(rule="no", sentence="It will not draw that.")
DOWN = StorageFailed("sqlite", "locked")


@pytest.fixture
def desk(bench: Bench) -> BatchDesk:
    """Return what takes in batches."""
    return BatchDesk(bench)


async def spent(desk: BatchDesk) -> tuple[int, int]:
    """Say how many pictures of ann's are held and spent."""
    status = await desk.bench.quota_status()
    return status.held, status.spent


class TestConfirming:
    """What becomes of an offer."""

    async def test_nothing_is_counted_before_it_is_confirmed(self, desk: BatchDesk) -> None:
        """Then all of it is set aside, each as a job of its own, told in one message."""
        found = await desk.offered(FOUR)
        assert (await spent(desk), desk.bench.jobs.rows) == ((0, 0), {})
        assert await desk.press("batch-draw", found) == []
        assert await spent(desk) == (4, 0)
        jobs = await desk.batches.jobs(found.id)
        assert [job.wish.prompt for job in jobs] == ["a red fox", "a red owl", "a blue fox", "a blue owl"]
        [(_, first, _)] = desk.bench.surface.posted
        assert (first.text, first.tone) == ("Drawing 4 pictures: a red fox, and 3 more · 0/4", Tone.WAITING)
        assert [button.action for button in first.buttons] == [f"batch-cancel:{found.id}"]

    async def test_two_presses_are_one(self, desk: BatchDesk) -> None:
        """The second one is told so."""
        found = await desk.offered()
        await desk.press("batch-draw", found)
        [answer] = await desk.press("batch-draw", found)
        assert "decided already" in answer.text
        assert await spent(desk) == (2, 0)

    async def test_nobody_confirms_what_is_anothers(self, desk: BatchDesk) -> None:
        """Nor what is not there, or too old."""
        found = await desk.offered()
        [answer] = await desk.press("batch-draw", found, person("bob", is_moderator=True))
        assert "Only the person" in answer.text
        [answer] = await desk.press("batch-draw", replace(found, id=BatchId("none")))
        assert "That offer is gone" in answer.text
        desk.bench.clock.move(OFFER_LASTS + SECOND)
        [answer] = await desk.press("batch-draw", found)
        assert "That offer is gone" in answer.text
        desk.bench.clock.move(OFFER_LASTS)
        await desk.studio.carry_on()
        assert desk.batches.rows == {}

    async def test_what_is_not_allowed_any_more_is_not_begun(self, desk: BatchDesk) -> None:
        """Whoever was muted meanwhile draws none of it, nor is a word drawn that is on a list now; later it can be confirmed."""
        found = await desk.offered()
        desk.bench.blocklist.will(NO)
        [answer] = await desk.press("batch-draw", found)
        assert answer.text.startswith("Prompt 1 cannot be drawn, so none was: That is not drawn here.")
        until_then = desk.bench.clock.now() + timedelta(minutes=5)
        mute = await desk.bench.sanctions.mute(found.account, HOUSE, by=MOD, until=until_then)
        [answer] = await desk.press("batch-draw", found)
        assert answer.kind == "sanctioned"
        assert (desk.batches.rows[found.id], desk.bench.jobs.rows) == (found, {})
        await desk.bench.sanctions.lift(mute.id, MOD)
        await desk.press("batch-draw", found)
        assert await spent(desk) == (2, 0)

    async def test_what_was_used_up_meanwhile_can_be_confirmed_tomorrow(self, desk: BatchDesk) -> None:
        """Nothing of it is begun."""
        found = await desk.offered()
        for number in range(5):
            await desk.bench.imagine(key=f"call-{number}", count=4)
        [answer] = await desk.press("batch-draw", found)
        assert answer.kind == "quota_exceeded"
        assert desk.batches.rows[found.id] == found

    async def test_what_is_used_up_on_the_way_is_told(self, desk: BatchDesk) -> None:
        """The rest is drawn."""
        found = await desk.offered("/batch a {red, blue, green} fox")
        for number in range(6):
            await desk.bench.imagine(key=f"call-{number}", count=3)
        await desk.press("batch-draw", found)
        await desk.bench.work()
        await desk.messages.show(found.id)
        assert desk.shown(found).text.startswith(
            "2 of 3 pictures: a red fox, and 2 more · 1 not begun: You have no pictures left"
        )

    async def test_an_offer_that_is_not_wanted_comes_to_nothing(self, desk: BatchDesk) -> None:
        """By its other button."""
        found = await desk.offered()
        [answer] = await desk.press("batch-cancel", found)
        assert answer.text == "Nothing is drawn, and nothing was counted."
        [answer] = await desk.press("batch-draw", found)
        assert "decided already" in answer.text

    async def test_an_offer_shows_what_was_decided_in_the_place_of_its_buttons(self, desk: BatchDesk) -> None:
        """And nothing is said twice."""
        taken, other = await desk.offered(), await desk.offered()
        for button, found in (("batch-draw", taken), ("batch-cancel", other), ("batch-draw", other)):
            whispers = await desk.press(button, found, has_note=True)
            assert len(whispers) == (button == "batch-draw" and found is other)
        settled = [post for call in desk.calls for post in call.settled]
        assert [post.text for post in settled] == [
            "2 pictures: a red fox, and 1 more. You confirmed that, so it is drawn.",
            "Nothing is drawn, and nothing was counted.",
        ]
        assert [post.buttons for post in settled] == [(), ()]


class TestOffering:
    """What is refused before anything is offered."""

    async def test_more_than_is_left_is_refused_with_the_number(self, desk: BatchDesk) -> None:
        """Of the day, or for ever."""
        await desk.bench.imagine(count=4)
        [answer] = await desk.type("/batch {a,b}{a,b}{a,b}{a,b} {fox}\na cat")
        assert "That needs 17 pictures and you have 16 left today" in answer.text
        [answer] = await desk.type("/batch {a,b}{a,b}{a,b}{a,b}{a,b} fox")
        assert "That needs 32 pictures; your limit is 20 a day" in answer.text
        assert desk.batches.rows == {}

    async def test_a_prompt_that_is_not_drawn_here_is_named(self, desk: BatchDesk) -> None:
        """By its number, and none is offered."""
        desk.bench.blocklist.will(Verdict(GuardDecision.ALLOW), NO)
        [answer] = await desk.type("/batch a {good, wicked} fox")
        assert answer.text.startswith("Prompt 2 cannot be drawn, so none was: That is not drawn here.")
        [answer] = await desk.type("/batch a fox\n\u200b\u200b!")
        assert desk.batches.rows != {}
        [answer] = await desk.type("/batch a {fox\u200b, \u200b}\n\u200b")
        assert "Prompt 3: There is nothing to draw" in answer.text


class TestTelling:
    """The one message."""

    async def test_it_counts_what_is_done_and_shows_all_in_the_end(self, desk: BatchDesk) -> None:
        """On one sheet, with who drew, and a file of all."""
        found = await desk.offered()
        await desk.press("batch-draw", found)
        first, _ = await desk.batches.jobs(found.id)
        await desk.bench.worker.work(first.id)
        await desk.messages.show(found.id)
        assert (desk.shown(found).text, desk.shown(found).progress) == ("Drawing 2 pictures: a red fox, and 1 more · 1/2", 0.5)
        await desk.bench.work()
        await desk.messages.show(found.id)
        post = desk.shown(found)
        assert (post.text, post.tone, len(post.pictures)) == ("2 pictures: a red fox, and 1 more", Tone.DONE, 2)
        assert post.sheet is not None
        assert Image.open(BytesIO(post.sheet.content)).format == "JPEG"
        assert "drawn by painter" in post.footer
        assert [button.label for button in post.buttons] == ["All as one file", "Delete all"]
        assert [one.label for one in post.more] == ["Show 1: a red fox", "Show 2: a blue fox"]
        assert len(desk.bench.surface.posted) == 1
        assert await spent(desk) == (0, 2)
        assert [post.text for post in desk.bench.surface.said if "fox" in post.text and "pictures" not in post.text] == []

    async def test_one_that_fails_is_given_back_and_can_be_drawn_alone(self, desk: BatchDesk) -> None:
        """The message says which, and why."""
        desk.bench.painter.will(REFUSED)
        found = await desk.drawn()
        post = desk.shown(found)
        assert post.text == "1 of 2 pictures: a red fox, and 1 more · 1 could not be drawn"
        assert post.details[0].title == "Not drawn, and not counted"
        assert post.details[0].text.startswith("1. a red fox – ")
        assert await spent(desk) == (0, 1)
        failed, _ = await desk.batches.jobs(found.id)
        assert [button.action for button in post.buttons][:2] == [f"again:{failed.id}", f"batch-zip:{found.id}"]
        assert f"show:{failed.id}" not in [one.action for one in post.more]
        await desk.press("again", replace(found, id=BatchId(failed.id)))
        await desk.bench.work()
        alone = list(desk.bench.jobs.rows.values())[-1].job
        assert (alone.batch, alone.state, alone.wish.prompt) == (None, JobState.DONE, "a red fox")
        assert desk.bench.message(alone).text == "a red fox"

    async def test_where_none_came_nothing_is_shown(self, desk: BatchDesk) -> None:
        """And nothing counted; who wished for words that are not kept any more is not told them."""
        desk.bench.painter.will(*[REFUSED] * 2)
        found = await desk.drawn()
        assert (desk.shown(found).tone, desk.shown(found).pictures, await spent(desk)) == (Tone.FAILED, (), (0, 0))
        for job in await desk.batches.jobs(found.id):  # so that the words in it go with a person who is forgotten
            assert await desk.bench.sent_messages.of_job(job.id) == (desk.batches.rows[found.id].message,)

    async def test_what_is_in_progress_says_what_failed(self, desk: BatchDesk) -> None:
        """Before the rest is there."""
        desk.bench.painter.will(REFUSED)
        found = await desk.offered()
        await desk.press("batch-draw", found)
        first, _ = await desk.batches.jobs(found.id)
        await desk.bench.worker.work(first.id)
        await desk.messages.show(found.id)
        assert desk.shown(found).text.endswith("1/2 · 1 could not be drawn")

    async def test_a_message_that_is_gone_is_said_again(self, desk: BatchDesk) -> None:
        """At its place, with whose it is; or to its author alone."""
        found = await desk.drawn()
        gone = MessageGone(LOOM, "deleted")
        desk.bench.surface.failures.fail_next("update", gone)
        await desk.messages.show(found.id)
        assert desk.shown(found).footer[0] == "asked by Ann"
        await desk.messages.show(found.id)
        assert len(desk.bench.surface.posted) == 2
        desk.bench.surface.failures.fail_next("update", gone)
        desk.bench.surface.failures.fail_next("post", gone)
        await desk.messages.show(found.id)
        assert desk.bench.surface.posted[-1][0] == Place(LOOM, "", "ann alone")

    async def test_a_job_that_waits_says_nothing_by_itself(self, desk: BatchDesk) -> None:
        """Such as for a service that has no room."""
        found = await desk.offered()
        await desk.press("batch-draw", found)
        [job, _] = await desk.batches.jobs(found.id)
        await desk.bench.delivery.show_waiting(job, posts.waiting_for_worker(job, 1))
        assert desk.bench.surface.updated == []

    async def test_a_platform_that_another_process_serves_is_left_to_it(self, desk: BatchDesk) -> None:
        """It is shown there."""
        found = await desk.drawn()
        with pytest.raises(MessageGone):
            await desk.bench.batch_messages_on({}).show(found.id)

    async def test_what_changes_is_shown_in_the_background(self, desk: BatchDesk) -> None:
        """Over failures too; what is not there is nothing."""
        found = await desk.drawn()
        running = asyncio.create_task(desk.messages.run())
        desk.bench.surface.failures.fail_next("update", DOWN)
        desk.messages.show_soon(BatchId("none"))
        desk.messages.show_soon(found.id)
        await until(lambda: not desk.messages._changed)
        desk.batches.failures.fail_next("get", RuntimeError("broke"))
        await desk.messages.show_safely(found.id)
        running.cancel()
        assert desk.messages.platforms == {LOOM}

    async def test_large_pictures_are_on_the_sheet_as_their_small_copies(self) -> None:
        """Which are made once."""
        desk = BatchDesk(Bench(painter=ScriptedProvider(edge=1024)))
        found = await desk.drawn()
        sheet = desk.shown(found).sheet
        assert sheet is not None
        with Image.open(BytesIO(sheet.content)) as opened:
            assert opened.size == (824, 416)
        assert any(key.endswith(".512.webp") for key in desk.bench.objects.objects)

    async def test_pictures_that_cannot_be_read_are_not_on_the_sheet(self, desk: BatchDesk) -> None:
        """Without any there is none."""
        found = await desk.drawn()
        desk.bench.objects.failures.fail_always("get", ObjectMissing("store", "away"))
        await desk.messages.show(found.id)
        assert desk.shown(found).sheet is None


class TestRemoving:
    """What moderators and authors take away."""

    async def test_a_removed_picture_goes_from_the_message_and_the_sheet(self, desk: BatchDesk) -> None:
        """The others are shown without one, as the sheet had it on it."""
        found = await desk.drawn()
        first, _ = await desk.batches.jobs(found.id)
        [picture] = await desk.bench.pictures.of_job(first.id)
        await desk.bench.decisions.hide(picture.id, RemovalReason.REPORTS, "mo", None)
        [message] = await desk.bench.sent_messages.of_job(first.id)
        assert await desk.bench.copies.retract_batch(first, message)
        post = desk.shown(found)
        assert (len(post.pictures), post.sheet) == (1, None)
        assert "1 picture of it cannot be seen any more" in post.footer
        [(_, gone)] = desk.bench.surface.retracted
        assert gone == {picture.id, sheet_id(found.id)}

    async def test_the_steps_of_a_removal_leave_the_others_to_be_seen(self, desk: BatchDesk) -> None:
        """Where its author wants to be forgotten, the message goes with the last of them."""
        found = await desk.drawn()
        jobs = await desk.batches.jobs(found.id)
        message = desk.batches.rows[found.id].message
        assert message is not None
        for job, is_there in zip(jobs, (True, False), strict=True):
            [picture] = await desk.bench.pictures.of_job(job.id)
            await desk.bench.decisions.remove(picture.id, RemovalReason.FORGOTTEN, "ann")
            await desk.bench.removal_steps.sweep()
            assert (message.id in desk.bench.surface.shown) is is_there

    async def test_another_message_with_its_picture_is_changed_by_itself(self, desk: BatchDesk) -> None:
        """Such as one in a direct conversation."""
        found = await desk.drawn()
        first, _ = await desk.batches.jobs(found.id)
        other = await desk.bench.surface.post(SQUARE, desk.shown(found), key="mail")
        assert not await desk.bench.copies.retract_batch(first, other)
        assert not await desk.bench.copies.retract_batch(replace(first, batch=None), other)
        with pytest.raises(SurfaceFailed):
            await desk.bench.batch_messages_on({}).retract(found.id, desk.batches.rows[found.id].message or other)


class TestDeleting:
    """All of it, by whoever asked for it."""

    async def test_all_are_deleted_and_brought_back(self, desk: BatchDesk) -> None:
        """For some minutes; the sheet goes with them."""
        found = await desk.drawn()
        [answer] = await desk.press("batch-delete", found)
        assert answer.text.startswith("All pictures of it are deleted. They can be brought back for")
        assert (desk.shown(found).pictures, desk.shown(found).sheet) == ((), None)
        assert desk.bench.surface.retracted != []
        await desk.press("batch-undelete", found)
        await desk.messages.show(found.id)
        assert len(desk.shown(found).pictures) == 2
        [answer] = await desk.press("batch-undelete", found)
        assert "too late" in answer.text

    async def test_nobody_deletes_what_is_anothers(self, desk: BatchDesk) -> None:
        """Moderators of the place may; what a platform does not take now is shown later."""
        found = await desk.drawn()
        [answer] = await desk.press("batch-delete", found, person("bob"))
        assert "Only the person" in answer.text
        desk.bench.surface.failures.fail_always("retract", MessageGone(LOOM, "deleted"))
        await desk.press("batch-delete", found, person("mo", is_moderator=True))
        await desk.messages.show(found.id)
        assert desk.shown(found).pictures == ()

    async def test_an_offer_has_nothing_to_delete(self, desk: BatchDesk) -> None:
        """Nor a message."""
        found = await desk.offered()
        await desk.press("batch-delete", found)
        assert desk.bench.surface.retracted == []


class TestCancelling:
    """Who wants no more."""

    async def test_what_is_not_drawn_comes_back(self, desk: BatchDesk) -> None:
        """What was drawn is shown and counts."""
        found = await desk.offered(FOUR)
        await desk.press("batch-draw", found)
        first, *_ = await desk.batches.jobs(found.id)
        await desk.bench.worker.work(first.id)
        assert await desk.press("batch-cancel", found) == []
        await desk.messages.show(found.id)
        assert desk.shown(found).text == "1 of 4 pictures: a red fox, and 3 more · 3 cancelled"
        assert await spent(desk) == (0, 1)
        [answer] = await desk.press("batch-cancel", found)
        assert "nothing to cancel" in answer.text

    async def test_moderators_of_the_place_may_too(self, desk: BatchDesk) -> None:
        """And nobody else."""
        found = await desk.offered()
        await desk.press("batch-draw", found)
        [answer] = await desk.press("batch-cancel", found, person("bob"))
        assert "Only the person" in answer.text
        await desk.press("batch-cancel", found, person("mo", is_moderator=True))
        assert await spent(desk) == (0, 0)

    async def test_what_is_being_cancelled_says_so(self, desk: BatchDesk) -> None:
        """A crash in between leaves it to the sweep."""
        found = await desk.offered()
        await desk.press("batch-draw", found)
        await desk.batches.cancel(found.id)
        await desk.messages.show(found.id)
        assert desk.shown(found).text.endswith("the rest is being cancelled")
        desk.bench.clock.move(LEASE + SECOND)
        await desk.studio.carry_on()
        assert desk.shown(found).text == "0 of 2 pictures: a red fox, and 1 more · 2 cancelled"
        assert await spent(desk) == (0, 0)


class TestCrashes:
    """A process that dies at any point."""

    @pytest.mark.parametrize("made", [0, 1, 3])
    async def test_jobs_that_are_missing_are_made_once(self, desk: BatchDesk, made: int) -> None:
        """However many there were: all of it is drawn, counted once, and told."""
        found = await desk.offered(FOUR)
        await self._die_after(desk, found, made)
        assert len(desk.bench.jobs.rows) == made
        await desk.studio.carry_on()
        assert len(desk.bench.jobs.rows) == made  # whoever took it may be at it still
        desk.bench.clock.move(PROMISE_LIFETIME + SECOND)
        await desk.new_studio().carry_on()
        assert await spent(desk) == (4, 0)
        await desk.bench.work()
        await desk.new_studio().carry_on()
        assert desk.shown(found).text == "4 pictures: a red fox, and 3 more"
        assert (await spent(desk), len(desk.bench.surface.posted)) == ((0, 4), 1)
        assert desk.batches.rows[found.id].notified_at is not None

    async def test_what_was_cancelled_as_it_died_is_not_begun(self, desk: BatchDesk) -> None:
        """What was begun comes back."""
        found = await desk.offered(FOUR)
        await self._die_after(desk, found, 2)
        await desk.batches.cancel(found.id)
        desk.bench.clock.move(PROMISE_LIFETIME + SECOND)
        await desk.new_studio().carry_on()
        assert await spent(desk) == (0, 0)
        assert "2 cancelled" in desk.shown(found).text

    async def test_an_answer_that_fails_is_said_by_the_sweep(self, desk: BatchDesk) -> None:
        """Also where the engine took nothing."""
        found = await desk.offered()
        desk.bench.surface.failures.fail_next("post", SurfaceFailed(LOOM, "busy"))
        desk.bench.engine.failures.fail_next("publish", DOWN, times=2)
        await desk.press("batch-draw", found)
        desk.bench.clock.move(PROMISE_LIFETIME + SECOND)
        await desk.studio.carry_on()
        assert desk.shown(found).text.endswith("0/2")
        assert desk.shown(found).footer == ("asked by Ann",)

    async def test_a_promised_message_is_left_to_whoever_promised_it(self, desk: BatchDesk) -> None:
        """For half a minute."""
        found = await desk.offered()
        await self._die_after(desk, found, 2)
        await desk.messages.show(found.id)
        assert desk.bench.surface.posted == []

    async def test_only_the_leader_sweeps_and_trouble_does_not_end_it(self, desk: BatchDesk) -> None:
        """It goes on the next time."""
        found = await desk.offered()
        await self._die_after(desk, found, 1)
        desk.bench.clock.move(PROMISE_LIFETIME + SECOND)
        for error in (DOWN, RuntimeError("broke")):
            desk.batches.failures.fail_next("settle", error)
        sweeping = asyncio.create_task(desk.studio.sweep(desk.bench.leader, every=SECOND / 1000))
        await until(lambda: desk.batches.rows[found.id].state is BatchState.ACCEPTED)
        sweeping.cancel()
        desk.bench.leader.leads = False
        idle = asyncio.create_task(desk.studio.sweep(desk.bench.leader, every=SECOND / 1000))
        await asyncio.sleep(0)
        idle.cancel()

    async def _die_after(self, desk: BatchDesk, found: Batch, made: int) -> None:
        """Have the confirmation written down, and so many jobs made."""
        await desk.batches.confirm(found.id, desk.bench.call("press").promise(), desk.bench.clock.now())
        limits = await desk.bench.quotas.effective_limits(found.author, found.place)
        short = replace(found, prompts=found.prompts[:made])
        if made:
            desk.batches.failures.fail_next("settle", DOWN)
            with pytest.raises(StorageFailed):
                await desk.studio._make_jobs(short, limits)
