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
from bot.pipeline import waiting_posts
from bot.pipeline.delivery import PROMISE_LIFETIME
from bot.ports.prompts import GuardDecision, Verdict
from bot.services.contact_sheets import sheet_id
from tests.fakes.batch_setup import BatchSetup
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
def setup(bench: Bench) -> BatchSetup:
    """Return what takes in batches."""
    return BatchSetup(bench)


async def spent(setup: BatchSetup) -> tuple[int, int]:
    """Say how many pictures of ann's are held and spent."""
    status = await setup.bench.quota_status()
    return status.held, status.spent


class TestConfirming:
    """What becomes of an offer."""

    async def test_nothing_is_counted_before_it_is_confirmed(self, setup: BatchSetup) -> None:
        """Then all of it is set aside, each as a job of its own, told in one message."""
        found = await setup.offered(FOUR)
        assert (await spent(setup), setup.bench.jobs.rows) == ((0, 0), {})
        assert await setup.press("batch-draw", found) == []
        assert await spent(setup) == (4, 0)
        jobs = await setup.batches.jobs(found.id)
        assert [job.wish.prompt for job in jobs] == ["a red fox", "a red owl", "a blue fox", "a blue owl"]
        [(_, first, _)] = setup.bench.surface.posted
        assert (first.text, first.tone) == ("Drawing 4 pictures: a red fox, and 3 more · 0/4", Tone.WAITING)
        assert [button.action for button in first.buttons] == [f"batch-cancel:{found.id}"]

    async def test_where_nobody_draws_that_is_said(self, setup: BatchSetup) -> None:
        """All of it is kept; the sweep leaves the sentence as long as it is true, and somebody who comes draws."""
        setup.bench.engine.known_worker = False
        found = await setup.offered()
        await setup.press("batch-draw", found)
        setup.bench.clock.move(timedelta(minutes=1))
        await setup.studio.carry_on()
        said = setup.shown(found).text
        assert said.startswith("Waiting, 2 pictures: a red fox, and 1 more · no worker is running right now; it is kept")
        assert await spent(setup) == (2, 0)
        setup.bench.engine.known_worker = True
        await setup.studio.carry_on()
        assert setup.shown(found).text.startswith("Drawing 2 pictures")
        await setup.bench.work()
        await setup.messages.show(found.id)
        assert setup.shown(found).text.startswith("2 pictures")

    async def test_two_presses_are_one(self, setup: BatchSetup) -> None:
        """The second one is told what becomes of it."""
        found = await setup.offered()
        await setup.press("batch-draw", found)
        [answer] = await setup.press("batch-draw", found)
        assert answer.text.startswith("All of that is being drawn already")
        assert await spent(setup) == (2, 0)
        await setup.bench.work()
        await setup.messages.show(found.id)
        [answer] = await setup.press("batch-draw", found)
        assert answer.text.startswith("All of that was drawn already")

    async def test_of_two_presses_at_once_one_is_told_so(self, setup: BatchSetup) -> None:
        """Both find the offer."""
        found = await setup.offered()
        async with setup.bench.admission.lock(found.account):
            presses = [asyncio.create_task(setup.press("batch-draw", found)) for _ in range(2)]
            for _ in range(10):
                await asyncio.sleep(0)
        answers = await asyncio.gather(*presses)
        [[answer]] = [one for one in answers if one]
        assert answer.text.startswith("All of that is being drawn already")
        assert await spent(setup) == (2, 0)

    async def test_nobody_confirms_what_is_anothers(self, setup: BatchSetup) -> None:
        """Nor what is not there, or too old."""
        found = await setup.offered()
        [answer] = await setup.press("batch-draw", found, person("bob", is_moderator=True))
        assert "Only the person" in answer.text
        [answer] = await setup.press("batch-draw", replace(found, id=BatchId("none")))
        assert "That offer is gone" in answer.text
        setup.bench.clock.move(OFFER_LASTS + SECOND)
        [answer] = await setup.press("batch-draw", found)
        assert "That offer is gone" in answer.text
        setup.bench.clock.move(OFFER_LASTS)
        await setup.studio.carry_on()
        assert setup.batches.rows == {}

    async def test_what_is_not_allowed_any_more_is_not_begun(self, setup: BatchSetup) -> None:
        """Whoever was muted meanwhile draws none of it, nor is a word drawn that is on a list now; later it can be confirmed."""
        found = await setup.offered()
        setup.bench.blocklist.will(NO)
        [answer] = await setup.press("batch-draw", found)
        assert answer.text.startswith("Prompt 1 cannot be drawn, so none was: That is not drawn here.")
        until_then = setup.bench.clock.now() + timedelta(minutes=5)
        mute = await setup.bench.sanctions.mute(found.account, HOUSE, by=MOD, until=until_then)
        [answer] = await setup.press("batch-draw", found)
        assert answer.kind == "sanctioned"
        assert (setup.batches.rows[found.id], setup.bench.jobs.rows) == (found, {})
        await setup.bench.sanctions.lift(mute.id, MOD)
        await setup.press("batch-draw", found)
        assert await spent(setup) == (2, 0)

    async def test_what_was_used_up_meanwhile_can_be_confirmed_tomorrow(self, setup: BatchSetup) -> None:
        """Nothing of it is begun."""
        found = await setup.offered()
        for number in range(5):
            await setup.bench.imagine(key=f"call-{number}", count=4)
        [answer] = await setup.press("batch-draw", found)
        assert answer.kind == "quota_exceeded"
        assert setup.batches.rows[found.id] == found

    async def test_what_is_used_up_on_the_way_is_told(self, setup: BatchSetup) -> None:
        """The rest is drawn."""
        found = await setup.offered("/batch a {red, blue, green} fox")
        for number in range(6):
            await setup.bench.imagine(key=f"call-{number}", count=3)
        await setup.press("batch-draw", found)
        await setup.bench.work()
        await setup.messages.show(found.id)
        assert setup.shown(found).text.startswith(
            "2 of 3 pictures: a red fox, and 2 more · 1 not begun: You have no pictures left"
        )

    async def test_an_offer_that_is_not_wanted_comes_to_nothing(self, setup: BatchSetup) -> None:
        """By its other button."""
        found = await setup.offered()
        [answer] = await setup.press("batch-cancel", found)
        assert answer.text == "Nothing is drawn, and nothing was counted."
        [answer] = await setup.press("batch-draw", found)
        assert answer.text.startswith("That is cancelled")

    async def test_an_offer_shows_what_was_decided_in_the_place_of_its_buttons(self, setup: BatchSetup) -> None:
        """And nothing is said twice."""
        taken, other = await setup.offered(), await setup.offered()
        for button, found in (("batch-draw", taken), ("batch-cancel", other), ("batch-draw", other)):
            whispers = await setup.press(button, found, has_note=True)
            assert len(whispers) == (button == "batch-draw" and found is other)
        settled = [post for call in setup.calls for post in call.settled]
        assert [post.text for post in settled] == [
            "2 pictures: a red fox, and 1 more. You confirmed that, so it is drawn.",
            "Nothing is drawn, and nothing was counted.",
        ]
        assert [post.buttons for post in settled] == [(), ()]


