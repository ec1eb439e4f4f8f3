"""Makes one picture that somebody brings fit to be kept: whole, still, the right way up, and without metadata."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from bot.domain.images import Size
from bot.domain.inputs import MOST_BYTES
from bot.moderation.fingerprint import UNREADABLE
from bot.moderation.formats import find_extension, verify_picture
from bot.moderation.metadata import find_exif, strip_metadata
from bot.pixels import convert_mode

_MOST_PIXELS = 50_000_000
_LONGEST_KEPT = 4096
"""Pixels of the long edge: no model looks at more."""

_SHORTEST = 64
_ORIENTATION = 0x0112
_DEPTH_AT, _SIXTEEN_BITS = 24, 16
_QUALITY = 95
_MASK_EXTREMES = {(0, 0), (255, 255)}
_CHANGED_BELOW = 128

_OPENERS: dict[str, type[ImageFile]] = {"png": PngImageFile, "jpg": JpegImageFile, "webp": WebPImageFile}
_GIF = (b"GIF87a", b"GIF89a")

_HEIC = "is a HEIC picture, as iPhones take them; please send it as a JPEG or PNG"
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"hevc", b"mif1", b"msf1"), _HEIC),
    **dict.fromkeys((b"avif", b"avis"), "is an AVIF picture; please send it as a JPEG, PNG or WebP"),
}
_VIDEO = "is a video; please send a picture"
_WEB_PAGE = "is a web page and no picture; please save the picture itself and send that"
_NO_PICTURE = "is no picture that can be used here; please send a PNG, JPEG, WebP or GIF"
_BEGINNINGS = {
    b"<!doctype": _WEB_PAGE,
    b"<html": _WEB_PAGE,
    b"<svg": "is an SVG drawing; please send it as a PNG",
    b"<?xml": "is an SVG drawing or another text; please send it as a PNG",
    b"bm": "is a BMP picture; please send it as a PNG or JPEG",
    b"ii*\x00": "is a TIFF picture; please send it as a PNG or JPEG",
    b"mm\x00*": "is a TIFF picture; please send it as a PNG or JPEG",
    b"%pdf": "is a PDF; please send a picture",
}


class Unfit(Exception):
    """Why a picture cannot be used, as the rest of a sentence that begins with it."""


@dataclass(frozen=True, slots=True)
class ConvertedPicture:
    """A picture that is fit to be kept. `shown` is its size as people see it, `size` that of what is kept."""

    content: bytes
    extension: str
    shown: Size
    size: Size


def convert_picture(content: bytes) -> ConvertedPicture:
    """Return a picture as it is kept: its own bytes without metadata, or others where these would not do for models.

    Raises:
        Unfit: It is no picture that can be used.
    """
    if not content:
        raise Unfit("is empty; please send it again")
    if len(content) > MOST_BYTES:
        raise Unfit(f"is larger than {MOST_BYTES // 2**20} MB, which is the most; please send a smaller one")
    try:
        if content.startswith(_GIF):
            return _convert_gif(content)
        extension = find_extension(content)
        if extension is None:
            raise Unfit(_why_unknown(content))
        verify_picture(content, extension, _check_size)
        return _convert(content, extension)
    except UNREADABLE as error:
        raise Unfit("is cut short or damaged; please send it again") from error


def _convert(content: bytes, extension: str) -> ConvertedPicture:
    with _OPENERS[extension](BytesIO(content)) as image:
        _check_still(image)
        turn = _orientation(image, content, extension)
        shown = Size(*(image.size if turn <= 4 else image.size[::-1]))  # noqa: PLR2004 - EXIF: from 5 on it lies on its side
        is_deep = extension == "png" and content[_DEPTH_AT] == _SIXTEEN_BITS
        if turn == 1 and not is_deep and image.mode != "CMYK" and max(image.size) <= _LONGEST_KEPT:
            return ConvertedPicture(strip_metadata(content, extension), extension, shown, shown)
        return _encode(in_eight_bits(image), turn, shown, is_jpeg=extension == "jpg")


def _convert_gif(content: bytes) -> ConvertedPicture:
    with GifImageFile(BytesIO(content)) as image:
        shown = Size(*image.size)
        _check_size(shown)
        _check_still(image)
        return _encode(image.convert("RGBA"), 1, shown, is_jpeg=False)


def _encode(image: Image.Image, turn: int, shown: Size, *, is_jpeg: bool) -> ConvertedPicture:
    """Return the picture encoded anew, turned upright and no larger than is of use."""
    profile = image.info.get("icc_profile") if image.mode in {"RGB", "RGBA"} else None
    image.thumbnail((_LONGEST_KEPT, _LONGEST_KEPT), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if turn in _TURNS:
        image = image.transpose(_TURNS[turn])
    packed = BytesIO()
    options: dict[str, Any] = {"icc_profile": profile} if profile else {}
    if is_jpeg:
        image.save(packed, "JPEG", quality=_QUALITY, **options)
    else:
        image.save(packed, "PNG", compress_level=3, **options)
    return ConvertedPicture(packed.getvalue(), "jpg" if is_jpeg else "png", shown, Size(*image.size))


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What EXIF's orientations ask for."""


