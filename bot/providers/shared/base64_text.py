"""Pictures inside text. Megabytes of it: call these off the event loop."""

import binascii
from urllib.parse import unquote_to_bytes

_PIECE = 256 * 1024
"""Characters decoded in one go, a multiple of 4: the interpreter can let the event loop in between two pieces."""


_URL_SAFE = str.maketrans("-_", "+/")


def decode_base64(text: str) -> bytes:
    """Return the bytes of base64 text, of either alphabet, with or without padding; white space is no error.

    Raises:
        ValueError: It is empty, cut short, or not base64. The text of the error does not repeat it.
    """
    if not text.isascii():
        raise ValueError("base64 with foreign characters")
    if any(space in text for space in "\n\r\t "):
        text = "".join(text.split())
    text = text.rstrip("=")
    if not text or len(text) % 4 == 1 or "=" in text:
        raise ValueError("base64 that is empty or cut short")
    if "-" in text or "_" in text:
        text = text.translate(_URL_SAFE)
    content = bytearray()
    for start in range(0, len(text), _PIECE):
        piece = text[start : start + _PIECE]
        try:
            content += binascii.a2b_base64(piece + "=" * (-len(piece) % 4), strict_mode=True)
        except binascii.Error:
            raise ValueError("base64 that cannot be decoded") from None
    return bytes(content)


def decode_data_url(url: str, largest: int) -> bytes:
    """Return the content of a `data:` URL.

    Raises:
        ValueError: It is not one, or holds more than `largest` bytes.
    """
    head, comma, data = url.partition(",")
    if not comma:
        raise ValueError("a data URL without data")
    if len(data) > largest * 4:
        raise ValueError("a data URL that is too large")
    content = decode_base64(data) if head.lower().endswith(";base64") else unquote_to_bytes(data)
    if not content or len(content) > largest:
        raise ValueError("a data URL that is too large" if content else "an empty data URL")
    return content
