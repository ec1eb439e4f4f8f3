"""Is there room around a picture, with the picture untouched, and does the mask say where?"""

from io import BytesIO

from PIL import Image

from bot.domain.images import Size
from bot.domain.reframing import Margins, frame_of, zoom_out
from bot.moderation.input_conversion import convert_mask, convert_picture
from bot.pipeline.canvases import Canvases, widen_canvas
from tests.fakes.photos import photo


def opened(content: bytes) -> Image.Image:
    """Return the pixels of a picture."""
    return Image.open(BytesIO(content))


async def test_a_picture_lies_untouched_in_the_middle_of_its_canvas() -> None:
    """The mask is as large, clear in the room and over the seam, and opaque within."""
    made = await Canvases().widen(photo("PNG", (128, 64)), Size(128, 64), zoom_out(2))
    canvas, mask = opened(made.picture), opened(made.mask).getchannel("A")
    assert canvas.size == mask.size == (256, 128)
    assert canvas.crop((64, 32, 192, 96)).tobytes() == opened(photo("PNG", (128, 64))).tobytes()
    assert [mask.getpixel(at) for at in ((0, 0), (63, 64), (64, 64), (65, 64), (190, 64), (191, 64))] == [0, 0, 0, 255, 255, 0]
    assert convert_mask(made.mask, convert_picture(made.picture))


def test_an_edge_that_stays_has_no_seam() -> None:
    """The room of a pan is on one side alone."""
    made = widen_canvas(photo("PNG", (128, 64)), frame_of(Size(128, 64), Margins(right=0.5)))
    mask = opened(made.mask).getchannel("A")
    assert mask.getbbox() == (0, 0, 127, 64)


def test_a_large_picture_is_made_smaller_for_its_canvas() -> None:
    """And keeps the profile of its colours."""
    content = photo("PNG", (300, 200), icc_profile=b"a profile")
    frame = frame_of(Size(300, 200), zoom_out(2))
    half = type(frame)(Size(300, 200), 75, 50, Size(150, 100))
    made = opened(widen_canvas(content, half).picture)
    assert (made.size, made.info["icc_profile"]) == ((300, 200), b"a profile")
