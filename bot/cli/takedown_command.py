"""`easel takedown`: removes pictures by link, person or file, and lists what could not be removed."""

import asyncio
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from bot.app.takedowns import TakedownTools, open_takedowns
from bot.cli.logs import configure_logging
from bot.config import Settings, load
from bot.domain.people import Identity
from bot.domain.removals import RemovalReason, RemovalStep, StepState
from bot.errors import BadInput
from bot.moderation.fingerprint import UNREADABLE, compute_fingerprints
from bot.services.takedowns import FileHashes, TakedownResult
from bot.text import pluralize

_PAGE = 500


@dataclass(frozen=True, slots=True)
class TakedownReport:
    """What a takedown came to. `blocked` is the hash of a file that may not be drawn any more."""

    what: str
    kind: str
    pictures: tuple[str, ...]
    already: int
    blocked: str | None


def take_down(what: str, reason: RemovalReason, config: Path | None, *, as_json: bool, is_verbose: bool) -> int:
    """Take down what a link, a person or a file stands for, print the result, and return the exit code."""
    settings = _load(config, is_verbose=is_verbose)
    file = _read_hashes(Path(what)) if Path(what).is_file() else None
    report = asyncio.run(_take_down(settings, what, file, reason))
    typer.echo(json.dumps(asdict(report)) if as_json else _describe(report))
    return 0


def list_left(config: Path | None, *, as_json: bool, is_verbose: bool) -> int:
    """Print what could not be removed of earlier takedowns, and return the exit code."""
    left = asyncio.run(_list_unfinished(_load(config, is_verbose=is_verbose)))
    if as_json:
        for step in left:
            typer.echo(json.dumps(asdict(step)))
        return 0
    if not left:
        typer.echo("Nothing is left anywhere of pictures that were taken down, as far as easel knows.")
    for step in left:
        typer.echo(f"{step.picture}: {step.place} – {_STATES[step.state]} ({step.detail})")
    return 0


_STATES = {
    StepState.FAILED: "not removed yet, tried again",
    StepState.IMPOSSIBLE: "cannot be removed by easel",
    StepState.DONE: "removed",
}


def _load(config: Path | None, *, is_verbose: bool) -> Settings:
    settings = load(config)
    configure_logging(settings, "info" if is_verbose else "warning")
    return settings


async def _take_down(settings: Settings, what: str, file: FileHashes | None, reason: RemovalReason) -> TakedownReport:
    async with open_takedowns(settings) as tools:
        if file is not None:
            return _report(what, "file", await tools.takedowns.take_down_file(file, reason), blocked=file.sha256)
        identity = Identity.parse(what)
        if ":" in what and "/" not in what:
            return await _take_down_person(tools, identity, reason)
        found = await tools.lookup.find(what)
        return _report(what, "link", await tools.takedowns.take_down(found.pictures, reason))


def _read_hashes(path: Path) -> FileHashes:
    try:
        content = path.read_bytes()
        return FileHashes(hashlib.sha256(content).hexdigest(), compute_fingerprints(content))
    except UNREADABLE as error:
        raise BadInput(f"{path} is no picture that can be read; nothing was taken down.") from error


async def _take_down_person(tools: TakedownTools, identity: Identity, reason: RemovalReason) -> TakedownReport:
    account = await tools.accounts.find(identity)
    if account is None:
        raise BadInput(f"{identity} has never been seen here; nothing was taken down. Admins see the ids of people in /usage.")
    return _report(str(identity), "person", await tools.takedowns.take_down_account(account.id, reason))


async def _list_unfinished(settings: Settings) -> list[RemovalStep]:
    left: list[RemovalStep] = []
    async with open_takedowns(settings) as tools:
        while page := await tools.removals.list_unfinished(most=_PAGE, after=left[-1].picture if left else None):
            left += page
    return left


def _report(what: str, kind: str, result: TakedownResult, *, blocked: str | None = None) -> TakedownReport:
    return TakedownReport(what, kind, result.pictures, result.already, blocked)


def _describe(report: TakedownReport) -> str:
    lines = [f"{pluralize(len(report.pictures), 'picture')} taken down{':' if report.pictures else '.'}"]
    lines += [f"  {picture}" for picture in report.pictures]
    if report.already:
        lines.append(f"{pluralize(report.already, 'picture')} had been taken down before.")
    if report.blocked:
        lines.append(f"The file {report.blocked[:12]}… and what looks like it cannot be drawn any more.")
    if report.pictures:
        lines.append(
            "Links are dead. A running easel removes the rest within seconds; `easel takedown` alone lists what is left."
        )
    return "\n".join(lines)
