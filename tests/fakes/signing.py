"""Certificates that sign pictures, as an authority would give them out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SigningFiles:
    """PEM files: the certificate with its authority's, its key, and the authority's alone."""

    certificate: Path
    key: Path
    authority: Path


def write_signing_files(
    folder: Path,
    key: Key | None = None,
    *,
    name: str = "Example Studio",
    days: tuple[int, int] = (-1, 365),
    is_for_pictures: bool = True,
    password: bytes = b"",
) -> SigningFiles:
    """Write a certificate that is valid from one day to another, counted from now, and what goes with it."""
    key, of_authority = key or ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _builder("Example Authority", "Example Authority", of_authority, days)
    authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    authority = authority.add_extension(_usage(signs_certificates=True), critical=True)
    signer = _builder(name, "Example Authority", key, days)
    signer = signer.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    signer = signer.add_extension(_usage(signs_certificates=False), critical=True)
    if is_for_pictures:
        signer = signer.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    signer = signer.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(of_authority.public_key()), critical=False)
    top = authority.sign(of_authority, hashes.SHA256()).public_bytes(Encoding.PEM)
    files = SigningFiles(folder / "certificate.pem", folder / "key.pem", folder / "authority.pem")
    files.certificate.write_bytes(signer.sign(of_authority, hashes.SHA256()).public_bytes(Encoding.PEM) + top)
    files.authority.write_bytes(top)
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    return files


def _builder(subject: str, issuer: str, key: Key, days: tuple[int, int]) -> x509.CertificateBuilder:
    names = [x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)]) for name in (subject, issuer)]
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1]).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now + days[0] * DAY).not_valid_after(now + days[1] * DAY)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


class WordsSigner:
    """Signs by words at the end."""

    async def sign(self, copy: bytes, original: bytes) -> bytes:
        """Name both."""
        return copy + f" signed of {len(original)}".encode()
