"""`easel run`."""

import asyncio
from pathlib import Path

import typer

from bot.app.serving import serve
from bot.cli.logs import configure_logging
from bot.config import load


def run(config: Path | None, *, is_verbose: bool) -> int:
    """Serve until somebody stops it, and give the exit code."""
    settings = load(config)
    configure_logging(settings, "debug" if is_verbose else settings.log_level)
    asyncio.run(serve(settings, typer.echo))
    return 0
