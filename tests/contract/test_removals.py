"""Asks of every implementation of `PictureRemovals`, `BlockedPictures` and `SentMessages`: does what was decided hold?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.chat import MessageRef, Place, promise
from bot.domain.jobs import Job, JobId
from bot.domain.moderation_log import ModerationAction
from bot.domain.people import HOUSE, AccountId
from bot.domain.pictures import Picture, PictureId, PictureState
from bot.domain.removals import (
    BlockedPicture,
    Removal,
    RemovalOrder,
    RemovalReason,
    RemovalState,
    RemovalStep,
    StepState,
)
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from bot.ports.removals import BlockedPictures, PictureRemovals, SentMessages
from storage.sql.database import Database
from storage.sql.moderation_log import SqlModerationLog
from tests.contract.conftest import ON_DISK
from tests.contract.examples import LEASE, SECOND, WEB, a_hold, a_job, some_pictures
from tests.fakes.clock import NOON, StoppedClock

FOX = JobId("fox")
LATER = NOON + timedelta(minutes=10)
BY_MODERATOR = RemovalOrder(reason=RemovalReason.RULES, by="mod", case="case 1")
BY_LAW = RemovalOrder(reason=RemovalReason.LEGAL, by="operator")
FORGOTTEN = RemovalOrder(reason=RemovalReason.FORGOTTEN, by="ann", tells_author=False)
LOBBY = Place(WEB, "", "lobby")


@pytest.fixture
async def foxes(jobs: Jobs, ann: AccountId) -> tuple[Picture, ...]:
    """Keep two pictures."""
    kept = tuple(replace(one, file=replace(one.file, fingerprint=f"{one.position:064x}")) for one in some_pictures(FOX, 2))
    await jobs.accept(a_job(FOX, ann), a_hold(ann, len(kept)))
    await jobs.claim(FOX, LEASE)
    await jobs.keep(FOX, 1, kept)
    return kept


async def states(pictures: Pictures) -> list[PictureState]:
    """Look at the foxes."""
    return [picture.state for picture in await pictures.of_job(FOX)]


async def decided(removals: PictureRemovals, picture: Picture) -> Removal:
    """Return what was decided about a picture."""
    removal = await removals.get(picture.id)
    assert removal is not None
    return removal


async def test_a_picture_keeps_its_fingerprint(pictures: Pictures, foxes: tuple[Picture, ...]) -> None:
    """As it was kept."""
    assert await pictures.of_job(FOX) == foxes


async def test_hiding_is_not_for_the_author_to_undo(
    removals: PictureRemovals, pictures: Pictures, foxes: tuple[Picture, ...]
) -> None:
    """Nor does its time come by itself; the other picture of the job stays."""
    assert await removals.hide(foxes[0].id, BY_MODERATOR)
    assert not await removals.hide(foxes[0].id, BY_LAW)
    assert await states(pictures) == [PictureState.HIDDEN, PictureState.VISIBLE]
    assert not await pictures.show(FOX)
    await pictures.show_several([picture.id for picture in foxes])
    assert await states(pictures) == [PictureState.HIDDEN, PictureState.VISIBLE]
    assert await pictures.due(LATER, most=9) == ()
    removal = await decided(removals, foxes[0])
    assert (removal.state, removal.order, removal.decided_at) == (RemovalState.HIDDEN, BY_MODERATOR, NOON)
    assert await removals.of_job(FOX) == (removal,)


async def test_what_the_author_deleted_may_not_come_back_once_it_is_removed(
    removals: PictureRemovals, pictures: Pictures, foxes: tuple[Picture, ...]
) -> None:
    """The Undo button brings back the other one alone."""
    await pictures.hide(FOX, LATER)
    assert not await removals.hide(foxes[0].id, BY_MODERATOR)
    assert await removals.remove(foxes[0].id, BY_MODERATOR, erase_at=LATER)
    assert await pictures.show(FOX)
    assert await states(pictures) == [PictureState.HIDDEN, PictureState.VISIBLE]


async def test_what_is_hidden_can_be_restored(removals: PictureRemovals, pictures: Pictures, foxes: tuple[Picture, ...]) -> None:
    """Once, and then its author may delete it and bring it back as ever."""
    assert not await removals.restore(foxes[0].id, BY_MODERATOR)
    await removals.hide(foxes[0].id, BY_MODERATOR)
    assert await removals.restore(foxes[0].id, BY_LAW)
    assert not await removals.restore(foxes[0].id, BY_LAW)
    assert await states(pictures) == [PictureState.VISIBLE] * 2
    assert (await decided(removals, foxes[0])).state is RemovalState.RESTORED
    await pictures.hide(FOX, LATER)
    assert not await removals.restore(foxes[0].id, BY_LAW)
    assert await pictures.show(FOX)


async def test_what_its_author_had_deleted_before_stays_deleted_when_a_removal_is_undone(
    removals: PictureRemovals, pictures: Pictures, foxes: tuple[Picture, ...]
) -> None:
    """It goes when it would have gone, unless its author brings it back."""
    await pictures.hide(FOX, LATER - SECOND)
    assert await removals.remove(foxes[0].id, BY_MODERATOR, erase_at=LATER + SECOND)
    assert await removals.restore(foxes[0].id, BY_MODERATOR)
    assert await states(pictures) == [PictureState.HIDDEN] * 2
    assert len(await pictures.due(LATER, most=9)) == 2
    assert await pictures.show(FOX)
    assert await states(pictures) == [PictureState.VISIBLE] * 2


async def test_what_was_decided_anew_meanwhile_is_not_restored(
    removals: PictureRemovals, pictures: Pictures, foxes: tuple[Picture, ...]
) -> None:
    """Whoever restores what reports had hidden may have looked before a moderator removed it."""
    await removals.hide(foxes[0].id, BY_MODERATOR)
    seen = (await decided(removals, foxes[0])).revision
    await removals.remove(foxes[0].id, BY_MODERATOR, erase_at=LATER)
    assert not await removals.restore(foxes[0].id, BY_LAW, revision=seen)
    assert await states(pictures) == [PictureState.HIDDEN, PictureState.VISIBLE]
    assert await removals.restore(foxes[0].id, BY_LAW, revision=seen + 1)


async def test_what_is_removed_at_once_is_due_and_blocked(
    removals: PictureRemovals, pictures: Pictures, blocked: BlockedPictures, foxes: tuple[Picture, ...]
) -> None:
    """Nothing brings it back."""
    assert await removals.remove(foxes[0].id, BY_LAW, erase_at=NOON)
    assert not await removals.remove(foxes[0].id, BY_LAW, erase_at=NOON)
    assert not await removals.restore(foxes[0].id, BY_LAW)
    assert await states(pictures) == [PictureState.REMOVING, PictureState.VISIBLE]
    assert [picture.id for picture in await pictures.due(NOON, most=9)] == [foxes[0].id]
    assert await blocked.is_blocked(foxes[0].file.sha256)
    assert not await blocked.is_blocked(foxes[1].file.sha256)
    assert await blocked.fingerprints() == (foxes[0].file.fingerprint,)


async def test_what_is_removed_with_time_to_think_can_be_restored_and_is_blocked_no_more(
    removals: PictureRemovals, pictures: Pictures, blocked: BlockedPictures, foxes: tuple[Picture, ...]
) -> None:
    """Until its bytes go."""
    assert await removals.hide(foxes[0].id, BY_MODERATOR)
    assert await removals.remove(foxes[0].id, BY_MODERATOR, erase_at=LATER)
    assert await pictures.due(NOON, most=9) == ()
    assert [picture.id for picture in await pictures.due(LATER, most=9)] == [foxes[0].id]
    assert await removals.restore(foxes[0].id, BY_MODERATOR)
    assert not await blocked.is_blocked(foxes[0].file.sha256)
    assert await pictures.due(LATER, most=9) == ()
    assert (await decided(removals, foxes[0])).revision == 3


async def test_a_removal_may_be_brought_forward_and_not_put_off(
    removals: PictureRemovals, pictures: Pictures, foxes: tuple[Picture, ...]
) -> None:
    """The law does not wait until a case is closed."""
    await removals.remove(foxes[0].id, BY_MODERATOR, erase_at=LATER)
    assert not await removals.remove(foxes[0].id, BY_MODERATOR, erase_at=LATER + SECOND)
    assert await removals.remove(foxes[0].id, BY_LAW, erase_at=NOON)
    assert await states(pictures) == [PictureState.REMOVING, PictureState.VISIBLE]


async def test_a_picture_that_is_gone_is_blocked_all_the_same(
    removals: PictureRemovals, pictures: Pictures, blocked: BlockedPictures, foxes: tuple[Picture, ...]
) -> None:
    """Its author may have deleted it in time."""
    await pictures.hide(FOX, NOON)
    await pictures.begin_removal(foxes[0].id)
    await pictures.remove(foxes[0].id)
    assert await removals.remove(foxes[0].id, BY_MODERATOR, erase_at=LATER)
    assert await states(pictures) == [PictureState.REMOVED, PictureState.HIDDEN]
    assert await blocked.is_blocked(foxes[0].file.sha256)
    assert not await removals.restore(foxes[0].id, BY_MODERATOR)


async def test_whoever_wants_to_be_forgotten_blocks_nothing(
    removals: PictureRemovals, blocked: BlockedPictures, foxes: tuple[Picture, ...]
) -> None:
    """Others may draw the same."""
    assert await removals.remove(foxes[0].id, FORGOTTEN, erase_at=NOON)
    assert not await blocked.is_blocked(foxes[0].file.sha256)
    assert await blocked.fingerprints() == ()


async def test_nothing_is_decided_about_unknown_pictures(removals: PictureRemovals) -> None:
    """False, not an error."""
    nobody = PictureId("none")
    assert not await removals.hide(nobody, BY_LAW)
    assert not await removals.remove(nobody, BY_LAW, erase_at=NOON)
    assert not await removals.restore(nobody, BY_LAW)
    assert await removals.get(nobody) is None
    assert await removals.of_job(JobId("none")) == ()


async def test_what_was_decided_is_due_until_somebody_has_it(
    removals: PictureRemovals, foxes: tuple[Picture, ...], clock: StoppedClock
) -> None:
    """Whoever had it may have died: then it is due again."""
    await removals.hide(foxes[0].id, BY_MODERATOR)
    clock.move(SECOND)
    await removals.remove(foxes[1].id, BY_LAW, erase_at=NOON)
    first, second = await removals.due(most=9)
    assert [first.picture, second.picture] == [fox.id for fox in foxes]
    assert await removals.due(most=1) == (first,)
    assert await removals.claim(first, NOON + 5 * SECOND)
    assert not await removals.claim(first, NOON + 9 * SECOND)
    assert await removals.due(most=9) == (second,)
    clock.move(5 * SECOND)
    assert set(await removals.due(most=9)) == {first, second}
    await removals.postpone(first, None)
    assert await removals.due(most=9) == (second,)
    assert not await removals.claim(first, LATER)


async def test_whoever_has_an_older_decision_changes_nothing(removals: PictureRemovals, foxes: tuple[Picture, ...]) -> None:
    """A new one begins from the beginning."""
    await removals.hide(foxes[0].id, BY_MODERATOR)
    older = await decided(removals, foxes[0])
    step = RemovalStep(picture=foxes[0].id, place="message", state=StepState.DONE)
    await removals.note_step(older, step)
    assert await removals.steps(foxes[0].id) == (step,)
    await removals.remove(foxes[0].id, BY_LAW, erase_at=NOON)
    assert await removals.steps(foxes[0].id) == ()
    await removals.note_step(older, step)
    await removals.postpone(older, None)
    assert not await removals.claim(older, LATER)
    assert await removals.steps(foxes[0].id) == ()
    assert [one.revision for one in await removals.due(most=9)] == [2]


async def test_steps_that_did_not_go_well_are_listed(removals: PictureRemovals, foxes: tuple[Picture, ...]) -> None:
    """As long as they do not; by picture, in pages."""
    left = []
    for fox in foxes:
        await removals.remove(fox.id, BY_LAW, erase_at=NOON)
        removal = await decided(removals, fox)
        for place, state in [("author", StepState.IMPOSSIBLE), ("message 1", StepState.FAILED), ("store", StepState.DONE)]:
            step = RemovalStep(picture=fox.id, place=place, state=state, detail="away")
            await removals.note_step(removal, step)
            left += [step] if state is not StepState.DONE else []
    assert await removals.list_unfinished(most=9) == tuple(left)
    assert await removals.list_unfinished(most=1) == tuple(left[:2])
    assert await removals.list_unfinished(most=1, after=foxes[0].id) == tuple(left[2:])
    await removals.note_step(await decided(removals, foxes[1]), replace(left[3], state=StepState.DONE))
    assert await removals.list_unfinished(most=9, after=foxes[0].id) == (left[2],)


async def test_an_author_s_removals_come_newest_first(
    removals: PictureRemovals, foxes: tuple[Picture, ...], ann: AccountId, clock: StoppedClock
) -> None:
    """Those that hold, as many as were asked for."""
    for fox in foxes:
        await removals.remove(fox.id, BY_MODERATOR, erase_at=LATER)
        clock.move(SECOND)
    assert [one.picture for one in await removals.of_account(ann, 9)] == [foxes[1].id, foxes[0].id]
    assert [one.picture for one in await removals.of_account(ann, 1)] == [foxes[1].id]
    await removals.restore(foxes[1].id, BY_MODERATOR)
    assert [one.picture for one in await removals.of_account(ann, 9)] == [foxes[0].id]
    assert await removals.of_account(AccountId("bob"), 9) == ()


async def test_a_file_can_be_blocked_that_was_never_kept(blocked: BlockedPictures) -> None:
    """Twice is once, and what it shows may be known only later."""
    file = BlockedPicture(sha256="f00", fingerprint=None, reason=RemovalReason.LEGAL, by="operator")
    assert await blocked.add(file)
    assert not await blocked.add(replace(file, fingerprint="ab" * 32))
    assert not await blocked.add(replace(file, fingerprint="cd" * 32))
    assert await blocked.is_blocked("f00")
    assert await blocked.fingerprints() == ("ab" * 32,)


async def test_messages_beside_the_job_s_own_are_known(sent_messages: SentMessages, running: Job, clock: StoppedClock) -> None:
    """Each once, in their order, with all that it takes to change them."""
    first, second = MessageRef(LOBBY, "2", "token", names_asker=True), MessageRef(LOBBY, "1")
    for message in (first, second, first):
        await sent_messages.add(running.id, message)
        clock.move(SECOND)
    assert await sent_messages.of_job(running.id) == (first, second)
    assert await sent_messages.of_job(JobId("none")) == ()


async def test_a_message_can_be_turned_to_another_job_and_back(
    sent_messages: SentMessages, jobs: Jobs, running: Job, ann: AccountId, clock: StoppedClock
) -> None:
    """To one at a time; what it showed stays known."""
    other = (await jobs.accept(a_job("other", ann), a_hold(ann))).job
    message, where = MessageRef(LOBBY, "1", "token"), (LOBBY.platform, LOBBY.channel, "1")
    await sent_messages.add(running.id, message)
    assert await sent_messages.find_turned_to(*where) is None
    for job in (running, other):
        await sent_messages.turn(job.id, message)
        assert await sent_messages.find_turned_to(*where) == job.id
        clock.move(SECOND)
    await sent_messages.turn(running.id, MessageRef(LOBBY, "2"))
    await sent_messages.turn_back(message)
    assert await sent_messages.find_turned_to(*where) is None
    assert await sent_messages.find_turned_to(LOBBY.platform, LOBBY.channel, "2") == running.id
    assert await sent_messages.of_job(other.id) == (message,)


async def test_a_message_that_gives_way_to_another_is_not_forgotten(
    sent_messages: SentMessages, jobs: Jobs, running: Job
) -> None:
    """It may still be there, though we were told otherwise; what was only promised was never said."""
    first, second = MessageRef(LOBBY, "1", "token"), MessageRef(LOBBY, "2")
    for message in (promise(LOBBY), first, first, second):
        await jobs.attach(running.id, message)
    assert await sent_messages.of_job(running.id) == (first,)


@ON_DISK
async def test_each_decision_is_on_record_and_whoever_is_forgotten_is_not(
    removals: PictureRemovals, database: Database, clock: StoppedClock, foxes: tuple[Picture, ...], ann: AccountId
) -> None:
    """In the same transaction: who decided what about whose picture, for which case."""
    await removals.hide(foxes[0].id, BY_MODERATOR)
    await removals.hide(foxes[0].id, BY_MODERATOR)
    await removals.remove(foxes[0].id, BY_LAW, erase_at=LATER)
    await removals.restore(foxes[0].id, BY_MODERATOR)
    await removals.remove(foxes[1].id, FORGOTTEN, erase_at=NOON)
    newest_first = await SqlModerationLog(database, clock).page(HOUSE, most=9)
    assert [(entry.action, entry.by and entry.by.account, entry.case) for entry in newest_first] == [
        (ModerationAction.RESTORED, "mod", "case 1"),
        (ModerationAction.REMOVED, "operator", None),
        (ModerationAction.HIDDEN, "mod", "case 1"),
    ]
    assert {(entry.subject, entry.picture, entry.job) for entry in newest_first} == {(ann, foxes[0].id, FOX)}
