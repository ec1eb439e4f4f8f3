"""Asks whether a picture that was taken down stays away when it is drawn again, and who pays for the attempt."""

import pytest

from bot.domain.allowances import QuotaStatus
from bot.domain.images import ImageResult
from bot.domain.jobs import DrawingState, JobState
from bot.domain.removals import BlockedPicture, RemovalOrder, RemovalReason
from bot.errors import StorageFailed
from bot.moderation.fingerprint import compute_fingerprints
from tests.fakes.bench import Bench
from tests.fakes.images import PRICE, png
from tests.unit.moderation.test_fingerprint import saved, scene

BY_LAW = RemovalOrder(reason=RemovalReason.LEGAL, by="operator")


def drawn(*pictures: bytes) -> ImageResult:
    """Return what a provider answers."""
    return ImageResult(pictures=pictures, model="painter-1", cost=PRICE)


async def take_down(bench: Bench, content: bytes) -> None:
    """Have a picture drawn, and removed by whoever runs the house."""
    bench.painter.will(drawn(content))
    job = await bench.draw(key="first")
    [picture] = await bench.gallery.visible(job.id)
    assert await bench.removals.remove(picture.id, BY_LAW, erase_at=bench.clock.now())


@pytest.mark.parametrize(
    ("original", "copy"),
    [
        pytest.param(png(9), png(9), id="the same bytes"),
        pytest.param(saved(scene(1)), saved(scene(1).resize((150, 120)), "JPEG", quality=50), id="smaller, and JPEG"),
    ],
)
async def test_the_same_picture_cannot_come_back(bench: Bench, original: bytes, copy: bytes) -> None:
    """The job ends with one sentence, its author gets the picture back, and the money is booked as spent."""
    await take_down(bench, original)
    stored = dict(bench.objects.objects)
    bench.painter.will(drawn(copy))
    job = await bench.draw(key="second")
    assert bench.message(job).text == (
        "a fox – What was drawn is a picture that was taken down here before, so it is not shown. Nothing was counted."
    )
    assert (job.state, job.ending and job.ending.kind) == (JobState.REFUSED, "picture_blocked")
    assert await bench.pictures.of_job(job.id) == ()
    assert bench.objects.objects == stored
    assert await bench.quota_status() == QuotaStatus(20, held=0, spent=1)
    [drawing] = await bench.jobs.drawings(job.id)
    assert (drawing.state, drawing.cost) == (DrawingState.FAILED, PRICE)
    assert len(bench.painter.requests) == 2


async def test_another_picture_is_kept(bench: Bench) -> None:
    """However many were taken down."""
    await take_down(bench, saved(scene(1)))
    bench.painter.will(drawn(saved(scene(2))))
    job = await bench.draw(key="second")
    assert job.state is JobState.DONE


async def test_what_else_was_drawn_is_kept_and_counted(bench: Bench) -> None:
    """One of several is missing, and that is said."""
    await take_down(bench, saved(scene(1)))
    bench.painter.will(drawn(saved(scene(1), "WEBP"), saved(scene(2)), b"<html>"))
    job = await bench.draw(key="second", count=3)
    assert len(await bench.gallery.visible(job.id)) == 1
    assert (await bench.quota_status()).spent == 2


async def test_a_blocked_picture_among_broken_ones_is_what_is_said(bench: Bench) -> None:
    """It is no fault of the service's, so no other is asked."""
    await take_down(bench, png(9))
    bench.painter.will(drawn(png(9), b"<html>"))
    assert (await bench.draw(key="second", count=2)).state is JobState.REFUSED


async def test_what_was_restored_may_come_back(bench: Bench) -> None:
    """Whoever decided was wrong."""
    bench.painter.will(drawn(png(9)), drawn(png(9)))
    [picture] = await bench.gallery.visible((await bench.draw(key="first")).id)
    await bench.removals.remove(picture.id, BY_LAW, erase_at=bench.clock.now() + bench.gallery.undo)
    await bench.removals.restore(picture.id, BY_LAW)
    assert (await bench.draw(key="second")).state is JobState.DONE


async def test_a_file_that_nobody_drew_here_is_blocked_too(bench: Bench) -> None:
    """An operator was sent it, with a demand."""
    await bench.blocked.add(
        BlockedPicture(
            sha256="unknown",
            fingerprint=compute_fingerprints(saved(scene(1)))[0],
            reason=RemovalReason.LEGAL,
            by="operator",
        )
    )
    bench.painter.will(drawn(saved(scene(1))))
    assert (await bench.draw()).state is JobState.REFUSED


async def test_nothing_is_kept_while_nobody_knows_what_is_blocked() -> None:
    """It is paid for, so it waits until the record is back."""
    bench = Bench()
    bench.blocked.failures.fail_next("is_blocked", StorageFailed("memory", "away"))
    assert (await bench.draw()).state is JobState.DONE
    assert len(bench.painter.requests) == 1
