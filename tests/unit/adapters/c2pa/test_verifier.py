"""Asks what signatures are worth: of ours, of others, trusted or not, and of pictures that were changed or are broken."""

import zlib
from pathlib import Path

import pytest

from bot.app.content_credentials import check_signature
from bot.config import Settings
from bot.config.provenance_settings import ProvenanceSettings
from bot.domain.provenance import Signature, SignatureState
from bot.errors import ConfigError
from bot.services.thumbnails import shrink
from tests.fakes.signing import SigningFiles, write_signing_files
from tests.unit.adapters.c2pa.test_signer import sign
from tests.unit.services.test_provenance import a_picture

pytest.importorskip("c2pa", reason="needs easel[c2pa]")


@pytest.fixture
def files(tmp_path: Path) -> SigningFiles:
    """Return a certificate."""
    return write_signing_files(tmp_path)


def judge(content: bytes, *, own: SigningFiles | None = None, trusted: Path | None = None) -> Signature:
    """Return what a signature is worth to an operator with this certificate, who trusts these authorities."""
    chosen = ProvenanceSettings(
        certificate=str(own.certificate) if own else "", key=str(own.key) if own else "", trusted=str(trusted or "")
    )
    return check_signature(Settings(provenance=chosen), content, "image/webp")


def test_our_own_signature_is_known_as_ours(files: SigningFiles) -> None:
    """Without anything else to trust."""
    signed = sign(files, shrink(a_picture(), 16), a_picture())
    assert judge(signed, own=files) == Signature(SignatureState.VALID, "Example Studio", is_ours=True)


def test_a_signature_of_others_counts_where_somebody_vouches_for_it(files: SigningFiles, tmp_path: Path) -> None:
    """Anybody can call themselves anything."""
    (tmp_path / "other").mkdir()
    other = write_signing_files(tmp_path / "other", name="Example Studio")
    signed = sign(other, shrink(a_picture(), 16), a_picture())
    assert judge(signed) == Signature(SignatureState.UNTRUSTED, "Example Studio")
    assert judge(signed, own=files) == Signature(SignatureState.UNTRUSTED, "Example Studio")
    assert judge(signed, own=files, trusted=other.authority) == Signature(SignatureState.VALID, "Example Studio")


def test_another_certificate_of_our_authority_is_not_ours(files: SigningFiles) -> None:
    """It vouches for many."""
    signed = sign(files, shrink(a_picture(), 16), a_picture())
    files.certificate.write_bytes(files.authority.read_bytes())
    assert not judge(signed, own=files).is_ours


def test_a_changed_picture_is_not_what_was_signed(files: SigningFiles) -> None:
    """Whoever signed it."""
    signed = bytearray(sign(files, shrink(a_picture(), 16), a_picture()))
    signed[signed.find(b"VP8 ") + 30] ^= 1
    found = judge(bytes(signed), own=files)
    assert (found.state, found.reason) == (SignatureState.INVALID, "the picture was changed after it was signed")


def test_a_manifest_that_is_none_is_not_valid() -> None:
    """A few bytes that call themselves one."""
    body = b"\x00\x00\x00\x20jumb c2pa"
    chunk = len(body).to_bytes(4) + b"caBX" + body + zlib.crc32(b"caBX" + body).to_bytes(4)
    picture = a_picture()
    found = check_signature(Settings(), picture[:33] + chunk + picture[33:], "image/png")
    assert found == Signature(SignatureState.INVALID, reason="the manifest cannot be read")


def test_a_list_of_signers_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    """Nothing is judged by half a list."""
    with pytest.raises(ConfigError, match=r"trusted .* cannot be read"):
        judge(a_picture(), trusted=tmp_path / "nowhere.pem")
