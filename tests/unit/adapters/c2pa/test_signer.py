"""Asks the C2PA library's own reader whether it believes the copies that easel signs, and what they say."""

import asyncio
import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.discord.message_renderer import shrink_to_jpeg
from bot.adapters.slack.picture_sources import convert_to_png
from bot.domain.provenance import SourceType, xmp_packet
from bot.services.provenance import read_provenance
from bot.services.thumbnails import shrink
from tests.fakes.signing import SigningFiles, write_signing_files
from tests.unit.services.test_provenance import COPIES, a_picture

c2pa = pytest.importorskip("c2pa", reason="needs easel[c2pa]")

AI_URL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@pytest.fixture
def files(tmp_path: Path) -> SigningFiles:
    """Return a certificate of an operator's."""
    return write_signing_files(tmp_path)


def sign(files: SigningFiles, copy: bytes, original: bytes, *, started: timedelta = timedelta()) -> bytes:
    """Sign a copy with it, in a process that started so long ago."""
    from bot.adapters.c2pa.certificates import load_certificate  # noqa: PLC0415 - needs the extra
    from bot.adapters.c2pa.signer import C2paSigner  # noqa: PLC0415 - needs the extra

    return asyncio.run(
        C2paSigner(load_certificate(files.certificate, files.key, datetime.now(UTC) - started)).sign(copy, original)
    )


def read(files: SigningFiles, content: bytes) -> dict[str, Any]:
    """Return what the library's reader says of a picture, which trusts the operator's authority."""
    trust = {"trust_anchors": files.authority.read_text()}
    settings = {"verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False}, "trust": trust}
    media_type = read_provenance(content).media_type
    with c2pa.Context.from_dict(settings) as context, c2pa.Reader(media_type, io.BytesIO(content), context=context) as reader:
        report: dict[str, Any] = json.loads(reader.json())
    return report


@pytest.mark.parametrize("make", COPIES)
def test_the_library_believes_every_kind_of_copy(files: SigningFiles, make: Any) -> None:
    """And reads which original it was made of, that AI made it, and by which program: no words, and nobody."""
    original = a_picture()
    signed = sign(files, make(original), original)
    report = read(files, signed)
    assert report["validation_state"] == "Trusted"
    manifest = report["manifests"][report["active_manifest"]]
    [parent] = manifest["ingredients"]
    assert (parent["relationship"], parent["instance_id"]) == ("parentOf", f"sha256:{hashlib.sha256(original).hexdigest()}")
    [actions] = [one["data"]["actions"] for one in manifest["assertions"] if one["label"] == "c2pa.actions.v2"]
    assert [one["action"] for one in actions] == ["c2pa.opened", "c2pa.transcoded"]
    assert actions[0]["digitalSourceType"] == AI_URL
    assert manifest["claim_generator_info"][0]["name"] == "easel"
    assert {one["label"] for one in manifest["assertions"]} == {"c2pa.actions.v2"}
    assert manifest["signature_info"]["issuer"] == "Example Studio"


def test_a_part_that_was_put_into_a_picture_is_signed_as_that(files: SigningFiles) -> None:
    """With what was drawn as its parent; copies of the whole are copies."""
    drawn = a_picture()
    whole = sign(files, a_picture(xmp=xmp_packet(SourceType.COMPOSITE)), drawn)
    copy = sign(files, shrink(whole, 16), whole)
    found = []
    for content in (whole, copy):
        report = read(files, content)
        assert report["validation_state"] == "Trusted"
        manifest = report["manifests"][report["active_manifest"]]
        [actions] = [one["data"]["actions"] for one in manifest["assertions"] if one["label"] == "c2pa.actions.v2"]
        found.append([(one["action"], one.get("digitalSourceType", "").rpartition("/")[2]) for one in actions])
    assert found == [
        [("c2pa.opened", SourceType.AI), ("c2pa.edited", SourceType.COMPOSITE)],
        [("c2pa.opened", SourceType.COMPOSITE), ("c2pa.transcoded", "")],
    ]


def test_a_copy_of_what_no_ai_drew_is_signed_as_that(files: SigningFiles) -> None:
    """The offline previews are a program's."""
    original = a_picture(xmp=xmp_packet(SourceType.PROGRAM))
    signed = sign(files, shrink(original, 16), original)
    assert AI_URL not in json.dumps(read(files, signed))
    assert read_provenance(signed).c2pa_source_type == "algorithmicMedia"


def test_the_manifest_of_the_original_stays_inside(files: SigningFiles, tmp_path: Path) -> None:
    """What the image service signed can still be read in the copy."""
    (tmp_path / "service").mkdir()
    service = write_signing_files(tmp_path / "service", name="Image Service")
    original = sign(service, convert_to_png(a_picture()), a_picture())
    report = read(files, sign(files, shrink_to_jpeg(original, 50_000), original))
    assert report["validation_state"] == "Trusted"
    signers = {one["signature_info"]["issuer"] for one in report["manifests"].values()}
    assert signers == {"Example Studio", "Image Service"}


def test_a_changed_copy_is_not_believed(files: SigningFiles) -> None:
    """Whatever was changed of it."""
    signed = bytearray(sign(files, shrink(a_picture(), 16), a_picture()))
    signed[signed.find(b"VP8 ") + 30] ^= 1
    assert read(files, bytes(signed))["validation_state"] == "Invalid"


def test_a_certificate_that_ended_meanwhile_signs_no_more(tmp_path: Path) -> None:
    """The picture is sent all the same."""
    files = write_signing_files(tmp_path, days=(-9, -1))
    copy = shrink(a_picture(), 16)
    assert sign(files, copy, a_picture(), started=timedelta(days=5)) == copy


def test_a_manifest_that_was_broken_on_the_way_does_not_break_the_copy_s(files: SigningFiles) -> None:
    """The copy is signed by us, whatever its original's signature is worth."""
    original = bytearray(sign(files, shrink_to_jpeg(a_picture(), 50_000), a_picture()))
    original[original.find(b"jumb") + 60] ^= 0xFF
    assert read(files, sign(files, shrink(bytes(original), 16), bytes(original)))["validation_state"] == "Trusted"
