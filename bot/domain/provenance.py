"""What pictures say of how they were made, in the words of the IPTC, which platforms and law makers go by.

Source: https://cv.iptc.org/newscodes/digitalsourcetype/ and the IPTC Photo
Metadata Standard, property `Iptc4xmpExt:DigitalSourceType`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_NAMED = re.compile(rb"https?://cv\.iptc\.org/newscodes/digitalsourcetype/([A-Za-z]{1,64})")
_OURS = re.compile(rb"CreatorTool[=>\"' ]{1,3}easel\b")

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmp:CreatorTool="easel" Iptc4xmpExt:DigitalSourceType="{source_type}"/>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


class SourceType(StrEnum):
    """How a picture was made."""

    AI = "trainedAlgorithmicMedia"
    """By a model that was trained on pictures."""
    PROGRAM = "algorithmicMedia"
    """By a program that was not."""
    COMPOSITE = "compositeWithTrainedAlgorithmicMedia"
    """Of a picture, and of what a model drew into a part of it."""


class SignatureState(StrEnum):
    """What the signature of a C2PA manifest is worth."""

    VALID = "valid"
    """It fits the picture, and a signer whom the operator trusts made it."""
    UNTRUSTED = "untrusted"
    """It fits the picture; anybody could have made it under any name."""
    INVALID = "invalid"
    UNCHECKED = "unchecked"
    """What looks at signatures is not installed."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What was found about the signature of a C2PA manifest, and what its signer is called.

    `reason` says why it is invalid; `is_ours` that this deployment's own
    certificate made it.
    """

    state: SignatureState
    signer: str | None = None
    reason: str | None = None
    is_ours: bool = False


def xmp_packet(source_type: SourceType) -> bytes:
    """Return the XMP packet for a picture that easel made or copied."""
    return _PACKET.format(source_type=source_type_url(source_type)).encode()


def source_type_url(source_type: SourceType) -> str:
    """Return the address that stands for a source type in the IPTC's vocabulary."""
    return _VOCABULARY + source_type


def find_source_type(metadata: bytes) -> str | None:
    """Return the digital source type that metadata of any form names first; None where it names none."""
    found = _NAMED.search(metadata)
    return found[1].decode() if found else None


def names_easel(xmp: bytes) -> bool:
    """Whether XMP says that easel made the picture. Anybody can write that."""
    return _OURS.search(xmp) is not None
