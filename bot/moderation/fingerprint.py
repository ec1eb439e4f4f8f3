"""Perceptual hashes: two pictures that look alike have hashes that differ in few bits.

The hash is in essence that of PDQ (Facebook, 2019): the signs, against their median, of the 16 x 16 lowest frequencies
of the picture in grey. It survives re-encoding, other formats, other sizes and small changes of brightness; eight hashes
cover turned and mirrored copies. It does not survive cropping, borders, or anything drawn over a good part of the picture.
"""

import math
import struct
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO
from operator import add, mul, sub
from statistics import median

from PIL import Image

from bot.pixels import convert_mode

_EDGE = 64
_FREQUENCIES = 16
_LEAST_CONTRAST = 2.0
"""Grey levels: what shows less than that at these frequencies, such as one plain colour, has nothing to be told by."""

UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow raises at bytes that are not what they claim to be."""

Matrix = list[list[float]]


def compute_fingerprints(content: bytes) -> tuple[str, ...]:
    """Return the hashes, 64 hexadecimal digits each, of a picture that Pillow can read: as it is, then turned and mirrored.

    One that shows next to nothing has none; other bytes raise one of `UNREADABLE`.
    """
    with Image.open(BytesIO(content)) as image:
        return compute_image_fingerprints(image)


def compute_image_fingerprints(image: Image.Image) -> tuple[str, ...]:
    """Return the hashes of a picture that is open, as `compute_fingerprints` does; its pixels are unpacked then."""
    found = _frequencies(image)
    return () if _is_plain(found) else tuple(map(_hash_of, _turn_all_ways(found)))


def _frequencies(image: Image.Image) -> Matrix:
    """Return the lowest frequencies (DCT-II), but for the constant ones, of the picture on white, in grey and small."""
    image.draft("L", (4 * _EDGE, 4 * _EDGE))
    if "A" in image.getbands() or "transparency" in image.info:
        clear = convert_mode(image, "RGBA")
        clear.thumbnail((4 * _EDGE, 4 * _EDGE), Image.Resampling.BOX)
        flat = Image.new("RGBA", clear.size, "white")
        flat.alpha_composite(clear)
        image = flat
    small = convert_mode(image, "L").resize((_EDGE, _EDGE), Image.Resampling.BOX)
    levels = small.tobytes()
    across = [_transform(levels[start : start + _EDGE]) for start in range(0, _EDGE * _EDGE, _EDGE)]
    down = [_transform(column) for column in zip(*across, strict=True)]
    return [list(row) for row in zip(*down, strict=True)]


def _transform(values: Sequence[float]) -> list[float]:
    """Return the lowest frequencies of a line; each wave is the same from both ends, or its opposite, which halves the work."""
    near, far = values[: _EDGE // 2], values[: _EDGE // 2 - 1 : -1]
    halves = tuple(map(sub, near, far)), tuple(map(add, near, far))
    return [sum(map(mul, wave, halves[frequency % 2])) for frequency, wave in enumerate(_half_waves())]


@cache
def _half_waves() -> Matrix:
    """Return the first halves of the waves, beginning with frequency 1."""
    scale = math.sqrt(2 / _EDGE)
    return [
        [scale * math.cos(math.pi * frequency * (2 * place + 1) / (2 * _EDGE)) for place in range(_EDGE // 2)]
        for frequency in range(1, _FREQUENCIES + 1)
    ]


def _is_plain(found: Matrix) -> bool:
    energy = sum(value * value for row in found for value in row)
    return math.sqrt(energy) / _EDGE < _LEAST_CONTRAST


def _hash_of(found: Matrix) -> str:
    values = [value for row in found for value in row]
    middle = median(values)
    bits = "".join("1" if value > middle else "0" for value in values)
    return f"{int(bits, 2):064x}"


def _turn_all_ways(found: Matrix) -> Iterable[Matrix]:
    """Yield the frequencies of the picture in all eight ways to lay it: mirrored, upside down, turned."""
    for one in (found, [list(row) for row in zip(*found, strict=True)]):
        for flips_rows in (False, True):
            for flips_columns in (False, True):
                yield [
                    [
                        value * (-1 if flips_rows and row % 2 == 0 else 1) * (-1 if flips_columns and column % 2 == 0 else 1)
                        for column, value in enumerate(values)
                    ]
                    for row, values in enumerate(one)
                ]
