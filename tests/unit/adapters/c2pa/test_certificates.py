"""Asks for one sentence for each way in which a certificate and its key can be wrong."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from bot.adapters.c2pa.certificates import load_certificate, read_certificates
from bot.errors import ConfigError
from tests.fakes.signing import SigningFiles, write_signing_files


def load(files: SigningFiles) -> str:
    """Load them now, and return which algorithm they sign with."""
    return load_certificate(files.certificate, files.key, datetime.now(UTC)).algorithm


@pytest.mark.parametrize(
    ("make", "algorithm"),
    [
        (lambda: ec.generate_private_key(ec.SECP256R1()), "es256"),
        (lambda: ec.generate_private_key(ec.SECP384R1()), "es384"),
        (lambda: ec.generate_private_key(ec.SECP521R1()), "es512"),
        (ed25519.Ed25519PrivateKey.generate, "ed25519"),
        (lambda: rsa.generate_private_key(65537, 2048), "ps256"),
    ],
)
def test_the_key_says_which_algorithm(tmp_path: Path, make: Callable[[], ec.EllipticCurvePrivateKey], algorithm: str) -> None:
    """So that nobody has to, and nobody can say another."""
    assert load(write_signing_files(tmp_path, make())) == algorithm


def _break(files: SigningFiles, how: str) -> None:
    match how:
        case "no certificate":
            files.certificate.unlink()
        case "no key":
            files.key.unlink()
        case "junk certificate":
            files.certificate.write_text("junk")
        case "junk key":
            files.key.write_bytes(b"\xff\x00junk")
        case "folder":
            files.key.unlink()
            files.key.mkdir()
        case _:
            folder = files.key.parent / "other"
            folder.mkdir()
            files.key.write_bytes(write_signing_files(folder).key.read_bytes())


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("no certificate", "certificate {}/certificate.pem cannot be read: no such file or directory."),
        ("no key", "key {}/key.pem cannot be read: no such file or directory."),
        ("folder", "key {}/key.pem cannot be read: is a directory."),
        ("junk certificate", "certificate {}/certificate.pem holds no certificate in PEM form."),
        ("junk key", "key {}/key.pem holds no private key in PEM form."),
        ("other key", "key {0}/key.pem is not the key of the first certificate in {0}/certificate.pem."),
    ],
)
def test_files_that_are_wrong_are_one_sentence(tmp_path: Path, how: str, sentence: str) -> None:
    """Which names the setting and the file."""
    files = write_signing_files(tmp_path)
    _break(files, how)
    with pytest.raises(ConfigError) as refused:
        load(files)
    assert refused.value.user_text == "[provenance] " + sentence.format(tmp_path)


def test_a_certificate_outside_its_days_is_refused(tmp_path: Path) -> None:
    """Before it is valid, and after."""
    with pytest.raises(ConfigError, match=r"expired on .*: get a new one"):
        load(write_signing_files(tmp_path, days=(-9, -1)))
    with pytest.raises(ConfigError, match="is not valid before"):
        load(write_signing_files(tmp_path, days=(1, 9)))


def test_a_key_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    """Locked, or of a kind that C2PA does not take."""
    with pytest.raises(ConfigError, match="locked with a password"):
        load(write_signing_files(tmp_path, password=b"secret"))
    with pytest.raises(ConfigError, match="of a kind that C2PA does not take"):
        load(write_signing_files(tmp_path, ec.generate_private_key(ec.SECP256K1())))


def test_a_path_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    """Such as one with a zero in it."""
    with pytest.raises(ConfigError, match="trusted is no path"):
        read_certificates(tmp_path / "a\0b", "trusted")
