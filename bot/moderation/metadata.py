"""Takes out of a picture's bytes what is no picture: where and by whom it was taken, thumbnails, comments, appended files.

Pixels and colour profiles stay as they are, to the byte. What is given is
whole, as `verify_picture` proves it; else one of `UNREADABLE` is raised.
"""

import re
import struct
from collections.abc import Iterator

_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"cICP"}
_WEBP_KEPT = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"}
_WEBP_FLAGS = ~0x0C & 0xFF
"""Without the two bits that say that EXIF and XMP follow."""

_SOS, _EOI, _APP2, _COMMENT = 0xDA, 0xD9, 0xE2, 0xFE
_APPLICATION = range(0xE0, 0xF0)
_ICC = b"ICC_PROFILE\x00"
_JPEG_KEPT = {0xE0: b"JFIF\x00", _APP2: _ICC, 0xEE: b"Adobe"}
"""Segments of applications that decoders go by, and how they begin."""

_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
"""What ends the pixels of a scan: no stuffed byte and no restart."""


def strip_metadata(content: bytes, extension: str) -> bytes:
    """Return the same picture without metadata."""
    strip = {"png": _strip_png, "jpg": _strip_jpeg, "webp": _strip_webp}[extension]
    return strip(content)


def find_exif(content: bytes, extension: str) -> bytes:
    """Return the EXIF block of a PNG or WebP; nothing where it has none."""
    if extension == "png":
        return next((bytes(chunk[8:-4]) for kind, chunk in _png_chunks(content) if kind == b"eXIf"), b"")
    return next((bytes(chunk[8:]) for kind, chunk in _webp_chunks(content) if kind == b"EXIF"), b"")


def _strip_png(content: bytes) -> bytes:
    return content[:8] + b"".join(chunk for kind, chunk in _png_chunks(content) if kind in _PNG_KEPT)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Yield whole chunks, with length and sum, up to the last one."""
    view, at, kind = memoryview(content), 8, b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", content, at)
        yield kind, view[at : at + 12 + length]
        at += 12 + length


def _strip_webp(content: bytes) -> bytes:
    kept = b"".join(
        _without_flags(chunk) if kind == b"VP8X" else bytes(chunk) for kind, chunk in _webp_chunks(content) if kind in _WEBP_KEPT
    )
    return b"RIFF" + struct.pack("<I", 4 + len(kept)) + b"WEBP" + kept


def _without_flags(chunk: memoryview) -> bytes:
    return bytes(chunk[:8]) + bytes([chunk[8] & _WEBP_FLAGS]) + bytes(chunk[9:])


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Yield whole chunks, each of an even length, within what the file says is its own."""
    view, at = memoryview(content), 12
    end = min(len(content), 8 + int.from_bytes(content[4:8], "little"))
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sI", content, at)
        whole = 8 + length + length % 2
        yield kind, view[at : at + whole]
        at += whole


def _strip_jpeg(content: bytes) -> bytes:
    """Return the picture without its metadata segments. The pixels of a scan go on to the next marker."""
    kept, at = [content[:2]], 2
    while True:
        found = _MARKER.search(content, at)
        if found is None:
            raise ValueError("a JPEG without an end")
        marker = found[1][0]
        if found.start() > at:
            kept.append(content[at : found.start()])
        if marker == _EOI:
            return b"".join((*kept, b"\xff\xd9"))
        start = found.end()
        [length] = struct.unpack_from(">H", content, start)
        if _is_kept(marker, content[start + 2 : start + 2 + len(_ICC)]):
            kept.append(b"\xff" + content[start - 1 : start + length])
        at = start + length


def _is_kept(marker: int, beginning: bytes) -> bool:
    if marker in _APPLICATION:
        return marker in _JPEG_KEPT and beginning.startswith(_JPEG_KEPT[marker])
    return marker != _COMMENT