class TestOffering:
    """What is refused before anything is offered."""

    async def test_more_than_is_left_is_refused_with_the_number(self, setup: BatchSetup) -> None:
        """Of the day, or for ever."""
        await setup.bench.imagine(count=4)
        [answer] = await setup.type("/batch {a,b}{a,b}{a,b}{a,b} {fox}\na cat")
        assert "That needs 17 pictures and you have 16 left today" in answer.text
        [answer] = await setup.type("/batch {a,b}{a,b}{a,b}{a,b}{a,b} fox")
        assert "That needs 32 pictures; your limit is 20 a day" in answer.text
        assert setup.batches.rows == {}

    async def test_a_prompt_that_is_not_drawn_here_is_named(self, setup: BatchSetup) -> None:
        """By its number, and none is offered."""
        setup.bench.blocklist.will(Verdict(GuardDecision.ALLOW), NO)
        [answer] = await setup.type("/batch a {good, wicked} fox")
        assert answer.text.startswith("Prompt 2 cannot be drawn, so none was: That is not drawn here.")
        [answer] = await setup.type("/batch a fox\n\u200b\u200b!")
        assert setup.batches.rows != {}
        [answer] = await setup.type("/batch a {fox\u200b, \u200b}\n\u200b")
        assert "Prompt 3: There is nothing to draw" in answer.text


