"""Real PNG files of roughly any number of bytes, quickly: the costly part is made once and kept."""

import base64
import functools
import io
import random
import struct
import zlib
from dataclasses import dataclass

from PIL import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_END = b"IEND"
_BYTES_OF_A_PLAIN_ROW = 20
"""Packed, at the most."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """All of a PNG but its last chunks; its length is a multiple of 3, so that base64 of it can be gone on from."""

    content: bytes
    base64: str


def png(width: int, height: int, about_bytes: int, mark: str) -> bytes:
    """Return a PNG that differs from every other by its `mark`."""
    return _trunk(width, height, about_bytes).content + _tail(mark)


def png_base64(width: int, height: int, about_bytes: int, mark: str) -> str:
    """Return the same as base64, without encoding megabytes again."""
    return _trunk(width, height, about_bytes).base64 + base64.b64encode(_tail(mark)).decode()


def written_as(form: str, png: str) -> str:
    """Return a picture as another kind of file, in base64 both."""
    packed = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        image.save(packed, form.upper())
    return base64.b64encode(packed.getvalue()).decode()


@functools.lru_cache(maxsize=16)
def _trunk(width: int, height: int, about_bytes: int) -> Trunk:
    row = width * 3
    noisy = min(height, max(0, about_bytes - _BYTES_OF_A_PLAIN_ROW * height) // row)
    noise = random.Random(width * height)  # noqa: S311 - only has to be incompressible
    rows = [b"\x00" + noise.randbytes(row) for _ in range(noisy)]
    rows += [b"\x00" + bytes([90, 60, 40 + line * 200 // height]) * width for line in range(noisy, height)]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"".join(rows), 1))
    missing = max(0, about_bytes - len(content))
    missing += (3 - (len(content) + missing + 12) % 3) % 3
    content += _chunk(b"paDd", noise.randbytes(missing))
    return Trunk(content, base64.b64encode(content).decode())


def _tail(mark: str) -> bytes:
    return _chunk(b"tEXt", b"Comment\x00" + mark.encode("latin-1", "replace")) + _chunk(_END, b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


@functools.cache
def bomb() -> bytes:
    """Return a PNG of 60 megapixels in a few kilobytes: one bit per pixel, all of them white."""
    width, height = 10_000, 6_000
    packer = zlib.compressobj(9)
    row = b"\x00" + b"\xff" * (width // 8)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(_END, b"")
