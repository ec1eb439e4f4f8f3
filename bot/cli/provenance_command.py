"""`easel provenance`: what a picture says of how it was made, and whether it is one of ours."""

import asyncio
import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import typer

from bot.app.content_credentials import INSTALL, check_signature
from bot.app.stores import open_records
from bot.cli.logs import configure_logging
from bot.config import Settings, load
from bot.domain.fingerprints import is_alike
from bot.domain.provenance import Signature, SignatureState
from bot.errors import BadInput
from bot.moderation.fingerprint import UNREADABLE, compute_fingerprints
from bot.services.provenance import Provenance, read_provenance
from storage.sql.pictures import KeptPicture, SqlPictures

_PAGE = 500


@dataclass(frozen=True, slots=True)
class ProvenanceReport:
    """What is known of a file.

    `signature` is that of its C2PA manifest, if it has one; `ours` the
    original that has exactly these bytes, `alike` one that looks like it where
    none has.
    """

    file: str
    sha256: str
    ai: bool | None
    says: Provenance
    signature: Signature | None
    ours: KeptPicture | None
    alike: KeptPicture | None


def show_provenance(file: Path, config: Path | None, *, as_json: bool, is_verbose: bool) -> int:
    """Look at a file, print what is known of it, and return the exit code."""
    settings = load(config)
    configure_logging(settings, "info" if is_verbose else "warning")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    says, digest = read_provenance(content), hashlib.sha256(content).hexdigest()
    signature = check_signature(settings, content, says.media_type) if says.has_c2pa else None
    ours, alike = asyncio.run(_find(settings, content, digest)) if _has_records(settings) else (None, None)
    report = ProvenanceReport(str(file), digest, says.is_ai, says, signature, ours, alike)
    if as_json:
        typer.echo(json.dumps(asdict(report), default=datetime.isoformat))
    else:
        for line in _describe(report):
            typer.echo(line)
    return 0


def _has_records(settings: Settings) -> bool:
    """Whether there is a database yet: to look at a file must not make one."""
    return not settings.records_url.startswith("sqlite") or Path(settings.records_url.partition(":///")[2]).is_file()


async def _find(settings: Settings, content: bytes, digest: str) -> tuple[KeptPicture | None, KeptPicture | None]:
    """Return the picture that has these bytes, or else the first one that looks like it."""
    async with open_records(settings) as database:
        pictures = SqlPictures(database)
        ours = await pictures.find_content(digest)
        return (ours, None) if ours is not None else (None, await _find_alike(pictures, content))


async def _find_alike(pictures: SqlPictures, content: bytes) -> KeptPicture | None:
    try:
        fingerprints = compute_fingerprints(content)
    except UNREADABLE:
        return None
    after = None
    while page := await pictures.page(most=_PAGE, after=after):
        after = page[-1].id
        for file in (picture.file for picture in page):
            if file.fingerprint is not None and is_alike(fingerprints, (file.fingerprint,)):
                return await pictures.find_content(file.sha256)
    return None


def _describe(report: ProvenanceReport) -> list[str]:
    says = report.says
    lines = [f"{report.file}: {says.format}", _describe_ours(report)]
    if says.xmp_source_type is not None:
        by = " and that easel made it or copied it" if says.says_easel else ""
        lines.append(f"Its metadata (IPTC) say {says.xmp_source_type}{by}. Anybody can write or remove that.")
    if says.has_c2pa:
        lines.append(f"It has a C2PA manifest, which says {says.c2pa_source_type or 'no source type'}.")
    if report.signature is not None:
        lines.append(_describe_signature(report.signature))
    lines.append(
        {
            None: "It does not say how it was made.",
            True: "So it says that AI made it.",
            False: "So it does not say that AI made it.",
        }[report.ai]
    )
    return lines


def _describe_ours(report: ProvenanceReport) -> str:
    if (ours := report.ours) is not None:
        return f"It is picture {ours.id} of this easel, byte for byte, of {ours.kept_at:%d %B %Y} ({ours.state})."
    if (alike := report.alike) is not None:
        return (
            f"It looks like picture {alike.id} of this easel, of {alike.kept_at:%d %B %Y} ({alike.state}), but has other bytes: "
            "a copy that was saved anew, made smaller, mirrored or turned."
        )
    return "It is not known here: no picture of this easel has its bytes or looks like it. Crops and frames are not recognised."


def _describe_signature(signature: Signature) -> str:
    signer = signature.signer or "a signer without a name"
    if signature.is_ours:
        return f"The signature is valid: this easel signed it, as {signer}."
    match signature.state:
        case SignatureState.VALID:
            return f"The signature is valid: it was signed by {signer}, whom [provenance] trusted vouches for."
        case SignatureState.UNTRUSTED:
            return (
                f"The signature fits the picture, but the signer is not trusted: it calls itself {signer}, and no certificate in "
                "[provenance] trusted vouches for that."
            )
        case SignatureState.INVALID:
            return f"The signature is not valid: {signature.reason}."
        case SignatureState.UNCHECKED:
            return f"The signature was not checked; {INSTALL} makes that possible."
