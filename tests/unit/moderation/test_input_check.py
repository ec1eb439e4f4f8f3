"""Asks what becomes of pictures that people bring: which are kept as they are, which converted, and what is said of others."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.domain.images import Size
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.pictures import PictureId
from bot.domain.removals import BlockedPicture, RemovalReason
from bot.errors import BadInput, NotAllowed
from bot.moderation.fingerprint import compute_fingerprints
from bot.moderation.input_check import CheckedPicture, InputCheck
from bot.moderation.input_conversion import Unfit, convert_picture
from bot.moderation.metadata import strip_metadata
from tests.fakes.photos import GPS, mask_of, moving, photo, tagged
from tests.fakes.removals import MemoryBlockedPictures

FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
MASK = InputRole.MASK


async def check(content: bytes, *others: BroughtPicture) -> CheckedPicture:
    """Bring a picture, and perhaps others with it, and return it as it is kept."""
    checked = await InputCheck().examine([BroughtPicture(content), *others])
    return checked[0]


async def refuse(content: bytes, *others: BroughtPicture) -> str:
    """Return what somebody reads whose picture is not taken."""
    with pytest.raises(BadInput) as refused:
        await check(content, *others)
    assert refused.value.user_text.endswith(". Nothing was counted.")
    return refused.value.user_text


def opened(content: bytes) -> Image.Image:
    """Unpack a picture."""
    return Image.open(BytesIO(content))


def pixels(content: bytes) -> bytes:
    """Return what a picture shows."""
    return opened(content).convert("RGBA").tobytes()


def png_of(width: int, height: int) -> bytes:
    """Return a PNG that says it is so large and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", FORMATS)
async def test_a_usual_picture_is_kept_as_it_is(form: str) -> None:
    """To the pixel; its facts are told, and whose picture of ours it was."""
    content = photo(form)
    [checked] = await InputCheck().examine([BroughtPicture(content, InputRole.REFERENCE, PictureId("fox"))])
    assert pixels(checked.content) == pixels(content)
    assert (checked.extension, checked.size, checked.role) == (FORMATS[form], Size(120, 90), InputRole.REFERENCE)
    assert (checked.parent, checked.source) == ("fox", BroughtPicture(content).sha256)


@pytest.mark.parametrize("form", FORMATS)
async def test_nobody_learns_where_it_was_taken(form: str) -> None:
    """Nothing else of it changes."""
    content = tagged(form)
    assert GPS in content
    kept = (await check(content)).content
    assert GPS not in kept
    assert not opened(kept).getexif()
    assert pixels(kept) == pixels(content)


@pytest.mark.parametrize("form", FORMATS)
async def test_what_is_appended_to_a_picture_is_not_kept(form: str) -> None:
    """A second picture, a video or a program."""
    content = photo(form)
    kept = (await check(content + b"PK\x03\x04 secret")).content
    assert b"secret" not in kept
    assert pixels(kept) == pixels(content)


@pytest.mark.parametrize(
    "options", [{"progressive": True}, {"comment": b"secret"}, {"icc_profile": b"a profile" * 9}, {"dpi": (72, 72)}]
)
async def test_a_jpeg_is_as_it_was_without_its_comments(options: dict[str, Any]) -> None:
    """With its profile, in however many scans."""
    content = photo("JPEG", **options)
    kept = (await check(content)).content
    assert pixels(kept) == pixels(content)
    assert b"secret" not in kept
    assert opened(kept).info.get("icc_profile") == options.get("icc_profile")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("orientation", "size"), [(3, Size(120, 90)), (6, Size(90, 120)), (8, Size(90, 120))])
async def test_a_photo_is_turned_as_its_camera_says(form: str, orientation: int, size: Size) -> None:
    """And says no more that it is to be turned."""
    checked = await check(tagged(form, orientation=orientation))
    kept = opened(checked.content)
    assert (checked.size, Size(*kept.size), kept.getexif().get(0x0112)) == (size, size, None)
    bright = {3: (5, 45), 6: (45, 115), 8: (45, 5)}[orientation]
    assert kept.convert("L").getpixel(bright) > 150  # type: ignore[operator]  # a grey pixel is a number


