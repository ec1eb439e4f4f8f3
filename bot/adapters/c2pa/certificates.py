"""Reading certificates and their keys from files, with one sentence for whatever is wrong with them."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from bot.errors import ConfigError

_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_LEAST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """A certificate with those that it stands on, and its key, in the form that the C2PA library takes."""

    chain: bytes
    key: bytes = field(repr=False)
    algorithm: str
    name: str
    expires_at: datetime


def load_certificate(certificate: Path, key: Path, now: datetime) -> SigningCertificate:
    """Return what signs copies.

    Raises:
        ConfigError: A file cannot be read, the two do not belong together, or the certificate is not valid now.
    """
    chain, private = read_certificates(certificate, "certificate"), _read_key(key)
    signer = chain[0]
    if private.public_key() != signer.public_key():
        raise ConfigError(f"[provenance] key {key} is not the key of the first certificate in {certificate}.")
    if now >= signer.not_valid_after_utc:
        raise ConfigError(
            f"[provenance] certificate {certificate} expired on {signer.not_valid_after_utc:%d %B %Y}: get a new one, "
            "or take certificate and key out."
        )
    if now < signer.not_valid_before_utc:
        raise ConfigError(f"[provenance] certificate {certificate} is not valid before {signer.not_valid_before_utc:%d %B %Y}.")
    return SigningCertificate(
        chain=to_pem(chain).encode(),
        key=private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        algorithm=_algorithm_of(private, key),
        name=_name_of(signer),
        expires_at=signer.not_valid_after_utc,
    )


def read_certificates(path: Path, setting: str) -> list[x509.Certificate]:
    """Return the certificates in a PEM file, which are at least one. `setting` is what names the file.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        return x509.load_pem_x509_certificates(_read(path, setting))
    except ValueError as error:
        raise ConfigError(f"[provenance] {setting} {path} holds no certificate in PEM form.") from error


def to_pem(certificates: list[x509.Certificate]) -> str:
    """Return certificates as text."""
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


def _read(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise ConfigError(f"[provenance] {setting} {path} cannot be read: {reason}.") from error
    except ValueError as error:
        raise ConfigError(f"[provenance] {setting} is no path of a file.") from error


def _read_key(path: Path) -> PrivateKeyTypes:
    content = _read(path, "key")
    try:
        return load_pem_private_key(content, None)
    except TypeError as error:
        raise ConfigError(f"[provenance] key {path} is locked with a password; easel needs one that is not.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(f"[provenance] key {path} holds no private key in PEM form.") from error


def _algorithm_of(key: PrivateKeyTypes, path: Path) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _LEAST_RSA_BITS:
        return "ps256"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    raise ConfigError(
        f"[provenance] key {path} is of a kind that C2PA does not take: use P-256, P-384, P-521, Ed25519, or RSA-2048."
    )


def _name_of(certificate: x509.Certificate) -> str:
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in certificate.subject.get_attributes_for_oid(kind):
            return str(attribute.value)
    return "nobody in particular"