class TestTelling:
    """The one message."""

    async def test_it_counts_what_is_done_and_shows_all_in_the_end(self, setup: BatchSetup) -> None:
        """On one sheet, with who drew, and a file of all."""
        found = await setup.offered()
        await setup.press("batch-draw", found)
        first, _ = await setup.batches.jobs(found.id)
        await setup.bench.worker.work(first.id)
        await setup.messages.show(found.id)
        assert (setup.shown(found).text, setup.shown(found).progress) == ("Drawing 2 pictures: a red fox, and 1 more · 1/2", 0.5)
        await setup.bench.work()
        await setup.messages.show(found.id)
        post = setup.shown(found)
        assert (post.text, post.tone, len(post.pictures)) == ("2 pictures: a red fox, and 1 more", Tone.DONE, 2)
        assert post.sheet is not None
        assert Image.open(BytesIO(post.sheet.content)).format == "JPEG"
        assert "drawn by painter" in post.footer
        assert [button.label for button in post.buttons] == ["All as one file", "Delete all"]
        assert [one.label for one in post.more] == ["Show 1: a red fox", "Show 2: a blue fox"]
        assert len(setup.bench.surface.posted) == 1
        assert await spent(setup) == (0, 2)
        assert [post.text for post in setup.bench.surface.said if "fox" in post.text and "pictures" not in post.text] == []

    async def test_one_that_fails_is_given_back_and_can_be_drawn_alone(self, setup: BatchSetup) -> None:
        """The message says which, and why."""
        setup.bench.painter.will(REFUSED)
        found = await setup.drawn()
        post = setup.shown(found)
        assert post.text == "1 of 2 pictures: a red fox, and 1 more · 1 could not be drawn"
        assert post.details[0].title == "Not drawn, and not counted"
        assert post.details[0].text.startswith("1. a red fox – ")
        assert await spent(setup) == (0, 1)
        failed, _ = await setup.batches.jobs(found.id)
        assert [button.action for button in post.buttons][:2] == [f"again:{failed.id}", f"batch-zip:{found.id}"]
        assert f"show:{failed.id}" not in [one.action for one in post.more]
        await setup.press("again", replace(found, id=BatchId(failed.id)))
        await setup.bench.work()
        alone = list(setup.bench.jobs.rows.values())[-1].job
        assert (alone.batch, alone.state, alone.wish.prompt) == (None, JobState.DONE, "a red fox")
        assert setup.bench.message(alone).text == "a red fox"

    async def test_where_none_came_nothing_is_shown(self, setup: BatchSetup) -> None:
        """And nothing counted; who wished for words that are not kept any more is not told them."""
        setup.bench.painter.will(*[REFUSED] * 2)
        found = await setup.drawn()
        assert (setup.shown(found).tone, setup.shown(found).pictures, await spent(setup)) == (Tone.FAILED, (), (0, 0))
        for job in await setup.batches.jobs(found.id):  # so that the words in it go with a person who is forgotten
            assert await setup.bench.sent_messages.of_job(job.id) == (setup.batches.rows[found.id].message,)

    async def test_what_is_in_progress_says_what_failed(self, setup: BatchSetup) -> None:
        """Before the rest is there."""
        setup.bench.painter.will(REFUSED)
        found = await setup.offered()
        await setup.press("batch-draw", found)
        first, _ = await setup.batches.jobs(found.id)
        await setup.bench.worker.work(first.id)
        await setup.messages.show(found.id)
        assert setup.shown(found).text.endswith("1/2 · 1 could not be drawn")

    async def test_a_message_that_is_gone_is_said_again(self, setup: BatchSetup) -> None:
        """At its place, with whose it is; or to its author alone."""
        found = await setup.drawn()
        gone = MessageGone(LOOM, "deleted")
        setup.bench.surface.failures.fail_next("update", gone)
        await setup.messages.show(found.id)
        assert setup.shown(found).footer[0] == "asked by Ann"
        await setup.messages.show(found.id)
        assert len(setup.bench.surface.posted) == 2
        setup.bench.surface.failures.fail_next("update", gone)
        setup.bench.surface.failures.fail_next("post", gone)
        await setup.messages.show(found.id)
        assert setup.bench.surface.posted[-1][0] == Place(LOOM, "", "ann alone")

    async def test_a_job_that_waits_says_nothing_by_itself(self, setup: BatchSetup) -> None:
        """Such as for a service that has no room."""
        found = await setup.offered()
        await setup.press("batch-draw", found)
        [job, _] = await setup.batches.jobs(found.id)
        await setup.bench.delivery.show_waiting(job, waiting_posts.waiting_for_worker(job, 1))
        assert setup.bench.surface.updated == []

    async def test_a_platform_that_another_process_serves_is_left_to_it(self, setup: BatchSetup) -> None:
        """It is shown there."""
        found = await setup.drawn()
        with pytest.raises(MessageGone):
            await setup.bench.batch_messages_on({}).show(found.id)

    async def test_what_changes_is_shown_in_the_background(self, setup: BatchSetup) -> None:
        """Over failures too; what is not there is nothing."""
        found = await setup.drawn()
        running = asyncio.create_task(setup.messages.run())
        setup.bench.surface.failures.fail_next("update", DOWN)
        setup.messages.show_soon(BatchId("none"))
        setup.messages.show_soon(found.id)
        await until(lambda: not setup.messages._changed)
        setup.batches.failures.fail_next("get", RuntimeError("broke"))
        await setup.messages.show_safely(found.id)
        running.cancel()
        assert setup.messages.platforms == {LOOM}

    async def test_large_pictures_are_on_the_sheet_as_their_small_copies(self) -> None:
        """Which are made once."""
        setup = BatchSetup(Bench(painter=ScriptedProvider(edge=1024)))
        found = await setup.drawn()
        sheet = setup.shown(found).sheet
        assert sheet is not None
        with Image.open(BytesIO(sheet.content)) as opened:
            assert opened.size == (824, 416)
        assert any(key.endswith(".512.webp") for key in setup.bench.objects.objects)

    async def test_pictures_that_cannot_be_read_are_not_on_the_sheet(self, setup: BatchSetup) -> None:
        """Without any there is none."""
        found = await setup.drawn()
        setup.bench.objects.failures.fail_always("get", ObjectMissing("store", "away"))
        await setup.messages.show(found.id)
        assert setup.shown(found).sheet is None


