"""Reads what pictures say about how they were made, and marks copies with it."""

import io
from dataclasses import dataclass

from PIL import Image

from bot.domain.provenance import SourceType, find_source_type, names_easel, xmp_packet
from bot.errors import BadInput

_PNG, _JPEG_START = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a file says of itself. `xmp_source_type` and `c2pa_source_type` are IPTC digital source types.

    `has_c2pa` says that there is a C2PA manifest; its signature is not looked
    at here.
    """

    format: str
    xmp_source_type: str | None
    says_easel: bool
    has_c2pa: bool
    c2pa_source_type: str | None

    @property
    def media_type(self) -> str:
        """Return what kind of file it is."""
        return Image.MIME.get(self.format, "application/octet-stream")

    @property
    def is_ai(self) -> bool | None:
        """Whether it says that AI made it; None where it says nothing."""
        said = {self.xmp_source_type, self.c2pa_source_type} - {None}
        return any("trainedAlgorithmicMedia".lower() in one.lower() for one in said if one) if said else None


class NoCopySigner:
    """Implements `bot.ports.copy_signer.CopySigner` where the operator has no certificate."""

    async def sign(self, copy: bytes, original: bytes) -> bytes:  # noqa: ARG002 - the port's signature
        """Return the copy as it is."""
        return copy


NO_COPY_SIGNER = NoCopySigner()


def copy_mark(original: Image.Image) -> bytes:
    """Return the XMP packet for a copy of a picture: the original's source type, and AI where it says nothing we know.

    Pillow leaves out whatever an original has, a C2PA manifest too; that holds
    for the original's bytes alone.
    """
    own = find_source_type(_xmp_of(original))
    return xmp_packet(SourceType(own) if own in set(SourceType) else SourceType.AI)


def read_provenance(content: bytes) -> Provenance:
    """Return what a picture says of how it was made. Its pixels are not unpacked.

    Raises:
        BadInput: It is no picture that can be read.
    """
    try:
        with Image.open(io.BytesIO(content)) as picture:
            xmp, form = _xmp_of(picture), picture.format or ""
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadInput("That is no picture that can be read.") from error
    manifest = _c2pa_of(content)
    return Provenance(
        format=form,
        xmp_source_type=find_source_type(xmp),
        says_easel=names_easel(xmp),
        has_c2pa=manifest is not None,
        c2pa_source_type=find_source_type(manifest) if manifest else None,
    )


def _xmp_of(picture: Image.Image) -> bytes:
    found = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    return found.encode() if isinstance(found, str) else bytes(found)


def _c2pa_of(content: bytes) -> bytes | None:
    """Return the bytes of the C2PA manifest where the specification (C2PA 2.2, A.3) puts it in each format; None without one."""
    if content.startswith(_PNG):
        parts = _png_chunks(content, b"caBX")
    elif content.startswith(_JPEG_START):
        parts = _jpeg_segments(content, 0xEB)
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        parts = _riff_chunks(content, b"C2PA")
    else:
        parts = []
    manifest = b"".join(parts)
    return manifest if b"c2pa" in manifest else None


def _png_chunks(content: bytes, wanted: bytes) -> list[bytes]:
    found, at = [], len(_PNG)
    while at + 8 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        if kind == wanted:
            found.append(content[at + 8 : at + 8 + length])
        at += 12 + length
    return found


def _jpeg_segments(content: bytes, wanted: int) -> list[bytes]:
    found, at = [], len(_JPEG_START)
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:  # noqa: PLR2004 - where pixels begin
        length = int.from_bytes(content[at + 2 : at + 4])
        if content[at + 1] == wanted:
            found.append(content[at + 4 : at + 2 + length])
        at += 2 + length
    return found


def _riff_chunks(content: bytes, wanted: bytes) -> list[bytes]:
    found, at = [], 12
    while at + 8 <= len(content):
        kind, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        if kind == wanted:
            found.append(content[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    return found
