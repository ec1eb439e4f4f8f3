"""`easel provenance`: what a picture says of how it was made, and whether it is one of ours."""

import asyncio
import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import typer

from bot.app.stores import open_records
from bot.cli.logs import configure_logging
from bot.config import Settings, load
from bot.errors import BadInput
from bot.services.provenance import Provenance, read_provenance
from storage.sql.pictures import KeptPicture, SqlPictures


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a file. `ours` is the original that has exactly these bytes."""

    file: str
    sha256: str
    ai: bool | None
    says: Provenance
    ours: KeptPicture | None


def show_provenance(file: Path, config: Path | None, *, as_json: bool, is_verbose: bool) -> int:
    """Look at a file, print what is known of it, and give the exit code."""
    settings = load(config)
    configure_logging(settings, "info" if is_verbose else "warning")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    says, digest = read_provenance(content), hashlib.sha256(content).hexdigest()
    ours = asyncio.run(_find(settings, digest)) if _has_records(settings) else None
    report = Report(str(file), digest, says.is_ai, says, ours)
    if as_json:
        typer.echo(json.dumps(asdict(report), default=datetime.isoformat))
    else:
        for line in _describe(report):
            typer.echo(line)
    return 0


def _has_records(settings: Settings) -> bool:
    """Whether there are any yet: to look at a file must not make a database."""
    return not settings.records_url.startswith("sqlite") or Path(settings.records_url.partition(":///")[2]).is_file()


async def _find(settings: Settings, digest: str) -> KeptPicture | None:
    async with open_records(settings) as database:
        return await SqlPictures(database).find_content(digest)


def _describe(report: Report) -> list[str]:
    says = report.says
    lines = [f"{report.file}: {says.format}"]
    if report.ours is not None:
        ours = report.ours
        lines.append(f"It is picture {ours.id} of this easel, byte for byte, of {ours.kept_at:%d %B %Y} ({ours.state}).")
    else:
        lines.append(
            "Its bytes are of no picture that this easel keeps; a copy that was made smaller or saved anew is not known by that."
        )
    if says.xmp_source_type is not None:
        by = " and that easel made it or copied it" if says.says_easel else ""
        lines.append(f"Its metadata (IPTC) say {says.xmp_source_type}{by}. Anybody can write or remove that.")
    if says.has_c2pa:
        what = says.c2pa_source_type or "no source type"
        lines.append(f"It has a C2PA manifest, which says {what}; the signature was not checked (c2patool does).")
    lines.append(
        {
            None: "It does not say how it was made.",
            True: "So it says that AI made it.",
            False: "So it does not say that AI made it.",
        }[report.ai]
    )
    return lines
