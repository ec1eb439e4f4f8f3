"""Asks whether what is decided about a picture happens in every place, once, whoever dies over it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.chat import Post
from bot.domain.jobs import Job
from bot.domain.pictures import Picture, PictureState
from bot.domain.removals import RemovalReason, StepState
from bot.errors import MessageGone, MessageOutOfReach, StorageFailed, SurfaceFailed
from bot.services.removal import UNDO
from tests.fakes.bench import Bench
from tests.fakes.clock import NOON
from tests.fakes.surfaces import LOOM, person
from tests.fakes.waiting import until
from tests.unit.moderation.test_fingerprint import saved, scene

DOWN = SurfaceFailed(LOOM, "down")
GONE = MessageGone(LOOM, "gone")
OUT_OF_REACH = MessageOutOfReach(LOOM, "not ours")
AWAY = StorageFailed("memory", "away")
DAY = timedelta(days=1)


async def drawn(bench: Bench, count: int = 1, *, key: str = "call-1") -> tuple[Job, tuple[Picture, ...]]:
    """Return a job with what was drawn for it."""
    job = await bench.draw(key=key, count=count)
    return job, await bench.gallery.visible(job.id)


async def remove(bench: Bench, picture: Picture, reason: RemovalReason = RemovalReason.RULES, case: str | None = None) -> None:
    """Decide that a picture goes, and do what follows."""
    assert await bench.decisions.remove(picture.id, reason, "mod", case)
    await bench.removal_steps.sweep()


async def outcomes(bench: Bench, picture: Picture) -> dict[str, tuple[StepState, str]]:
    """Return how each step went, by the kind of its place."""
    return {step.place.split()[0]: (step.state, step.detail) for step in await bench.removals.steps(picture.id)}


async def test_a_removed_picture_is_gone_everywhere_and_its_author_knows(bench: Bench) -> None:
    """Message, bytes, gallery; the words that drew it stand nowhere in public."""
    job, [picture] = await drawn(bench)
    await remove(bench, picture)
    message = bench.message(job)
    assert (message.text, message.pictures, message.details) == ("This picture was taken down.", (), ())
    assert [button.action for button in message.buttons] == [f"why:{job.id}"]
    assert bench.surface.retracted[-1][1] == {picture.id}
    assert bench.objects.objects == {}
    assert [one.state for one in await bench.pictures.of_job(job.id)] == [PictureState.REMOVED]
    assert await bench.gallery.latest(job.account, 9) == ()
    place, notice, _ = bench.surface.posted[-1]
    assert place.channel == "ann alone"
    assert notice.text == (
        f"Your picture “a fox” of {NOON:%d %B %Y} was taken down because it breaks the rules of the place where it was posted. "
        "It still counts among those you have used. /gallery lists all of yours that were. "
        "If you think that this was a mistake, tell a moderator."
    )
    assert {state for state, _ in (await outcomes(bench, picture)).values()} == {StepState.DONE}
    assert await bench.removals.due(most=9) == ()


async def test_nothing_is_done_twice(bench: Bench) -> None:
    """Another sweep finds nothing."""
    _, [picture] = await drawn(bench)
    await remove(bench, picture)
    posted, retracted = list(bench.surface.posted), list(bench.surface.retracted)
    bench.clock.move(DAY)
    await bench.removal_steps.sweep()
    assert (bench.surface.posted, bench.surface.retracted) == (posted, retracted)


async def test_the_others_of_a_job_stay_and_the_message_says_how_many_are_missing(bench: Bench) -> None:
    """Only the one that was meant goes."""
    job, pictures = await drawn(bench, 3)
    await remove(bench, pictures[1])
    message = bench.message(job)
    assert [shown.picture for shown in message.pictures] == [pictures[0].id, pictures[2].id]
    assert message.footer[0] == "1 picture of it was taken down"
    assert len(bench.objects.objects) == 2
    for other in (pictures[0], pictures[2]):
        await bench.decisions.remove(other.id, RemovalReason.RULES, "mod")
    await bench.removal_steps.sweep()
    assert bench.message(job).text == "These pictures were taken down."


async def test_the_author_is_told_once_of_pictures_that_are_decided_about_together(bench: Bench) -> None:
    """Four pictures of a job are one message."""
    _, pictures = await drawn(bench, 4)
    for picture in pictures:
        await bench.decisions.remove(picture.id, RemovalReason.RULES, "mod")
    await bench.removal_steps.sweep()
    assert len([place for place, _, _ in bench.surface.posted if place.channel == "ann alone"]) == 1
    assert (await outcomes(bench, pictures[3]))["author"] == (StepState.DONE, "told with another picture")


async def test_direct_messages_and_messages_that_gave_way_are_changed_too(bench: Bench) -> None:
    """Whoever had it sent has it no more."""
    job, [picture] = await drawn(bench)
    await bench.copies.send(job, person("bob").identity, key="send-1")
    own = bench.job(job).message
    assert own is not None
    second = await bench.surface.post(own.place, Post("the same again"), key="second")
    await bench.jobs.attach(job.id, second)
    await remove(bench, picture)
    shown = [post for post in bench.surface.shown.values() if post.text == "This picture was taken down."]
    assert len(shown) == len(bench.surface.retracted) == 3
    assert [len(post.buttons) for post in shown].count(1) == 1


async def test_a_gallery_that_was_sent_goes_as_a_whole(bench: Bench) -> None:
    """It shows pictures of several jobs, and whoever wants it asks for it again."""
    job, [picture] = await drawn(bench)
    other = await bench.draw(key="call-2")
    gallery = await bench.surface.post(job.place, Post("Your newest pictures (2):"), key="gallery")
    for one in (job, other):
        await bench.sent_messages.add(one.id, gallery)
    await remove(bench, picture)
    assert gallery.id not in bench.surface.shown
    assert bench.message(other).pictures


async def test_hiding_takes_a_picture_out_of_its_messages_and_restoring_brings_it_back(bench: Bench) -> None:
    """Its bytes stay, and nobody gets a message about it."""
    job, [picture] = await drawn(bench)
    before = bench.message(job)
    await bench.decisions.hide(picture.id, RemovalReason.REPORTS, "reports")
    await bench.removal_steps.sweep()
    assert bench.message(job).text == "This picture is hidden while a moderator looks at it."
    assert bench.message(job).buttons == ()
    assert len(bench.objects.objects) == 1
    await bench.decisions.restore(picture.id, "mod", "case 1")
    await bench.removal_steps.sweep()
    assert bench.message(job).pictures == before.pictures
    assert len(bench.surface.posted) == 1


async def test_a_decision_that_is_undone_in_time_brings_everything_back(bench: Bench) -> None:
    """And the author is told that too."""
    job, [picture] = await drawn(bench)
    await remove(bench, picture, case="case 1")
    assert bench.message(job).text == "This picture was taken down."
    assert len(bench.objects.objects) == 1
    await bench.decisions.restore(picture.id, "mod", "case 1")
    await bench.removal_steps.sweep()
    assert [shown.picture for shown in bench.message(job).pictures] == [picture.id]
    assert "can be seen again" in bench.surface.posted[-1][1].text
    bench.clock.move(UNDO)
    await bench.removal_steps.sweep()
    assert len(bench.objects.objects) == 1


async def test_the_bytes_go_when_a_decision_cannot_be_undone_any_more(bench: Bench) -> None:
    """Not a moment before."""
    _, [picture] = await drawn(bench)
    await remove(bench, picture, case="case 1")
    bench.clock.move(UNDO - timedelta(seconds=1))
    await bench.removal_steps.sweep()
    assert len(bench.objects.objects) == 1
    bench.clock.move(timedelta(seconds=1))
    await bench.removal_steps.sweep()
    assert bench.objects.objects == {}
    assert (await outcomes(bench, picture))["store"] == (StepState.DONE, "")
    assert not await bench.decisions.restore(picture.id, "mod", "case 1")


async def test_whoever_wants_to_be_forgotten_leaves_no_message(bench: Bench) -> None:
    """Nobody is told, and nothing is blocked."""
    job, [picture] = await drawn(bench)
    message = bench.job(job).message
    assert message is not None
    await remove(bench, picture, RemovalReason.FORGOTTEN)
    assert message.id not in bench.surface.shown
    assert bench.objects.objects == {}
    assert await bench.gallery.latest_taken_down(job.account, 9) == ()
    assert len(bench.surface.posted) == 1


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(GONE, (StepState.DONE, "it was gone")), (OUT_OF_REACH, (StepState.IMPOSSIBLE, str(OUT_OF_REACH)))],
)
async def test_what_is_gone_is_removed_and_what_is_out_of_reach_is_listed(
    bench: Bench, error: MessageGone, outcome: tuple[StepState, str]
) -> None:
    """The bytes go either way."""
    _, [picture] = await drawn(bench)
    bench.surface.failures.fail_always("retract", error)
    await remove(bench, picture)
    assert (await outcomes(bench, picture))["message"] == outcome
    assert bench.objects.objects == {}


async def test_an_author_who_takes_no_messages_is_listed(bench: Bench) -> None:
    """The message in the channel has a button that says why."""
    _, [picture] = await drawn(bench)
    bench.surface.failures.fail_always("direct", GONE)
    await remove(bench, picture)
    assert (await outcomes(bench, picture))["author"] == (StepState.IMPOSSIBLE, str(GONE))
    [left] = await bench.removals.list_unfinished(most=9)
    assert left.place == "author"


async def test_a_job_that_is_being_delivered_is_waited_for(bench: Bench) -> None:
    """Else the picture would be shown after it was taken down."""
    bench.surface.failures.fail_always("update", DOWN)
    job = await bench.draw()
    [picture] = await bench.gallery.visible(job.id)
    await remove(bench, picture)
    assert (await outcomes(bench, picture))["message"] == (StepState.FAILED, "its job is not done")
    bench.surface.failures.clear()
    bench.clock.move(timedelta(minutes=10))
    await bench.recover()
    assert bench.message(job).text == "This picture was taken down."
    await bench.removal_steps.sweep()
    assert await bench.removals.list_unfinished(most=9) == ()


async def test_a_picture_without_a_fingerprint_gets_one_before_its_bytes_go(bench: Bench) -> None:
    """Pictures of earlier versions have none."""
    _, [picture] = await drawn(bench)
    kept = bench.jobs.kept[picture.id]
    await bench.objects.put(picture.file.key, saved(scene(1)), "image/png")
    kept.picture = replace(kept.picture, file=replace(picture.file, fingerprint=None))
    await remove(bench, picture)
    assert len(await bench.blocked.fingerprints()) == 1


@pytest.mark.parametrize("content", [None, b"no picture"], ids=["lost", "broken"])
async def test_a_picture_that_cannot_be_looked_at_any_more_is_blocked_by_its_hash_alone(
    bench: Bench, content: bytes | None
) -> None:
    """Nobody can say what it showed, and its removal ends all the same."""
    _, [picture] = await drawn(bench)
    bench.objects.objects.clear()
    if content is not None:
        await bench.objects.put(picture.file.key, content, "image/png")
    await remove(bench, picture)
    assert await bench.blocked.is_blocked(picture.file.sha256)
    assert await bench.blocked.fingerprints() == ()
    assert bench.objects.objects == {}
    assert {state for state, _ in (await outcomes(bench, picture)).values()} == {StepState.DONE}
    assert await bench.removals.due(most=9) == ()


async def test_a_plain_picture_is_blocked_by_its_bytes_alone(bench: Bench) -> None:
    """It has nothing else to be known by."""
    _, [picture] = await drawn(bench)
    await remove(bench, picture)
    assert await bench.blocked.fingerprints() == ()
    assert await bench.blocked.is_blocked(picture.file.sha256)


async def test_it_runs_at_once_when_something_is_decided_here(bench: Bench) -> None:
    """Though another process leads."""
    bench.leader.leads = False
    _, [picture] = await drawn(bench)
    task = asyncio.create_task(bench.removal_steps.run(bench.leader))
    await asyncio.sleep(0)
    await bench.decisions.remove(picture.id, RemovalReason.RULES, "mod")
    await until(lambda: bench.objects.objects == {})
    task.cancel()


async def test_what_others_decided_is_done_by_whoever_leads(bench: Bench) -> None:
    """A decision of a process that has no platforms, such as the command line."""
    _, [picture] = await drawn(bench)
    await bench.decisions.remove(picture.id, RemovalReason.RULES, "mod")
    bench.decisions.changed.clear()
    bench.leader.leads = False
    task = asyncio.create_task(bench.removal_steps.run(bench.leader))
    await asyncio.sleep(10)
    assert len(bench.objects.objects) == 1
    bench.leader.leads = True
    await until(lambda: bench.objects.objects == {})
    task.cancel()