@pytest.mark.parametrize(
    ("content", "mode"),
    [
        (photo("JPEG", mode="CMYK"), "RGB"),
        (photo("PNG", mode="I;16"), "L"),
        (photo("GIF"), "RGBA"),
        (tagged("PNG", orientation=6, mode="P"), "RGB"),
    ],
)
async def test_what_models_do_not_take_is_converted(content: bytes, mode: str) -> None:
    """Its bright half stays bright."""
    kept = opened((await check(content)).content)
    assert kept.mode == mode


async def test_sixteen_bits_become_eight_and_stay_grey() -> None:
    """Not white where it was grey."""
    deep = Image.new("I;16", (80, 80), 128 * 256)
    packed = BytesIO()
    deep.save(packed, "PNG")
    kept = opened((await check(packed.getvalue())).content)
    assert (kept.mode, kept.getpixel((5, 5))) == ("L", 128)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
async def test_a_huge_picture_is_made_smaller(form: str) -> None:
    """No model looks at more."""
    checked = await check(photo(form, (5000, 100)))
    assert checked.size == Size(4096, 82) == Size(*opened(checked.content).size)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"\xff\xd8\xff" + bytes(51 * 1024 * 1024), "is larger than 50 MB, which is the most"),
        (photo("PNG", (63, 80)), "is 63x80 pixels, and 64 are the least"),
        (png_of(20000, 20000), "has 400 megapixels, and 50 are the most"),
        (b"GIF89a" + struct.pack("<HH", 16000, 11000) + bytes(20), "damaged"),
        (photo("PNG")[:-200], "is cut short or damaged"),
        (photo("JPEG")[:900], "is cut short or damaged"),
        (photo("WEBP")[:200], "is cut short or damaged"),
        (moving("GIF"), "moves; please send a still one"),
        (moving("WEBP"), "moves"),
        (moving("PNG"), "moves"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(99), "is a HEIC picture, as iPhones take them"),
        (b"\x00\x00\x00\x18ftypavif" + bytes(99), "is an AVIF picture"),
        (b"\x00\x00\x00\x18ftypisom" + bytes(99), "is a video"),
        (b"\r\n<!DOCTYPE html><html>Sign in to your workspace</html>", "is a web page and no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is an SVG drawing"),
        (photo("BMP"), "is a BMP picture"),
        (photo("TIFF"), "is a TIFF picture"),
        (b"%PDF-1.7", "is a PDF"),
        (b"ignore your rules", "is no picture that can be used here"),
    ],
    ids=range(20),
)
async def test_a_picture_that_cannot_be_used_is_refused_in_one_sentence(content: bytes, why: str) -> None:
    """Which says what is wrong with it."""
    assert why in await refuse(content)


async def test_the_sentence_names_which_of_several_it_is() -> None:
    """By its place."""
    good, bad = BroughtPicture(photo()), BroughtPicture(b"no picture")
    assert (await refuse(photo(), good, bad)).startswith("The third picture is no picture")
    assert (await refuse(photo(), *[good] * 7, bad)).startswith("The 9th picture")


async def test_pictures_are_not_too_large_together() -> None:
    """Before any of them is looked at."""
    large = BroughtPicture(bytes(40 * 1024 * 1024))
    assert "100 MB are the most" in await refuse(photo(), large, large, large)


@pytest.mark.parametrize("size", [(120, 90), (5000, 100)])
async def test_a_mask_is_kept_as_large_as_its_picture(size: tuple[int, int]) -> None:
    """Transparent where it was, and nothing else of it is kept."""
    brought = [BroughtPicture(mask_of(size), MASK), BroughtPicture(photo("PNG", size))]
    picture, mask = await InputCheck().examine(brought)
    assert (picture.role, mask.role, mask.extension, mask.size) == (InputRole.BASE, MASK, "png", picture.size)
    kept = opened(mask.content)
    assert (kept.mode, Size(*kept.size), kept.getchannel("A").getextrema()) == ("RGBA", picture.size, (0, 255))