class TestRemoving:
    """What moderators and authors take away."""

    async def test_a_removed_picture_goes_from_the_message_and_the_sheet(self, setup: BatchSetup) -> None:
        """The others are shown without one, as the sheet had it on it."""
        found = await setup.drawn()
        first, _ = await setup.batches.jobs(found.id)
        [picture] = await setup.bench.pictures.of_job(first.id)
        await setup.bench.decisions.hide(picture.id, RemovalReason.REPORTS, "mo", None)
        [message] = await setup.bench.sent_messages.of_job(first.id)
        assert await setup.bench.copies.retract_batch(first, message)
        post = setup.shown(found)
        assert (len(post.pictures), post.sheet) == (1, None)
        assert "1 picture of it cannot be seen any more" in post.footer
        [(_, gone)] = setup.bench.surface.retracted
        assert gone == {picture.id, sheet_id(found.id)}

    async def test_the_steps_of_a_removal_leave_the_others_to_be_seen(self, setup: BatchSetup) -> None:
        """Where its author wants to be forgotten, the message goes with the last of them."""
        found = await setup.drawn()
        jobs = await setup.batches.jobs(found.id)
        message = setup.batches.rows[found.id].message
        assert message is not None
        for job, is_there in zip(jobs, (True, False), strict=True):
            [picture] = await setup.bench.pictures.of_job(job.id)
            await setup.bench.decisions.remove(picture.id, RemovalReason.FORGOTTEN, "ann")
            await setup.bench.removal_steps.sweep()
            assert (message.id in setup.bench.surface.shown) is is_there

    async def test_another_message_with_its_picture_is_changed_by_itself(self, setup: BatchSetup) -> None:
        """Such as one in a direct conversation."""
        found = await setup.drawn()
        first, _ = await setup.batches.jobs(found.id)
        other = await setup.bench.surface.post(SQUARE, setup.shown(found), key="mail")
        assert not await setup.bench.copies.retract_batch(first, other)
        assert not await setup.bench.copies.retract_batch(replace(first, batch=None), other)
        with pytest.raises(SurfaceFailed):
            await setup.bench.batch_messages_on({}).retract(found.id, setup.batches.rows[found.id].message or other)


