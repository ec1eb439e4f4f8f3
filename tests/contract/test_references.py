"""Asks of every implementation of `References`: is every object named that a picture or an open job needs, and no other?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.images import DrawingId
from bot.domain.jobs import DrawingState, Ending, JobId, JobState
from bot.domain.people import AccountId
from bot.domain.pictures import PictureState, drawing_key
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from bot.ports.references import References
from tests.contract.examples import LEASE, a_drawing, a_file, a_hold, a_job, some_pictures
from tests.fakes.clock import NOON, StoppedClock

FOX = JobId("fox")
KEYS = ("pictures/fox-0.png", "pictures/other.png")


async def test_an_empty_record_needs_nothing_and_never_began(references: References) -> None:
    """Nothing, not an error."""
    assert await references.began_at() is None
    assert await references.find_needed_keys(KEYS) == await references.find_awaited_keys(KEYS) == frozenset()


async def test_a_record_begins_with_its_first_job(
    references: References, jobs: Jobs, ann: AccountId, clock: StoppedClock
) -> None:
    """Later ones change nothing."""
    for number in range(2):
        job = a_job(f"job-{number}", ann)
        await jobs.accept(replace(job, created_at=NOON + timedelta(hours=number)), a_hold(ann))
    assert await references.began_at() == NOON


async def test_a_picture_needs_its_object_until_it_is_removed(
    references: References, jobs: Jobs, pictures: Pictures, ann: AccountId
) -> None:
    """Seen, hidden, or on its way out."""
    [picture] = some_pictures(FOX)
    await jobs.accept(a_job(FOX, ann), a_hold(ann))
    await jobs.claim(FOX, LEASE)
    await jobs.keep(FOX, 1, (picture,))
    await jobs.finish(FOX, 1, Ending(JobState.DONE))
    needed = frozenset({picture.file.key})
    assert await references.find_needed_keys(KEYS) == needed
    await pictures.hide(FOX, NOON)
    assert await references.find_needed_keys(KEYS) == needed
    await pictures.begin_removal(picture.id)
    assert await references.find_needed_keys(KEYS) == needed
    await pictures.remove(picture.id)
    [removed] = await pictures.of_job(FOX)
    assert removed.state is PictureState.REMOVED
    assert await references.find_needed_keys(KEYS) == frozenset()


@pytest.mark.parametrize("is_kept", [False, True])
async def test_a_drawing_needs_its_files_until_its_job_is_final(
    references: References, jobs: Jobs, ann: AccountId, is_kept: bool
) -> None:
    """A job that is kept but not delivered is not."""
    await jobs.accept(a_job(FOX, ann), a_hold(ann))
    job = await jobs.claim(FOX, LEASE)
    assert job is not None
    await jobs.open_drawing(a_drawing("one", job))
    await jobs.close_drawing(a_drawing("one", job, state=DrawingState.DRAWN, files=(a_file("fox-0"),)))
    if is_kept:
        await jobs.keep(FOX, 1, some_pictures(FOX))
    assert await references.find_awaited_keys(KEYS) == await references.find_needed_keys(KEYS) == frozenset(KEYS[:1])
    await jobs.finish(FOX, 1, Ending(JobState.DONE if is_kept else JobState.FAILED))
    assert await references.find_awaited_keys(KEYS) == frozenset()
    assert await references.find_needed_keys(KEYS) == (frozenset(KEYS[:1]) if is_kept else frozenset())


async def test_an_open_drawing_may_get_what_is_stored_under_its_own_keys(
    references: References, jobs: Jobs, ann: AccountId
) -> None:
    """Between the put and the record of it nothing else says so."""
    await jobs.accept(a_job(FOX, ann), a_hold(ann))
    job = await jobs.claim(FOX, LEASE)
    assert job is not None
    await jobs.open_drawing(a_drawing("One_x", job))
    own = drawing_key("pictures/abc.png", DrawingId("One_x"))
    assert await references.find_needed_keys((own, *KEYS)) == await references.find_awaited_keys((own, *KEYS)) == frozenset({own})


OWN = f"pictures/ab/ab{1:062x}-{'d' * 22}.png"
"""The key of a file of the drawing `D…`: keys have small letters only."""


@pytest.mark.parametrize("state", [DrawingState.OPEN, DrawingState.UNKNOWN, DrawingState.DRAWN])
async def test_what_was_drawn_is_wanted_until_it_is_kept(
    references: References, jobs: Jobs, ann: AccountId, state: DrawingState
) -> None:
    """Nobody wants what no drawing says that it has."""
    await jobs.accept(a_job(FOX, ann), a_hold(ann))
    job = await jobs.claim(FOX, LEASE)
    assert job is not None
    files = (replace(a_file("fox-0"), key=OWN),) if state is DrawingState.DRAWN else ()
    await jobs.open_drawing(a_drawing("D" * 22, job))
    await jobs.close_drawing(a_drawing("D" * 22, job, state=state, files=files))
    assert await references.find_unstored_files({OWN, *KEYS}) == files
    assert await references.find_unstored_files(KEYS) == ()
    await jobs.keep(FOX, 1, some_pictures(FOX))
    assert await references.find_unstored_files({OWN}) == ()


@pytest.mark.parametrize("is_kept", [False, True])
async def test_what_has_the_key_of_a_drawing_has_ended_with_its_job(
    references: References, jobs: Jobs, ann: AccountId, is_kept: bool
) -> None:
    """Whatever the drawing says that it has."""
    await jobs.accept(a_job(FOX, ann), a_hold(ann))
    job = await jobs.claim(FOX, LEASE)
    assert job is not None
    await jobs.open_drawing(a_drawing("D" * 22, job))
    if is_kept:
        await jobs.keep(FOX, 1, some_pictures(FOX))
    assert await references.find_ended_keys({OWN, *KEYS}) == frozenset()
    await jobs.finish(FOX, 1, Ending(JobState.DONE if is_kept else JobState.FAILED))
    assert await references.find_ended_keys({OWN, *KEYS, OWN.replace("dd.png", "de.png")}) == frozenset({OWN})
    assert await references.find_ended_keys(KEYS) == frozenset()


async def test_the_newest_pictures_are_those_that_people_can_see(
    references: References, jobs: Jobs, pictures: Pictures, ann: AccountId, clock: StoppedClock
) -> None:
    """The newest first, and no more than asked for."""
    assert await references.newest(5) == ()
    for name in ("fox", "owl", "bear"):
        job = JobId(name)
        await jobs.accept(a_job(job, ann), a_hold(ann))
        await jobs.claim(job, LEASE)
        await jobs.keep(job, 1, some_pictures(job))
        await jobs.finish(job, 1, Ending(JobState.DONE))
        clock.move(timedelta(minutes=1))
    await pictures.hide(JobId("owl"), clock.now())
    assert await references.newest(5) == (a_file("bear-0").key, a_file("fox-0").key)
    assert await references.newest(1) == (a_file("bear-0").key,)
