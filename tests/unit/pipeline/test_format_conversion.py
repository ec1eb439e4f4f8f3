"""Asks whether pictures come as the kind of file that was asked for, whoever draws them, and still say that AI made them."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from bot.domain.images import Abilities, Background, FileFormat, Size
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.jobs import Job
from bot.domain.provenance import SourceType, xmp_packet
from bot.domain.wishes import Draft
from bot.errors import BadInput
from bot.moderation.formats import find_extension
from bot.pipeline.format_conversion import FormatConversion, convert_format
from bot.services.provenance import read_provenance
from bot.services.thumbnails import shrink
from tests.fakes.bench import Bench
from tests.fakes.images import ScriptedProvider
from tests.fakes.photos import mask_of, photo, tagged
from tests.fakes.signing import WordsSigner

EXTENSIONS = {FileFormat.PNG: "png", FileFormat.WEBP: "webp", FileFormat.JPEG: "jpg"}
ABLE = Abilities(sizes=(Size(1024, 1024),), most=2, most_inputs=2)


async def ask(bench: Bench, **asked: object) -> Job:
    """Have a wish drawn, and return its job."""
    await bench.studio.accept(Draft(prompt="a fox", **asked), bench.call())  # type: ignore[arg-type]  # options of a draft
    [job] = [row.job for row in bench.jobs.rows.values()]
    await bench.work()
    return bench.job(job)


@pytest.mark.parametrize("wanted", list(FileFormat))
async def test_what_is_kept_is_such_a_file(wanted: FileFormat) -> None:
    """By its bytes, its key and its media type; nothing is asked of a model that does not say that it can."""
    bench = Bench(painter=ScriptedProvider(abilities=ABLE))
    job = await ask(bench, format=wanted, count=2)
    assert [request.format for request in bench.painter.requests] == [None]
    pictures = await bench.pictures.of_job(job.id)
    assert len(pictures) == 2
    for picture in pictures:
        content = await bench.objects.get(picture.file.key)
        assert find_extension(content) == EXTENSIONS[wanted]
        assert picture.file.media_type == wanted.media_type
        assert picture.file.key.endswith(f".{EXTENSIONS[wanted]}")
        assert picture.file.size_bytes == len(content)


async def test_a_model_that_can_is_asked_for_it() -> None:
    """Whatever it gives all the same is turned."""
    bench = Bench(painter=ScriptedProvider(abilities=replace(ABLE, formats=(FileFormat.WEBP,))))
    job = await ask(bench, format=FileFormat.WEBP)
    assert [request.format for request in bench.painter.requests] == [FileFormat.WEBP]
    [picture] = await bench.pictures.of_job(job.id)
    assert picture.file.media_type == "image/webp"


async def test_what_is_put_into_another_picture_is_turned_after_that() -> None:
    """The model is not asked for a file with losses that are seen twice."""
    bench = Bench(painter=ScriptedProvider(abilities=replace(ABLE, formats=tuple(FileFormat))))
    brought = (BroughtPicture(photo(size=(160, 120))), BroughtPicture(mask_of((160, 120)), InputRole.MASK))
    job = await ask(bench, format=FileFormat.JPEG, picture=brought)
    assert [request.format for request in bench.painter.requests] == [None]
    [picture] = await bench.pictures.of_job(job.id)
    assert (picture.file.media_type, picture.file.width) == ("image/jpeg", 160)
    said = read_provenance(await bench.objects.get(picture.file.key))
    assert said.xmp_source_type == SourceType.COMPOSITE


async def test_a_clear_jpeg_is_refused_before_anything_counts() -> None:
    """One sentence, which says what to do."""
    bench = Bench()
    with pytest.raises(BadInput) as refused:
        await ask(bench, format=FileFormat.JPEG, background=Background.CLEAR)
    assert refused.value.user_text == "A JPEG has no clear background: take png or webp as format. Nothing was counted."
    assert (await bench.quota_status()).left == 20


@pytest.mark.parametrize("wanted", list(FileFormat))
@pytest.mark.parametrize("original", ["PNG", "WEBP", "JPEG"])
def test_it_says_that_ai_made_it_and_keeps_its_colours(original: str, wanted: FileFormat) -> None:
    """Where the original says nothing too; of a composite, and of what a program drew, it says that."""
    turned = convert_format(photo(original, icc_profile=b"a profile of colours"), wanted)
    assert turned is not None
    assert read_provenance(turned).xmp_source_type == SourceType.AI
    with Image.open(BytesIO(turned)) as image:
        assert (image.size, image.info["icc_profile"]) == ((120, 90), b"a profile of colours")


@pytest.mark.parametrize("own", list(SourceType))
def test_a_copy_says_of_itself_what_the_original_says(own: SourceType) -> None:
    """Small ones too."""
    original = photo("WEBP", xmp=xmp_packet(own))
    turned = convert_format(original, FileFormat.JPEG)
    assert turned is not None
    assert {read_provenance(one).xmp_source_type for one in (turned, shrink(original, 64))} == {own}


def test_what_is_clear_stays_clear_but_in_a_jpeg() -> None:
    """There it is white."""
    packed = BytesIO()
    Image.new("RGBA", (80, 80), (255, 0, 0, 0)).save(packed, "PNG")
    as_webp, as_jpeg = (convert_format(packed.getvalue(), wanted) for wanted in (FileFormat.WEBP, FileFormat.JPEG))
    assert as_webp is not None
    assert as_jpeg is not None
    with Image.open(BytesIO(as_webp)) as image:
        assert image.getchannel("A").getextrema() == (0, 0)
    with Image.open(BytesIO(as_jpeg)) as image:
        assert image.getpixel((40, 40)) == (255, 255, 255)


@pytest.mark.parametrize("wanted", list(FileFormat))
@pytest.mark.parametrize(("original", "mode"), [("JPEG", "CMYK"), ("PNG", "I;16"), ("PNG", "P"), ("PNG", "1"), ("WEBP", "RGBA")])
def test_whatever_its_colours_are_it_looks_the_same(original: str, mode: str, wanted: FileFormat) -> None:
    """Also in inks, and in greys of 16 bits, which would all be white."""
    packed = BytesIO()
    grey = Image.open(BytesIO(photo("PNG", mode="L")))
    deep = (
        grey.convert("I").point(lambda value: value * 257).convert("I;16")
        if mode == "I;16"
        else grey.convert("RGB").convert(mode)
    )
    deep.save(packed, original)
    turned = convert_format(packed.getvalue(), wanted)
    assert turned is not None
    assert find_extension(turned) == EXTENSIONS[wanted]
    with Image.open(BytesIO(turned)) as image:
        levels = image.convert("L").tobytes()
    dark, bright = (levels[row * 120 + column] for column, row in ((20, 40), (70, 20)))
    assert dark < 80
    assert 170 < bright < (256 if mode == "1" else 255)


@pytest.mark.parametrize("wanted", [FileFormat.PNG, FileFormat.WEBP])
def test_one_that_lies_on_its_side_is_turned(wanted: FileFormat) -> None:
    """Files of other kinds are looked at as they are."""
    turned = convert_format(tagged(orientation=6), wanted)
    assert turned is not None
    with Image.open(BytesIO(turned)) as image:
        assert image.height > image.width


async def test_what_is_turned_is_signed_and_all_else_stays_as_it_is() -> None:
    """Such files already, and what cannot be read: whoever checks pictures says so."""
    broken, bomb = (
        photo("PNG")[:200],
        photo("PNG", size=(64, 64)).replace(b"\x00\x00\x00@\x00\x00\x00@", b"\x00\x01\x00\x00" * 2, 1),
    )
    given = (photo("PNG"), photo("WEBP"), b"no picture", broken, bomb)
    png, webp, *others = await FormatConversion(WordsSigner()).convert(given, FileFormat.WEBP)
    assert (find_extension(png), png.endswith(f" signed of {len(given[0])}".encode())) == ("webp", True)
    assert (webp, *others) == given[1:]
    assert await FormatConversion(WordsSigner()).convert(given, None) == given
