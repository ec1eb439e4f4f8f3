"""What became of a wish, printed for people or for programs."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

import typer

from bot.adapters.terminal.sanitizing import sanitize
from bot.domain.money import Cost
from bot.services.job_views import JobView


@dataclass(frozen=True, slots=True)
class ImagineProblem:
    """Why there is no picture, or not as expected; `code` is what the program exits with."""

    kind: str
    text: str
    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagineReport:
    """Everything `easel imagine` says at its end; without a job where the wish did not become one.

    `paths` says where each of the job's pictures lies; None where that is not on a disk of this machine.
    """

    job: JobView | None = None
    paths: tuple[Path | None, ...] = ()
    problem: ImagineProblem | None = None
    cost: Cost | None = None

    @property
    def exit_code(self) -> int:
        """Return what the program exits with."""
        return self.problem.code if self.problem else 0


def print_json(report: ImagineReport) -> None:
    """Print the report as one object on one line, in ASCII: every console can show it.

    The object is a job as the REST API gives it, and the path of each picture.
    """
    facts = asdict(report.job) if report.job else dict.fromkeys(field.name for field in fields(JobView))
    pictures = [
        {**picture, "path": _path_text(path)} for picture, path in zip(facts["pictures"] or (), report.paths, strict=True)
    ]
    error = {"kind": report.problem.kind, "text": report.problem.text} if report.problem else None
    typer.echo(json.dumps({**facts, "pictures": pictures, "error": error}, default=datetime.isoformat))


def _path_text(path: Path | None) -> str | None:
    return str(path) if path else None


def print_lines(report: ImagineReport) -> None:
    """Print the pictures and how they came about; one fact a line, so that paths can be copied."""
    job = report.job
    if job is None or not job.pictures:
        return
    for picture, path in zip(job.pictures, report.paths, strict=True):
        if path:
            typer.echo(str(path))
        typer.echo(f"  {picture.url} ({picture.width}x{picture.height}, while easel is running)")
    typer.echo(f"asked  {sanitize(job.prompt)}")
    typer.echo(f"drawn  {sanitize(job.drawn_prompt or '')}")
    typer.echo(f"model  {job.model} ({job.provider})")
    if report.cost is not None:
        typer.echo(f"cost   {report.cost}")
