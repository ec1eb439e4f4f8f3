"""Asks what pictures say of how they were made, and that every copy of ours says it."""

import io
import zlib
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.adapters.discord.message_renderer import shrink_to_jpeg
from bot.adapters.slack.picture_sources import convert_to_png
from bot.domain.provenance import SourceType, names_easel, xmp_packet
from bot.errors import BadInput
from bot.services.provenance import read_provenance
from bot.services.thumbnails import shrink

AI, PROGRAM = "trainedAlgorithmicMedia", "algorithmicMedia"
COPIES = [lambda content: shrink(content, 16), lambda content: shrink_to_jpeg(content, 50_000), convert_to_png]


def a_picture(form: str = "PNG", xmp: bytes = b"") -> bytes:
    """Return a small picture, perhaps with XMP."""
    file = io.BytesIO()
    metadata = PngInfo()
    if xmp:
        metadata.add_itxt("XML:com.adobe.xmp", xmp.decode())
    options = {"pnginfo": metadata} if form == "PNG" else {"xmp": xmp} if xmp else {}
    Image.new("RGB", (24, 24), "teal").save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize("make", COPIES)
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_every_copy_says_that_ai_made_it(make: object, form: str) -> None:
    """Where the original says nothing, and where it does: whatever Pillow drops is written anew."""
    assert callable(make)
    for original in (a_picture(form), a_picture(form, xmp_packet(SourceType.AI))):
        says = read_provenance(make(original))
        assert (says.xmp_source_type, says.says_easel, says.is_ai) == (AI, True, True)


@pytest.mark.parametrize("make", COPIES)
def test_a_copy_of_what_no_ai_drew_does_not_say_so(make: object) -> None:
    """The offline previews are a program's."""
    assert callable(make)
    says = read_provenance(make(a_picture(xmp=xmp_packet(SourceType.PROGRAM))))
    assert (says.xmp_source_type, says.is_ai) == (PROGRAM, False)


def test_the_packet_is_xml_with_the_property_that_the_iptc_names() -> None:
    """By its namespace, with an address of its vocabulary."""
    text = xmp_packet(SourceType.AI).decode()
    [description] = ET.fromstring(text).iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")  # noqa: S314 - our own
    named = description.get("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType")
    assert named == "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def test_a_picture_that_says_nothing_says_nothing() -> None:
    """Which is no proof of anything."""
    says = read_provenance(a_picture())
    assert (says.format, says.xmp_source_type, says.has_c2pa, says.is_ai, says.says_easel) == ("PNG", None, False, None, False)
    assert says.media_type == "image/png"
    assert not names_easel(b'xmp:CreatorTool="easelization"')


MANIFEST = b"\x00\x00\x00\x20jumb c2pa c2pa.actions.v2 http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def _in_png() -> bytes:
    picture = a_picture()
    chunk = len(MANIFEST).to_bytes(4) + b"caBX" + MANIFEST + zlib.crc32(b"caBX" + MANIFEST).to_bytes(4)
    return picture[:33] + chunk + picture[33:]


def _in_jpeg() -> bytes:
    picture = a_picture("JPEG")
    return picture[:2] + b"\xff\xeb" + (len(MANIFEST) + 2).to_bytes(2) + MANIFEST + picture[2:]


def _in_webp() -> bytes:
    picture = a_picture("WEBP")
    body = picture[12:] + b"C2PA" + len(MANIFEST).to_bytes(4, "little") + MANIFEST + b"\0" * (len(MANIFEST) % 2)
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


@pytest.mark.parametrize("content", [_in_png(), _in_jpeg(), _in_webp()], ids=["png", "jpeg", "webp"])
def test_a_manifest_is_found_where_the_specification_puts_it(content: bytes) -> None:
    """And what it says is read; its copy loses it, and says so by itself."""
    says = read_provenance(content)
    assert (says.has_c2pa, says.c2pa_source_type, says.is_ai) == (True, AI, True)
    assert not read_provenance(shrink(content, 16)).has_c2pa


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", a_picture()[:20]])
def test_what_is_no_picture_is_one_sentence(content: bytes) -> None:
    """And nothing else happens."""
    with pytest.raises(BadInput) as refused:
        read_provenance(content)
    assert refused.value.user_text == "That is no picture that can be read."


def test_chunks_that_lie_about_their_length_end_nothing() -> None:
    """The search stops at the end of the file."""
    assert read_provenance(a_picture() + b"\xff\xff\xff\xffcaBX").has_c2pa is False


def test_a_picture_of_very_many_pixels_is_not_looked_at() -> None:
    """Its head says how many there are; nothing is unpacked."""
    header = b"IHDR" + (20_000).to_bytes(4) + (20_000).to_bytes(4) + b"\x08\x02\0\0\0"
    bomb = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + header + zlib.crc32(header).to_bytes(4)
    with pytest.raises(BadInput):
        read_provenance(bomb + a_picture()[33:])


def test_a_kind_of_picture_that_has_no_place_for_a_manifest_has_none() -> None:
    """Such as a GIF."""
    assert read_provenance(a_picture("GIF")).has_c2pa is False