class TestDeleting:
    """All of it, by whoever asked for it."""

    async def test_all_are_deleted_and_brought_back(self, setup: BatchSetup) -> None:
        """For some minutes; the sheet goes with them."""
        found = await setup.drawn()
        [answer] = await setup.press("batch-delete", found)
        assert answer.text.startswith("All pictures of it are deleted. They can be brought back for")
        assert (setup.shown(found).pictures, setup.shown(found).sheet) == ((), None)
        assert setup.bench.surface.retracted != []
        await setup.press("batch-undelete", found)
        await setup.messages.show(found.id)
        assert len(setup.shown(found).pictures) == 2
        [answer] = await setup.press("batch-undelete", found)
        assert "too late" in answer.text

    async def test_nobody_deletes_what_is_anothers(self, setup: BatchSetup) -> None:
        """Moderators of the place may; what a platform does not take now is shown later."""
        found = await setup.drawn()
        [answer] = await setup.press("batch-delete", found, person("bob"))
        assert "Only the person" in answer.text
        setup.bench.surface.failures.fail_always("retract", MessageGone(LOOM, "deleted"))
        await setup.press("batch-delete", found, person("mo", is_moderator=True))
        await setup.messages.show(found.id)
        assert setup.shown(found).pictures == ()

    async def test_an_offer_has_nothing_to_delete(self, setup: BatchSetup) -> None:
        """Nor a message."""
        found = await setup.offered()
        await setup.press("batch-delete", found)
        assert setup.bench.surface.retracted == []


class TestCancelling:
    """Who wants no more."""

    async def test_what_is_not_drawn_comes_back(self, setup: BatchSetup) -> None:
        """What was drawn is shown and counts."""
        found = await setup.offered(FOUR)
        await setup.press("batch-draw", found)
        first, *_ = await setup.batches.jobs(found.id)
        await setup.bench.worker.work(first.id)
        assert await setup.press("batch-cancel", found) == []
        await setup.messages.show(found.id)
        assert setup.shown(found).text == "1 of 4 pictures: a red fox, and 3 more · 3 cancelled"
        assert await spent(setup) == (0, 1)
        [answer] = await setup.press("batch-cancel", found)
        assert "nothing to cancel" in answer.text

    async def test_moderators_of_the_place_may_too(self, setup: BatchSetup) -> None:
        """And nobody else."""
        found = await setup.offered()
        await setup.press("batch-draw", found)
        [answer] = await setup.press("batch-cancel", found, person("bob"))
        assert "Only the person" in answer.text
        await setup.press("batch-cancel", found, person("mo", is_moderator=True))
        assert await spent(setup) == (0, 0)

    async def test_what_is_being_cancelled_says_so(self, setup: BatchSetup) -> None:
        """A crash in between leaves it to the sweep."""
        found = await setup.offered()
        await setup.press("batch-draw", found)
        await setup.batches.cancel(found.id)
        await setup.messages.show(found.id)
        assert setup.shown(found).text.endswith("the rest is being cancelled")
        setup.bench.clock.move(LEASE + SECOND)
        await setup.studio.carry_on()
        assert setup.shown(found).text == "0 of 2 pictures: a red fox, and 1 more · 2 cancelled"
        assert await spent(setup) == (0, 0)


