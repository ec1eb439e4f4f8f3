"""Asks what counts as a picture, what is said of it, and what hostile bytes can do."""

import hashlib
import io
import struct
import zlib
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.moderation.picture_check import PictureCheck
from bot.provider_errors import ProviderFailed, ProviderFault

FORMATS = {"PNG": ("png", "image/png"), "JPEG": ("jpg", "image/jpeg"), "WEBP": ("webp", "image/webp")}
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def noise(seed: int, length: int) -> bytes:
    """Return bytes without a pattern, the same each time."""
    return Random(seed).randbytes(length)  # noqa: S311 - nothing is kept secret by them


def picture(form: str, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    """Return a noisy picture, so that every byte of its file matters."""
    with Image.frombytes("RGB", size, noise(7, size[0] * size[1] * 3)) as image, io.BytesIO() as file:
        image.save(file, form, **options)
        return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return one PNG chunk with a right sum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width: int, height: int) -> bytes:
    """Return a PNG that says it is so large and holds next to nothing."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return SIGNATURE + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def vp8x_of(width: int, height: int) -> bytes:
    """Return the header of a WebP that says it is so large."""
    body = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


async def refused(content: bytes, check: PictureCheck | None = None) -> ProviderFailed:
    """Return the error that the bytes meet with."""
    with pytest.raises(ProviderFailed) as failure:
        await (check or PictureCheck()).examine("openai", content)
    assert (failure.value.provider, failure.value.fault) == ("openai", ProviderFault.BAD_ANSWER)
    return failure.value


@pytest.mark.parametrize("form", FORMATS)
async def test_a_picture_is_known_by_its_content(form: str) -> None:
    """The key names the untouched bytes, the rest says what they are."""
    content = picture(form)
    file = await PictureCheck().examine("openai", content)
    digest = hashlib.sha256(content).hexdigest()
    extension, media_type = FORMATS[form]
    assert file.key == f"pictures/{digest[:2]}/{digest}.{extension}"
    assert (file.sha256, file.media_type, file.width, file.height) == (digest, media_type, 64, 48)
    assert file.size_bytes == len(content)


@pytest.mark.parametrize(
    ("form", "mode", "options"),
    [
        ("PNG", "L", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("PNG", "1", {}),
        ("JPEG", "L", {}),
        ("JPEG", "CMYK", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("WEBP", "RGBA", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {"lossless": True}),
    ],
)
async def test_every_usual_kind_is_welcome(form: str, mode: str, options: dict[str, bool]) -> None:
    """Grey, palette, transparent, progressive, lossless."""
    with Image.new(mode, (33, 21)) as image, io.BytesIO() as file:
        image.save(file, form, **options)
        checked = await PictureCheck().examine("openai", file.getvalue())
    assert (checked.width, checked.height) == (33, 21)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.99])
async def test_a_picture_that_was_cut_short_is_refused(form: str, share: float) -> None:
    """Wherever the connection broke."""
    content = picture(form)
    await refused(content[: int(len(content) * share)])


@pytest.mark.parametrize("where", [0.1, 0.5, 0.95])
async def test_a_png_with_a_changed_byte_is_refused(where: float) -> None:
    """Its sums tell."""
    content = bytearray(picture("PNG"))
    content[int(len(content) * where)] ^= 0xFF
    await refused(bytes(content))


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF", "ICO", "PPM"])
async def test_other_formats_are_refused(form: str) -> None:
    """However well Pillow could read them."""
    assert "no PNG, JPEG or WebP" in str(await refused(picture(form)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"<html>502 Bad Gateway</html>",
        b'{"error": "no"}',
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0",
        SIGNATURE,
        SIGNATURE + b"garbage" * 100,
        SIGNATURE + chunk(b"IEND", b""),
        SIGNATURE + chunk(b"IHDR", b"\x00\x01"),
        SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)) + chunk(b"IEND", b""),
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0" + b"\x00" * 64,
        b"RIFF\x00\x00\x00\x00WEBP",
        b"RIFF\x00\x00\x00\x00WEBPVP9 " + b"\x00" * 40,
        b"RIFF\xff\xff\xff\xffWEBPVP8L" + b"\x2f" * 40,
        b"RIFF\xff\xff\xff\xffWEBPVP8 " + b"\x01" * 40,
    ],
)
async def test_what_is_no_picture_is_refused(content: bytes) -> None:
    """Whatever it claims to be in its first bytes."""
    await refused(content)


@pytest.mark.parametrize(
    "content",
    [png_of(10_000, 6_000), png_of(12_000, 12_000), png_of(50_000, 50_000), vp8x_of(10_000, 6_000), vp8x_of(1 << 24, 1 << 24)],
    ids=["60 megapixels", "144, of which Pillow warns", "2500, at which Pillow stops", "WebP of 60", "WebP without end"],
)
async def test_a_bomb_is_refused_by_its_header(content: bytes) -> None:
    """Before anything is decoded, and without Pillow's own warnings, which would be errors here."""
    assert "50000000 pixels are the most" in str(await refused(content))


@pytest.mark.parametrize("form", FORMATS)
async def test_the_most_pixels_can_be_set(form: str) -> None:
    """Exactly as many are still fine."""
    content = picture(form)
    assert (await PictureCheck(max_pixels=64 * 48).examine("openai", content)).width == 64
    assert "64x48" in str(await refused(content, PictureCheck(max_pixels=64 * 48 - 1)))


