"""Forms with files, as browsers and SDKs send them (RFC 7578)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser

_MOST_PARTS = 64
_MOST_HEADER_BYTES = 4096
_LONGEST_BOUNDARY = 70


@dataclass(frozen=True, slots=True)
class MultipartField:
    """One field of a form; a file has a name of its own, which nobody is to trust."""

    name: str
    content: bytes = field(repr=False)
    filename: str | None = None


def parse_multipart(body: bytes, content_type: str) -> tuple[MultipartField, ...]:
    """Return the parts of a form.

    Raises:
        ValueError: It is none, or it does not keep to the rules.
    """
    delimiter = b"\r\n--" + _find_boundary(content_type)
    pieces = iter((b"\r\n" + body).split(delimiter, _MOST_PARTS + 1))
    next(pieces)  # what stands before the first part is nobody's
    return tuple(_parts(pieces))


def _find_boundary(content_type: str) -> bytes:
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise ValueError("no form")
    if not 0 < len(boundary) <= _LONGEST_BOUNDARY or not boundary.isascii():
        raise ValueError("no boundary")
    return boundary.encode()


def _parts(pieces: Iterator[bytes]) -> Iterator[MultipartField]:
    for number, piece in enumerate(pieces):
        if piece.startswith(b"--"):
            return
        start, end = piece.find(b"\r\n"), piece.find(b"\r\n\r\n")
        if number >= _MOST_PARTS or start < 0 or piece[:start].strip() or not start <= end <= _MOST_HEADER_BYTES:
            raise ValueError("a part without headers")
        headers = BytesHeaderParser().parsebytes(piece[start + 2 : end + 4])
        name = headers.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            raise ValueError("a part without a name")  # noqa: TRY004 - one error for all that is wrong with a form
        yield MultipartField(name, piece[end + 4 :], headers.get_filename())
    raise ValueError("a form without an end")
