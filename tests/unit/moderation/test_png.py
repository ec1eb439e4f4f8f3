"""Asks which bytes are a whole PNG, and which only begin like one."""

import struct
import zlib

import pytest

from bot.moderation.png import verify_png

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = (b"IEND", b"")
ONE_GREY = zlib.compress(bytes(2))


def png_of(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a file of these chunks, each with a right sum."""
    packed = (struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks)
    return SIGNATURE + b"".join(packed)


def header(width: int = 1, height: int = 1, colour: int = 0) -> tuple[bytes, bytes]:
    """Return the header of a picture of eight bits a sample."""
    return b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)


@pytest.mark.parametrize(
    "bodies",
    [[ONE_GREY], [ONE_GREY[:3], ONE_GREY[3:]], [ONE_GREY[:-2], b"", ONE_GREY[-2:]], [ONE_GREY + b"more"]],
    ids=["in one", "in two", "with an empty one", "with something after its end"],
)
def test_pixels_may_come_in_several_chunks(bodies: list[bytes]) -> None:
    """As writers divide them."""
    verify_png(png_of(header(), *[(b"IDAT", body) for body in bodies], END))


def test_a_picture_of_many_megabytes_is_read_piece_by_piece() -> None:
    """To its last byte: the size is a whole number of pieces."""
    verify_png(png_of(header(width=4095, height=4096), (b"IDAT", zlib.compress(bytes(4096 * 4096))), END))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (png_of(END), "no header"),
        (png_of((b"IHDR", b"short"), END), "no header"),
        (png_of(header(colour=5), (b"IDAT", ONE_GREY), END), "no known colours"),
        (png_of(header(), (b"IDAT", zlib.compress(bytes(3))), END), "more pixels than it has"),
        (png_of(header(), (b"IDAT", zlib.compress(bytes(1))), END), "fewer pixels than it has"),
        (png_of(header(), (b"IDAT", ONE_GREY[:-1]), END), "fewer pixels than it has"),
        (png_of(header(), END), "fewer pixels than it has"),
        (png_of(header(), *[(b"IDAT", b"")] * 20_000, END), "too many chunks"),
        (png_of(header(), (b"IDAT", ONE_GREY), END)[:-1] + b"x", "a wrong sum"),
    ],
    ids=["nothing", "short header", "colours", "more", "fewer", "cut", "no pixels", "many chunks", "wrong sum"],
)
def test_what_is_not_whole_is_refused(content: bytes, why: str) -> None:
    """For what it is."""
    with pytest.raises(ValueError, match=why):
        verify_png(content)