async def test_the_most_bytes_can_be_set() -> None:
    """Exactly as many are still fine."""
    content = picture("PNG")
    assert (await PictureCheck(max_bytes=len(content)).examine("openai", content)).size_bytes == len(content)
    assert "is the most" in str(await refused(content, PictureCheck(max_bytes=len(content) - 1)))


@pytest.mark.parametrize("form", FORMATS)
@given(where=st.floats(0, 1), length=st.integers(0, 40), seed=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
async def test_no_bytes_get_another_answer_than_yes_or_no(form: str, where: float, length: int, seed: int) -> None:
    """Pillow has many ways to fail; people read one sentence for all of them."""
    content = bytearray(picture(form, (20, 20)))
    start = int(where * len(content))
    content[start : start + length] = noise(seed, length)
    try:
        file = await PictureCheck().examine("openai", bytes(content))
    except ProviderFailed:
        return
    assert file.sha256 == hashlib.sha256(content).hexdigest()


async def test_a_png_whose_pixels_are_garbage_is_refused() -> None:
    """However right its sums are: people would be billed for a picture that nobody can open."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0))
    whole = zlib.compress(bytes(48 * (1 + 64 * 3)))
    for pixels in (noise(3, 5000), zlib.compress(bytes(100)), zlib.compress(bytes(100_000)), whole[:-6], b""):
        await refused(SIGNATURE + header + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))
    parts = chunk(b"IDAT", whole[:10]) + chunk(b"IDAT", b"") + chunk(b"IDAT", whole[10:])
    assert (await PictureCheck().examine("openai", SIGNATURE + header + parts + chunk(b"IEND", b""))).width == 64


async def test_a_png_whose_rows_have_a_filter_that_there_is_not_is_refused() -> None:
    """There are five (W3C PNG, section 9): all else about it is right, and still nobody can open it."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0))
    for kind in (0, 4):
        rows = (bytes([kind]) + bytes(64 * 3)) * 48
        content = SIGNATURE + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
        assert (await PictureCheck().examine("openai", content)).height == 48
    rows = (b"\x05" + bytes(64 * 3)) * 48
    refusal = await refused(SIGNATURE + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    assert "pixels cannot be read" in str(refusal)


@pytest.mark.parametrize("interlace", [0, 1])
@pytest.mark.parametrize(("depth", "colour", "bits"), [(8, 2, 24), (1, 0, 1), (16, 6, 64), (4, 3, 4)])
async def test_the_pixels_of_every_kind_of_png_are_counted_right(interlace: int, depth: int, colour: int, bits: int) -> None:
    """Row by row and pass by pass, as Pillow reads them too."""
    size, steps = (33, 21), [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    passes = [(len(range(x, size[0], a)), len(range(y, size[1], d))) for x, y, a, d in steps] if interlace else [size]
    pixels = b"".join(bytes(1 + (wide * bits + 7) // 8) * high for wide, high in passes)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlace))
    palette = chunk(b"PLTE", bytes(3)) if colour == 3 else b""
    content = SIGNATURE + header + palette + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    with Image.open(io.BytesIO(content)) as image:
        image.load()
    assert (await PictureCheck().examine("openai", content)).width == 33


async def test_a_png_of_too_many_chunks_is_refused() -> None:
    """They would be walked over for seconds."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    await refused(SIGNATURE + header + chunk(b"tEXt", b"a") * 30_000 + chunk(b"IEND", b""))


async def test_a_jpeg_of_too_many_scans_is_refused() -> None:
    """Each is a pass over all of its pixels."""
    content = picture("JPEG", progressive=True)
    start = content.rindex(b"\xff\xda")
    scan = content[start:-2]
    assert "scans" in str(await refused(content[:start] + scan * 400 + content[-2:]))


def name_format(image: Image.Image) -> bytes:
    """Make a copy that says of what, if the pixels are there already."""
    assert image.getpixel((0, 0)) is not None
    return str(image.format).encode()


@pytest.mark.parametrize(("form", "copy"), [("PNG", b"PNG"), ("WEBP", b"WEBP"), ("JPEG", None)])
async def test_a_copy_of_what_was_checked_is_there_once(form: str, copy: bytes | None) -> None:
    """But not of a JPEG, whose pixels were unpacked small and grey."""
    check = PictureCheck(make_copy=name_format)
    file = await check.examine("openai", picture(form))
    assert check.take_copy(file.sha256) == copy
    assert check.take_copy(file.sha256) is None


async def test_a_picture_that_no_copy_can_be_made_of_is_usable_all_the_same() -> None:
    """It was paid for."""

    def refuse(image: Image.Image) -> bytes:
        raise OSError(image.mode)

    check = PictureCheck(make_copy=refuse)
    file = await check.examine("openai", picture("PNG"))
    assert check.take_copy(file.sha256) is None


async def test_copies_that_nobody_takes_make_room_for_others() -> None:
    """The oldest first."""
    check = PictureCheck(make_copy=name_format)
    files = [await check.examine("openai", picture("PNG", (8, 8 + number))) for number in range(33)]
    assert [check.take_copy(file.sha256) for file in files] == [None, *[b"PNG"] * 32]
