"""Asks whether greys of 16 bits are greys still in every copy that is made of a picture."""

import base64
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image, ImageStat

from bot.domain.images import Size
from bot.domain.inputs import InputContent, InputRole
from bot.domain.reframing import Margins, frame_of
from bot.moderation.fingerprint import compute_fingerprints
from bot.pipeline.canvases import widen_canvas
from bot.pipeline.part_composites import composite_part
from bot.providers.shared.input_pictures import write_as_base64
from bot.services.contact_sheets import compose
from bot.services.thumbnails import convert_to_jpeg, shrink
from tests.fakes.photos import mask_of, photo

SIZE = (120, 90)


def deep(size: tuple[int, int] = SIZE) -> bytes:
    """Return the file of a picture in the middle grey, with 16 bits for each pixel."""
    file = BytesIO()
    Image.new("I;16", size, 128 * 256).save(file, "PNG", compress_level=1)
    return file.getvalue()


def level_of(content: bytes, box: tuple[int, int, int, int] | None = None) -> float:
    """Return how bright a picture is, from 0 to 255."""
    with Image.open(BytesIO(content)) as image:
        return ImageStat.Stat(image.convert("L").crop(box)).mean[0]


@pytest.mark.parametrize(
    "copy",
    [
        lambda content: shrink(content, 64),
        convert_to_jpeg,
        lambda content: widen_canvas(content, frame_of(Size(*SIZE), Margins(right=1))).picture,
        lambda content: composite_part(content, mask_of(SIZE), deep()),
    ],
    ids=["thumbnail", "jpeg", "canvas", "part"],
)
def test_a_copy_is_as_grey_as_the_picture(copy: Callable[[bytes], bytes]) -> None:
    """White would be what Pillow makes of it by itself."""
    assert level_of(copy(deep())) == pytest.approx(128, abs=3)


def test_on_a_sheet_it_is_grey() -> None:
    """In the middle of its place."""
    sheet = compose([(1, deep())])
    with Image.open(BytesIO(sheet)) as image:
        x, y = image.width // 2, image.height // 2
    assert level_of(sheet, (x - 5, y - 5, x + 5, y + 5)) == pytest.approx(128, abs=3)


async def test_a_service_that_is_sent_a_copy_sees_grey() -> None:
    """Larger pictures are made smaller for it."""
    [text] = await write_as_base64([InputContent(InputRole.REFERENCE, deep((2112, 64)), "image/png")])
    assert level_of(base64.b64decode(text)) == pytest.approx(128, abs=3)


def test_what_was_taken_down_is_known_with_16_bits_too() -> None:
    """Its fingerprint is that of the same picture with eight."""
    shallow = photo("PNG", mode="L")
    with Image.open(BytesIO(shallow)) as image:
        file = BytesIO()
        image.convert("I").point(lambda value: value * 257).convert("I;16").save(file, "PNG")
    assert compute_fingerprints(file.getvalue()) == compute_fingerprints(shallow) != ()
