"""Asks whether a composite is the base but for what was marked, whatever the sizes and forms of the pictures are."""

from io import BytesIO

import pytest
from PIL import Image

from bot.pipeline.part_composites import PartComposites, composite_part, describe_part
from bot.services.provenance import read_provenance
from tests.fakes.photos import mask_of, photo

BOX = (30, 20, 80, 60)
RED = (200, 10, 20)


def plain(size: tuple[int, int], colour: tuple[int, ...] = RED, mode: str = "RGB") -> bytes:
    """Return a picture of one colour."""
    packed = BytesIO()
    Image.new(mode, size, colour).save(packed, "PNG")
    return packed.getvalue()


def opened(content: bytes) -> Image.Image:
    """Return the pixels of a picture."""
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("drawn_size", [(120, 90), (1024, 768), (64, 64)])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
async def test_what_is_not_marked_has_the_same_bytes(form: str, drawn_size: tuple[int, int]) -> None:
    """Also where the drawn picture has another size; and what is marked is all new."""
    base = photo(form)
    whole = opened(await PartComposites().make(base, mask_of((120, 90), BOX), plain(drawn_size)))
    before = opened(base).convert("RGB")
    assert (whole.size, whole.mode) == (before.size, "RGB")
    assert set(whole.crop(BOX).get_flattened_data()) == {RED}
    for image in (before, whole):
        image.paste(0, BOX)
    assert whole.tobytes() == before.tobytes()


def test_a_clear_picture_stays_clear_where_it_is_not_marked() -> None:
    """A sticker keeps its edge."""
    base = plain((120, 90), (1, 2, 3, 40), "RGBA")
    whole = opened(composite_part(base, mask_of((120, 90), BOX), plain((120, 90))))
    assert (whole.getpixel((0, 0)), whole.getpixel((40, 40))) == ((1, 2, 3, 40), (*RED, 255))


def test_a_grey_picture_can_have_something_coloured_in_it() -> None:
    """And what is half marked is half of each."""
    mask = opened(mask_of((120, 90), BOX))
    mask.putpixel((0, 0), (0, 0, 0, 128))
    packed = BytesIO()
    mask.save(packed, "PNG")
    base = plain((120, 90), (100,), "L")
    whole = opened(composite_part(base, packed.getvalue(), plain((120, 90))))
    assert (whole.getpixel((1, 0)), whole.getpixel((40, 40)), whole.getpixel((0, 0))) == ((100, 100, 100), RED, (150, 55, 60))


def test_the_colours_of_the_base_are_meant_as_before() -> None:
    """Its profile stays with its pixels."""
    base = photo("PNG", icc_profile=b"a profile")
    assert opened(composite_part(base, mask_of((120, 90)), plain((120, 90)))).info["icc_profile"] == b"a profile"


def test_a_composite_says_that_a_model_drew_in_it() -> None:
    """In the words of the IPTC."""
    said = read_provenance(composite_part(photo(), mask_of((120, 90)), plain((120, 90))))
    assert (said.xmp_source_type, said.says_easel, said.is_ai) == ("compositeWithTrainedAlgorithmicMedia", True, True)


@pytest.mark.parametrize(
    "drawn", [b"no picture", photo("PNG")[:200], plain((8000, 7000), (0,), "1")], ids=["text", "cut", "huge"]
)
def test_what_cannot_be_read_is_left_to_the_check_of_pictures(drawn: bytes) -> None:
    """It says what is wrong, and who sent it."""
    assert composite_part(photo(), mask_of((120, 90)), drawn) is drawn


async def test_where_the_part_is_is_said_in_words() -> None:
    """By the box around it, rounded outwards."""
    said = await PartComposites().describe(mask_of((120, 90), BOX))
    assert "from 25 % to 67 % of its width and from 22 % to 67 % of its height" in said
    assert "from 0 % to 100 % of its width" in describe_part(mask_of((120, 90), None))
