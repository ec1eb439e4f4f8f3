"""Signing copies and checking signatures, where the settings and what is installed allow it; else nothing is imported."""

import asyncio
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.domain.provenance import Signature, SignatureState
from bot.errors import ConfigError
from bot.ports.clock import Clock
from bot.ports.copy_signer import CopySigner
from bot.services.provenance import NO_COPY_SIGNER

if TYPE_CHECKING:
    from bot.adapters.c2pa.certificates import SigningCertificate

INSTALL = "pip install easel[c2pa]"


async def open_copy_signer(settings: Settings, clock: Clock) -> CopySigner:
    """Return what signs the copies that are made of pictures; without a certificate nothing does.

    Raises:
        ConfigError: The extra is not installed, or the certificate cannot sign now.
    """
    if not settings.provenance.certificate:
        return NO_COPY_SIGNER
    signer, _ = await asyncio.to_thread(_open, settings, clock)
    return signer


async def check_certificate(settings: Settings, clock: Clock) -> "SigningCertificate":
    """Return the certificate of the settings if it can sign now; raises as `open_copy_signer` does."""
    _, certificate = await asyncio.to_thread(_open, settings, clock)
    return certificate


def check_signature(settings: Settings, content: bytes, media_type: str) -> Signature:
    """Return what the signature of a picture's C2PA manifest is worth.

    Raises:
        ConfigError: The certificates that the settings name cannot be read.
    """
    if not _is_installed():
        return Signature(SignatureState.UNCHECKED)
    from bot.adapters.c2pa.certificates import read_certificates, to_pem
    from bot.adapters.c2pa.verifier import verify_signature

    chosen = settings.provenance
    own = read_certificates(_to_path(chosen.certificate), "certificate") if chosen.certificate else []
    trusted = read_certificates(_to_path(chosen.trusted), "trusted") if chosen.trusted else []
    serial = own[0].serial_number if own else None
    return verify_signature(content, media_type, own=to_pem(own), own_serial=serial, trusted=to_pem(trusted))


def _open(settings: Settings, clock: Clock) -> "tuple[CopySigner, SigningCertificate]":
    if not _is_installed():
        raise ConfigError(f"[provenance] certificate needs more packages: {INSTALL}.")
    from bot.adapters.c2pa.certificates import load_certificate
    from bot.adapters.c2pa.signer import C2paSigner

    chosen = settings.provenance
    certificate = load_certificate(_to_path(chosen.certificate), _to_path(chosen.key), clock.now())
    signer = C2paSigner(certificate)
    signer.check()
    return signer, certificate


def _is_installed() -> bool:
    return all(find_spec(package) is not None for package in ("c2pa", "cryptography"))


def _to_path(text: str) -> Path:
    return Path(text).expanduser()
