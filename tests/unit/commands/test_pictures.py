"""Asks what people can do with jobs and pictures of theirs, and nobody else can."""

from datetime import timedelta

import pytest

from bot.domain.allowances import QuotaStatus
from bot.domain.chat import Tone
from bot.domain.jobs import JobState
from bot.domain.pictures import PictureState
from bot.errors import SurfaceFailed
from tests.fakes.bench import Bench
from tests.fakes.waiting import until
from tests.unit.commands.hands import Hands

UNTOUCHED = QuotaStatus(20, held=0, spent=0)


async def test_cancel_ends_a_waiting_job_and_says_so_in_its_message(bench: Bench, hands: Hands) -> None:
    """Its pictures come back."""
    job = await bench.imagine()
    assert await hands.press("cancel", job) == []
    assert bench.message(job).text == "a fox – cancelled; nothing was counted."
    assert [button.label for button in bench.message(job).buttons] == ["Draw again", "Change words"]
    assert await bench.quota_status() == UNTOUCHED
    await bench.work()
    assert bench.painter.requests == []


async def test_cancel_stops_a_drawing_under_way(bench: Bench, hands: Hands) -> None:
    """Whatever comes of the call is not kept, but it has to be paid, so the pictures count."""
    bench.painter.will_hold()
    job = await bench.imagine()
    task = bench.engine.start(bench.worker.work)
    await until(lambda: bench.painter.requests != [])
    assert await hands.press("cancel", job) == []
    await until(task.done)
    assert task.cancelled()
    assert bench.message(job).text == "a fox – cancelled. It was being drawn already, so 1 picture was counted."
    assert await bench.quota_status() == QuotaStatus(20, held=0, spent=1)


async def test_cancel_comes_too_late_when_it_is_done(bench: Bench, hands: Hands) -> None:
    """Deleting is what is left."""
    job = await bench.draw()
    [whisper] = await hands.press("cancel", job)
    assert whisper.text == "That is finished already, so there is nothing to cancel."
    assert bench.message(job).tone is Tone.DONE


async def test_delete_takes_the_pictures_away_and_undo_brings_them_back(bench: Bench, hands: Hands) -> None:
    """In the same message, as it was."""
    job = await bench.draw()
    shown = bench.message(job).pictures
    assert await hands.press("delete", job) == []
    assert bench.message(job).pictures == ()
    assert await hands.press("undelete", job) == []
    assert bench.message(job).pictures == shown
    assert len(bench.surface.posted) == 1
    assert (await bench.quota_status()).spent == 1


async def test_undo_comes_too_late_after_ten_minutes(bench: Bench, hands: Hands) -> None:
    """The sentence says so, and the message stays as it is."""
    job = await bench.draw()
    await hands.press("delete", job)
    bench.clock.move(timedelta(minutes=10))
    await bench.gallery.sweep()
    [whisper] = await hands.press("undelete", job)
    assert "too late" in whisper.text
    assert [picture.state for picture in await bench.pictures.of_job(job.id)] == [PictureState.REMOVED]


@pytest.mark.parametrize("is_drawn", [True, False])
async def test_what_is_not_there_cannot_be_deleted(bench: Bench, hands: Hands, *, is_drawn: bool) -> None:
    """Not yet, or not any more."""
    job = await bench.draw() if is_drawn else await bench.imagine()
    if is_drawn:
        await hands.press("delete", job)
        bench.clock.move(bench.gallery.undo)
        await bench.gallery.sweep()
    [whisper] = await hands.press("delete", job)
    assert whisper.text == "There are no pictures to delete."


@pytest.mark.parametrize("command", ["cancel", "delete", "undelete"])
async def test_other_peoples_buttons_are_not_ones_own(bench: Bench, hands: Hands, command: str) -> None:
    """Nothing happens but a private word."""
    job = await bench.imagine() if command == "cancel" else await bench.draw()
    [whisper] = await hands.press(command, job, user="bob")
    assert whisper.kind == "not_yours"
    assert bench.job(job).state is (JobState.QUEUED if command == "cancel" else JobState.DONE)
    assert len(await bench.gallery.visible(job.id)) == (command != "cancel")


@pytest.mark.parametrize("command", ["cancel", "delete"])
async def test_a_moderator_may_press_anybodys(bench: Bench, hands: Hands, command: str) -> None:
    """That is what they look after the place for."""
    job = await bench.imagine() if command == "cancel" else await bench.draw()
    assert await hands.press(command, job, user="mo", is_moderator=True) == []
    assert await bench.gallery.visible(job.id) == ()


@pytest.mark.parametrize("command", ["again", "vary", "safer", "cancel", "delete", "undelete"])
async def test_a_button_of_a_job_that_is_not_known_says_so(bench: Bench, hands: Hands, command: str) -> None:
    """Messages outlive their jobs."""
    job = await bench.imagine()
    bench.jobs.rows.clear()
    [whisper] = await hands.press(command, job)
    assert "not known here any more" in whisper.text


async def test_a_deletion_that_could_not_be_shown_can_be_shown_by_pressing_again(bench: Bench, hands: Hands) -> None:
    """The pictures are gone either way, and the person hears which of the two it was."""
    job = await bench.draw()
    bench.surface.failures.fail_next("update", SurfaceFailed("loom", "down"), times=3)
    [whisper] = await hands.press("delete", job)
    assert whisper.text.startswith("The pictures are deleted, but")
    assert bench.message(job).pictures != ()
    assert await hands.press("delete", job) == []
    assert bench.message(job).pictures == ()


async def test_undo_pressed_twice_shows_the_pictures_twice(bench: Bench, hands: Hands) -> None:
    """The second press finds what the first one brought back."""
    job = await bench.draw()
    await hands.press("delete", job)
    assert await hands.press("undelete", job) == []
    assert await hands.press("undelete", job) == []
    assert bench.message(job).pictures != ()
