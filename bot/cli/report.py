"""What became of a wish, printed for people or for programs."""

import json
from dataclasses import dataclass
from pathlib import Path

import typer

from bot.adapters.terminal.plain import plain
from bot.domain.money import FREE, Cost


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no picture, or not as expected; `code` is what the program exits with."""

    kind: str
    text: str
    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPicture:
    """Where a picture is; without a path when it is not on a disk of this machine."""

    path: Path | None
    url: str
    sha256: str
    width: int
    height: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything `easel imagine` says at its end; None where a job did not come so far."""

    job: str | None = None
    state: str | None = None
    prompt: str | None = None
    drawn_prompt: str | None = None
    provider: str | None = None
    model: str | None = None
    cost: Cost = FREE
    pictures: tuple[ShownPicture, ...] = ()
    error: Problem | None = None

    @property
    def exit_code(self) -> int:
        """What the program exits with."""
        return self.error.code if self.error else 0


def print_json(report: Report) -> None:
    """Print the report as one object on one line, in ASCII: every console can show it."""
    body: dict[str, object] = {
        "job": report.job,
        "state": report.state,
        "prompt": report.prompt,
        "drawn_prompt": report.drawn_prompt,
        "provider": report.provider,
        "model": report.model,
        "cost_microusd": report.cost.microusd,
        "pictures": [_picture(picture) for picture in report.pictures],
    }
    if report.error:
        body["error"] = {"kind": report.error.kind, "text": report.error.text}
    typer.echo(json.dumps(body))


def _picture(picture: ShownPicture) -> dict[str, object]:
    return {
        "path": str(picture.path) if picture.path else None,
        "url": picture.url,
        "sha256": picture.sha256,
        "width": picture.width,
        "height": picture.height,
        "bytes": picture.size_bytes,
    }


def print_lines(report: Report) -> None:
    """Print the pictures and how they came about; one fact a line, so that paths can be copied."""
    for picture in report.pictures:
        if picture.path:
            typer.echo(str(picture.path))
        typer.echo(f"  {picture.url} ({picture.width}x{picture.height}, while easel is running)")
    if report.pictures:
        typer.echo(f"asked  {plain(report.prompt or '')}")
        typer.echo(f"drawn  {plain(report.drawn_prompt or '')}")
        typer.echo(f"model  {report.model} ({report.provider})")
        typer.echo(f"cost   {report.cost}")
