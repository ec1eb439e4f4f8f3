"""`easel db upgrade`."""

import asyncio
from pathlib import Path

import typer

from bot.app.data_folder import make_data_folder
from bot.cli.logs import configure_logging
from bot.config import load
from storage.migrate import upgrade as upgrade_tables


def upgrade(config: Path | None, *, is_verbose: bool) -> int:
    """Bring the database up to date, print the versions before and after, and return the exit code."""
    settings = load(config)
    configure_logging(settings, "info" if is_verbose else "warning")
    make_data_folder(settings.home)
    before, after = asyncio.run(upgrade_tables(settings.records_url))
    if before == after:
        typer.echo(f"The database is up to date: version {after}.")
    elif before is None:
        typer.echo(f"The database is made: version {after}.")
    else:
        typer.echo(f"The database is brought up to date: from version {before} to {after}.")
    return 0
