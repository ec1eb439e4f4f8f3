"""`easel doctor`."""

import asyncio
import json
from pathlib import Path

import typer

from bot.cli.boundary import FAILED
from bot.cli.logs import configure_logging
from bot.config import Settings, find_config_file, load
from bot.doctor import examine
from bot.domain.health import Finding, Health
from bot.errors import ConfigError

_MARKS = {Health.OK: ("✓", "green"), Health.NOTE: ("!", "yellow"), Health.WRONG: ("✗", "red")}


def run_doctor(config: Path | None, *, as_json: bool, is_verbose: bool) -> int:
    """Check everything, print what was found, and return the exit code."""
    configure_logging(Settings(), "info" if is_verbose else "error")
    findings = _examine(config)
    if as_json:
        typer.echo(json.dumps({"healthy": _is_healthy(findings), "findings": [_to_json(finding) for finding in findings]}))
    else:
        _print(findings)
    return 0 if _is_healthy(findings) else FAILED


def _examine(config: Path | None) -> tuple[Finding, ...]:
    """Return what the check-up finds; settings that cannot be read are the finding themselves."""
    try:
        settings = load(config)
    except ConfigError as error:
        mend = "Mend the settings; then easel doctor can look at the rest."
        return tuple(Finding("settings", Health.WRONG, sentence, mend) for sentence in error.user_text.splitlines())
    return asyncio.run(examine(settings, config_file=find_config_file(config)))


def _is_healthy(findings: tuple[Finding, ...]) -> bool:
    return all(finding.health is not Health.WRONG for finding in findings)


def _to_json(finding: Finding) -> dict[str, str]:
    return {"subject": finding.subject, "health": finding.health, "text": finding.text, "mend": finding.mend}


def _print(findings: tuple[Finding, ...]) -> None:
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        mark, colour = _MARKS[finding.health]
        typer.echo(f"{typer.style(mark, fg=colour)} {finding.subject:<{width}}  {finding.text}")
        if finding.mend:
            typer.echo(f"  {'':<{width}}  → {finding.mend}")
    wrong = sum(finding.health is Health.WRONG for finding in findings)
    typer.echo("Nothing is wrong." if not wrong else f"Wrong: {wrong} of {len(findings)}.")