def in_eight_bits(image: Image.Image) -> Image.Image:
    """Return the picture in colours of eight bits, or in grey."""
    if image.mode.startswith("I"):
        return convert_mode(image, "L")
    if image.mode in {"RGB", "RGBA", "L", "LA"}:
        return image.copy()
    return image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")


def convert_mask(content: bytes, base: ConvertedPicture) -> bytes:
    """Return a mask as OpenAI takes it, as large as the picture that it is for: a PNG, transparent where that is changed.

    Raises:
        Unfit: It is no mask, is of another size, or has nothing or everything changed.
    """
    mask = convert_picture(content)
    if mask.shown != base.shown:
        raise Unfit(f"is {mask.shown} and the picture {base.shown}: both have to be of one size")
    with Image.open(BytesIO(mask.content)) as image:
        opacity = image.convert("RGBA").getchannel("A")
    if opacity.getextrema() in _MASK_EXTREMES:
        is_full = opacity.getextrema() == (0, 0)
        raise Unfit(
            "is transparent all over, so that all would be changed; leave it out for that"
            if is_full
            else "is transparent nowhere, so that nothing would be changed; make transparent what is to change"
        )
    if opacity.size != (base.size.width, base.size.height):
        opacity = opacity.resize((base.size.width, base.size.height), Image.Resampling.NEAREST)
    packed = BytesIO()
    Image.merge("LA", (Image.new("L", opacity.size), opacity)).convert("RGBA").save(packed, "PNG", compress_level=6)
    return packed.getvalue()


def _check_size(size: Size) -> None:
    if size.pixels > _MOST_PIXELS:
        most = _MOST_PIXELS // 1_000_000
        raise Unfit(f"has {size.pixels / 1_000_000:.0f} megapixels, and {most} are the most; please send a smaller one")
    if min(size.width, size.height) < _SHORTEST:
        raise Unfit(f"is {size} pixels, and {_SHORTEST} are the least on each edge; please send a larger one")


def _check_still(image: ImageFile) -> None:
    if getattr(image, "is_animated", False):
        raise Unfit("moves; please send a still one")


def _orientation(image: ImageFile, content: bytes, extension: str) -> int:
    """Return how EXIF says that the picture is to be turned, from 1, which is not at all, to 8."""
    if extension == "jpg":
        found = image.getexif().get(_ORIENTATION)
    else:
        exif = Image.Exif()
        exif.load(b"Exif\x00\x00" + find_exif(content, extension).removeprefix(b"Exif\x00\x00"))
        found = exif.get(_ORIENTATION)
    return found if found in _TURNS else 1


def _why_unknown(content: bytes) -> str:
    """Return what the bytes are, if they are something that people take for a picture."""
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], _VIDEO)
    start = content[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return next((why for beginning, why in _BEGINNINGS.items() if start.startswith(beginning)), _NO_PICTURE)
