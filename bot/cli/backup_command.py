"""`easel db backup`."""

from pathlib import Path

import typer

from bot.cli.logs import configure_logging
from bot.config import load
from storage.backup import back_up


def backup(file: Path, config: Path | None, *, is_verbose: bool) -> int:
    """Copy the database to a file, print how large it is, and return the exit code."""
    settings = load(config)
    configure_logging(settings, "info" if is_verbose else "warning")
    size = back_up(settings.records_url, file)
    typer.echo(f"The database is copied to {file} ({size / 1_000_000:.1f} MB). Copy the pictures after it: they are not in it.")
    return 0