class TestCrashes:
    """A process that dies at any point."""

    @pytest.mark.parametrize("made", [0, 1, 3])
    async def test_jobs_that_are_missing_are_made_once(self, setup: BatchSetup, made: int) -> None:
        """However many there were: all of it is drawn, counted once, and told."""
        found = await setup.offered(FOUR)
        await self._die_after(setup, found, made)
        assert len(setup.bench.jobs.rows) == made
        await setup.studio.carry_on()
        assert len(setup.bench.jobs.rows) == made  # whoever took it may be at it still
        setup.bench.clock.move(PROMISE_LIFETIME + SECOND)
        await setup.new_studio().carry_on()
        assert await spent(setup) == (4, 0)
        await setup.bench.work()
        await setup.new_studio().carry_on()
        assert setup.shown(found).text == "4 pictures: a red fox, and 3 more"
        assert (await spent(setup), len(setup.bench.surface.posted)) == ((0, 4), 1)
        assert setup.batches.rows[found.id].notified_at is not None

    async def test_what_was_cancelled_as_it_died_is_not_begun(self, setup: BatchSetup) -> None:
        """What was begun comes back."""
        found = await setup.offered(FOUR)
        await self._die_after(setup, found, 2)
        await setup.batches.cancel(found.id)
        setup.bench.clock.move(PROMISE_LIFETIME + SECOND)
        await setup.new_studio().carry_on()
        assert await spent(setup) == (0, 0)
        assert "2 cancelled" in setup.shown(found).text

    async def test_an_answer_that_fails_is_said_by_the_sweep(self, setup: BatchSetup) -> None:
        """Also where the engine took nothing."""
        found = await setup.offered()
        setup.bench.surface.failures.fail_next("post", SurfaceFailed(LOOM, "busy"))
        setup.bench.engine.failures.fail_next("publish", DOWN, times=2)
        await setup.press("batch-draw", found)
        setup.bench.clock.move(PROMISE_LIFETIME + SECOND)
        await setup.studio.carry_on()
        assert setup.shown(found).text.endswith("0/2")
        assert setup.shown(found).footer == ("asked by Ann",)

    async def test_a_promised_message_is_left_to_whoever_promised_it(self, setup: BatchSetup) -> None:
        """For half a minute."""
        found = await setup.offered()
        await self._die_after(setup, found, 2)
        await setup.messages.show(found.id)
        assert setup.bench.surface.posted == []

    async def test_only_the_leader_sweeps_and_trouble_does_not_end_it(self, setup: BatchSetup) -> None:
        """It goes on the next time."""
        found = await setup.offered()
        await self._die_after(setup, found, 1)
        setup.bench.clock.move(PROMISE_LIFETIME + SECOND)
        for error in (DOWN, RuntimeError("broke")):
            setup.batches.failures.fail_next("settle", error)
        sweeping = asyncio.create_task(setup.studio.sweep(setup.bench.leader, every=SECOND / 1000))
        await until(lambda: setup.batches.rows[found.id].state is BatchState.ACCEPTED)
        sweeping.cancel()
        setup.bench.leader.leads = False
        idle = asyncio.create_task(setup.studio.sweep(setup.bench.leader, every=SECOND / 1000))
        await asyncio.sleep(0)
        idle.cancel()

    async def _die_after(self, setup: BatchSetup, found: Batch, made: int) -> None:
        """Have the confirmation written down, and so many jobs made."""
        await setup.batches.confirm(found.id, setup.bench.call("press").promise(), setup.bench.clock.now())
        limits = await setup.bench.quotas.effective_limits(found.author, found.place)
        short = replace(found, prompts=found.prompts[:made])
        if made:
            setup.batches.failures.fail_next("settle", DOWN)
            with pytest.raises(StorageFailed):
                await setup.studio._make_jobs(short, limits)
