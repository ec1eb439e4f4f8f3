"""Pictures as people bring them: real files, made here, in all the ways that cameras and programs write them."""

from io import BytesIO
from random import Random
from typing import Any

from PIL import Image

GPS = b"48.1372"
"""Where a photo says that it was taken."""

_ORIENTATION, _MAKER, _GPS_TAG = 0x0112, 0x010F, 0x8825


def photo(form: str = "JPEG", size: tuple[int, int] = (120, 90), mode: str = "RGB", **options: Any) -> bytes:
    """Return a picture whose left half is dark and whose right half is bright but for a corner, with some noise."""
    image = Image.new("L", size, 40)
    image.paste(210, (size[0] // 2, 0, *size))
    image.paste(40, (size[0] * 3 // 4, size[1] * 3 // 4, *size))
    grain = Image.frombytes("L", size, Random(7).randbytes(size[0] * size[1]))  # noqa: S311 - nothing is kept secret by it
    return _packed(Image.blend(image, grain, 0.05).convert(mode), form, **options)


def tagged(form: str = "JPEG", *, orientation: int = 1, **options: Any) -> bytes:
    """Return a photo that says where it was taken, and how it is to be turned."""
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    exif[_MAKER] = GPS.decode()
    exif.get_ifd(_GPS_TAG)[1] = "N"
    return photo(form, exif=exif, **options)


def moving(form: str) -> bytes:
    """Return a picture of two frames."""
    frames = [Image.new("RGB", (80, 80), colour) for colour in ("red", "blue")]
    return _packed(frames[0], form, save_all=True, append_images=frames[1:])


def mask_of(size: tuple[int, int], box: tuple[int, int, int, int] | None = (10, 10, 60, 60)) -> bytes:
    """Return a mask that is transparent in a box; nowhere without one."""
    mask = Image.new("RGBA", size, (0, 0, 0, 255))
    if box:
        mask.paste((0, 0, 0, 0), box)
    return _packed(mask, "PNG")


def _packed(image: Image.Image, form: str, **options: Any) -> bytes:
    packed = BytesIO()
    image.save(packed, form, **options)
    return packed.getvalue()
