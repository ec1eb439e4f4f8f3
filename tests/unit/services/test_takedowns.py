"""What an operator takes down by a picture, a person or a file, and that doing it again changes nothing."""

import hashlib

import pytest

from bot.domain.images import ImageResult
from bot.domain.jobs import Job
from bot.domain.pictures import PictureState
from bot.domain.removals import RemovalReason, RemovalState
from bot.moderation.fingerprint import compute_fingerprints
from bot.services.takedowns import FileHashes, TakedownResult, Takedowns
from tests.fakes.bench import Bench
from tests.fakes.images import PRICE
from tests.unit.moderation.test_fingerprint import saved, scene

LEGAL = RemovalReason.LEGAL


@pytest.fixture
def bench() -> Bench:
    """Set up a house."""
    return Bench()


@pytest.fixture
def takedowns(bench: Bench) -> Takedowns:
    """Return what takes down."""
    return Takedowns(bench.decisions, bench.pictures, bench.blocked)


async def drawn(bench: Bench, key: str, *contents: bytes, user: str = "ann") -> Job:
    """Have pictures drawn."""
    bench.painter.will(ImageResult(pictures=contents, model="painter-1", cost=PRICE))
    return await bench.draw(key=key, user=user, count=len(contents))


def hashes(content: bytes) -> FileHashes:
    """Return what a file is known by."""
    return FileHashes(hashlib.sha256(content).hexdigest(), compute_fingerprints(content))


async def test_pictures_are_taken_down_once(bench: Bench, takedowns: Takedowns) -> None:
    """Their author is told of the first one alone."""
    job = await drawn(bench, "one", saved(scene(1)), saved(scene(2)))
    pictures = await bench.gallery.visible(job.id)
    assert await takedowns.take_down(pictures, LEGAL) == TakedownResult(tuple(one.id for one in pictures))
    assert await takedowns.take_down(pictures, LEGAL) == TakedownResult((), already=2)
    decided = [await bench.removals.get(one.id) for one in pictures]
    assert [one and (one.state, one.order.tells_author) for one in decided] == [
        (RemovalState.REMOVED, True),
        (RemovalState.REMOVED, False),
    ]


async def test_everything_of_a_person_goes_and_nothing_of_others(bench: Bench, takedowns: Takedowns) -> None:
    """However many there are; what they deleted themselves too."""
    ann = [await drawn(bench, f"ann {number}", saved(scene(number))) for number in range(3)]
    bob = await drawn(bench, "bob", saved(scene(9)), user="bob")
    await bench.gallery.delete(ann[0].id)
    assert len((await takedowns.take_down_account(ann[0].account, LEGAL)).pictures) == 3
    states = {picture.state for job in ann for picture in await bench.pictures.of_job(job.id)}
    assert states == {PictureState.REMOVING}
    assert len(await bench.gallery.visible(bob.id)) == 1
    assert await takedowns.take_down_account(ann[0].account, LEGAL) == TakedownResult((), already=3)


async def test_a_file_takes_down_what_has_its_bytes_and_what_looks_like_it(bench: Bench, takedowns: Takedowns) -> None:
    """Others stay."""
    original = await drawn(bench, "original", saved(scene(1)))
    smaller = await drawn(bench, "smaller", saved(scene(1).resize((150, 120)), "JPEG", quality=60))
    other = await drawn(bench, "other", saved(scene(2)))
    result = await takedowns.take_down_file(hashes(saved(scene(1), "WEBP")), LEGAL)
    assert set(result.pictures) == {one.id for job in (original, smaller) for one in await bench.pictures.of_job(job.id)}
    assert len(await bench.gallery.visible(other.id)) == 1


async def test_a_file_that_was_never_drawn_here_is_blocked(bench: Bench, takedowns: Takedowns) -> None:
    """Nothing goes, and it cannot come."""
    assert await takedowns.take_down_file(hashes(saved(scene(1))), LEGAL) == TakedownResult()
    job = await drawn(bench, "late", saved(scene(1).resize((100, 80))))
    assert job.ending is not None
    assert job.ending.kind == "picture_blocked"