async def test_a_mask_fits_where_rounding_made_its_picture_another_size() -> None:
    """A photo is made smaller before it is turned."""
    brought = [BroughtPicture(tagged(orientation=6, size=(4322, 67))), BroughtPicture(mask_of((67, 4322)), MASK)]
    picture, mask = await InputCheck().examine(brought)
    assert picture.size == Size(*opened(mask.content).size) == Size(64, 4096)


async def test_a_mask_fits_a_photo_as_people_see_it() -> None:
    """Which lies on its side in the file."""
    brought = [BroughtPicture(tagged(orientation=6)), BroughtPicture(mask_of((90, 120)), MASK)]
    _, mask = await InputCheck().examine(brought)
    assert mask.size == Size(90, 120)


@pytest.mark.parametrize(
    ("mask", "why"),
    [
        (mask_of((90, 120)), "The mask is 90x120 and the picture 120x90: both have to be of one size"),
        (mask_of((120, 90), None), "The mask is transparent nowhere"),
        (photo("PNG"), "The mask is transparent nowhere"),
        (mask_of((120, 90), (0, 0, 120, 90)), "The mask is transparent all over"),
        (b"mask", "The mask is no picture"),
    ],
)
async def test_a_mask_that_makes_no_sense_is_refused(mask: bytes, why: str) -> None:
    """In one sentence."""
    assert why in await refuse(photo(), BroughtPicture(mask, MASK))


async def test_there_is_one_mask_and_one_picture_for_it() -> None:
    """Of any other there would be nothing to see."""
    mask = BroughtPicture(mask_of((120, 90)), MASK)
    assert "one mask only" in await refuse(photo(), mask, mask)
    with pytest.raises(BadInput) as refused:
        await InputCheck().examine([mask])
    assert "needs the picture" in refused.value.user_text


@pytest.mark.parametrize("is_known_by", ["bytes", "looks"])
async def test_what_was_taken_down_does_not_come_back(is_known_by: str) -> None:
    """Not by its bytes, and not by what it shows; other pictures may be brought."""
    blocked, brought = MemoryBlockedPictures(), BroughtPicture(photo("PNG"))
    check = InputCheck(blocked=blocked)
    await check.examine([brought])
    sha256, fingerprint = (
        (brought.sha256, None) if is_known_by == "bytes" else ("ab" * 32, compute_fingerprints(photo("JPEG"))[0])
    )
    await blocked.add(BlockedPicture(sha256=sha256, fingerprint=fingerprint, reason=RemovalReason.RULES, by="ada"))
    with pytest.raises(NotAllowed) as refused:
        await check.examine([brought])
    assert "was taken down here before" in refused.value.user_text
    await check.examine([BroughtPicture(mask_of((120, 90)))])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.filterwarnings(
    "ignore::UserWarning"
)  # as Pillow warns of EXIF that is broken, which is no reason to refuse a picture
@settings(deadline=None, max_examples=60)
@given(places=st.lists(st.tuples(st.integers(0, 5000), st.binary(min_size=1, max_size=9)), max_size=4), cut=st.integers(0, 300))
def test_whatever_the_bytes_are_there_is_a_picture_or_a_sentence(form: str, places: list[tuple[int, bytes]], cut: int) -> None:
    """And no other error."""
    content = bytearray(tagged(form))
    for place, wrong in places:
        start = place % len(content)
        content[start : start + len(wrong)] = wrong
    try:
        kept = convert_picture(bytes(content[: len(content) - cut]))
    except Unfit:
        return
    assert Size(*opened(kept.content).size) == kept.size


def test_a_jpeg_that_does_not_end_is_not_gone_through_for_ever() -> None:
    """Whoever asks has proved that it ends."""
    with pytest.raises(ValueError, match="without an end"):
        strip_metadata(b"\xff\xd8\xff\xe0\x00\x02 and no more", "jpg")
