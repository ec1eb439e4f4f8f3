"""Asks whether a smaller copy is made once, kept beside its picture, and gone with it."""

import asyncio
import io

import pytest
from PIL import Image, ImageStat

from bot.domain.jobs import JobId
from bot.domain.pictures import THUMBNAIL_EDGES, Picture, thumbnail_key
from bot.errors import ObjectMissing, StorageFailed
from bot.services.thumbnails import MEDIA_TYPE, Thumbnails, blur, convert_to_jpeg, flatten_on_white, has_thumbnail
from tests.fakes.bench import Bench
from tests.fakes.images import png

EDGE = min(THUMBNAIL_EDGES)


@pytest.fixture
def bench() -> Bench:
    """Set up a house that draws."""
    return Bench()


@pytest.fixture
def thumbnails(bench: Bench) -> Thumbnails:
    """Return its copies."""
    return Thumbnails(bench.pictures, bench.objects)


@pytest.fixture
async def picture(bench: Bench) -> Picture:
    """Return a picture twice as wide as a copy."""
    job = await bench.draw()
    [picture] = await bench.pictures.of_job(job.id)
    await bench.objects.put(picture.file.key, png(1, 2 * EDGE, EDGE), "image/png")
    return picture


async def test_a_copy_has_the_long_edge_that_was_asked_for(bench: Bench, thumbnails: Thumbnails, picture: Picture) -> None:
    """And is kept."""
    content = await thumbnails.get(picture, EDGE)
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("WEBP", (EDGE, EDGE // 2))
    assert bench.objects.objects[thumbnail_key(picture.file.key, EDGE)] == (content, MEDIA_TYPE)


async def test_a_copy_is_made_once(bench: Bench, thumbnails: Thumbnails, picture: Picture) -> None:
    """However many look at the same time, and afterwards."""
    first, second = await asyncio.gather(thumbnails.get(picture, EDGE), thumbnails.get(picture, EDGE))
    await bench.objects.delete(picture.file.key)
    assert await thumbnails.get(picture, EDGE) == first == second


class MarkSigner:
    """Writes the length of the original behind a copy."""

    async def sign(self, copy: bytes, original: bytes) -> bytes:
        """Sign."""
        return copy + str(len(original)).encode()


async def test_a_copy_is_kept_as_it_was_signed(bench: Bench, picture: Picture) -> None:
    """It is signed once, as it is made once."""
    thumbnails = Thumbnails(bench.pictures, bench.objects, MarkSigner())
    original = await bench.objects.get(picture.file.key)
    content = await thumbnails.get(picture, EDGE)
    assert content.endswith(str(len(original)).encode())
    assert bench.objects.objects[thumbnail_key(picture.file.key, EDGE)] == (content, MEDIA_TYPE)


async def test_what_can_be_seen_through_stays_so(bench: Bench, thumbnails: Thumbnails, picture: Picture) -> None:
    """A copy has no ground of its own."""
    with io.BytesIO() as file:
        Image.new("RGBA", (2 * EDGE, EDGE), (0, 0, 0, 0)).save(file, "PNG")
        await bench.objects.put(picture.file.key, file.getvalue(), "image/png")
    with Image.open(io.BytesIO(await thumbnails.get(picture, EDGE))) as image:
        assert image.getpixel((0, 0)) == (0, 0, 0, 0)


async def test_a_copy_that_cannot_be_kept_is_shown_all_the_same(bench: Bench, thumbnails: Thumbnails, picture: Picture) -> None:
    """It is made again next time."""
    bench.objects.failures.fail_next("put", StorageFailed("s3", "away"))
    assert await thumbnails.get(picture, EDGE)
    assert thumbnail_key(picture.file.key, EDGE) not in bench.objects.objects


async def test_of_a_picture_that_was_removed_meanwhile_nothing_is_left(
    bench: Bench, thumbnails: Thumbnails, picture: Picture
) -> None:
    """Whoever looks at that moment sees it once more."""
    await bench.gallery.delete(JobId(picture.job))
    bench.clock.move(bench.gallery.undo)
    await bench.gallery.sweep()
    await bench.objects.put(picture.file.key, png(1, EDGE, EDGE), "image/png")
    assert await thumbnails.get(picture, EDGE)
    assert list(bench.objects.objects) == [picture.file.key]


async def test_the_copy_of_bytes_that_another_picture_has_too_stays(
    bench: Bench, thumbnails: Thumbnails, picture: Picture
) -> None:
    """Though the picture that was looked at is not known any more."""
    other = bench.jobs.kept.pop(picture.id)
    bench.jobs.kept["another"] = other  # type: ignore[index]  # an id that the test makes up
    await thumbnails.get(picture, EDGE)
    assert thumbnail_key(picture.file.key, EDGE) in bench.objects.objects


async def test_a_picture_whose_bytes_are_gone_has_no_copy(bench: Bench, thumbnails: Thumbnails, picture: Picture) -> None:
    """Whoever asks hears it."""
    await bench.objects.delete(picture.file.key)
    with pytest.raises(ObjectMissing):
        await thumbnails.get(picture, EDGE)


async def test_only_smaller_copies_of_known_edges_are_there(picture: Picture) -> None:
    """What is as large as the picture has no fewer bytes."""
    assert has_thumbnail(picture.file, EDGE + 1) is False
    assert has_thumbnail(picture.file, max(THUMBNAIL_EDGES)) is (
        max(THUMBNAIL_EDGES) <= max(picture.file.width, picture.file.height)
    )


def test_a_blurred_copy_shows_nothing() -> None:
    """It is small before it is large, so that no tool brings back what was there."""
    chess = Image.effect_noise((300, 200), 100).convert("RGB")
    file = io.BytesIO()
    chess.save(file, "PNG")
    blurred, clear = (Image.open(io.BytesIO(change(file.getvalue()))) for change in (blur, convert_to_jpeg))
    assert (blurred.format, clear.format) == ("JPEG", "JPEG")
    assert (blurred.size, clear.size) == ((512, 341), (300, 200))
    assert ImageStat.Stat(blurred).stddev[0] * 5 < ImageStat.Stat(clear).stddev[0]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "RGB", "L"])
def test_what_can_be_seen_through_is_white_as_jpeg(mode: str) -> None:
    """One that cannot be seen through is the same with or without a ground."""
    red = Image.new("RGBA", (32, 32), (255, 0, 0, 0))
    image = flatten_on_white(red.convert(mode))
    is_clear = mode.endswith("A")
    assert image.mode == "RGB"
    assert (image.getpixel((0, 0)) == (255, 255, 255)) is is_clear
