"""`easel run`, and its parts: `easel gateway`, `easel web`, `easel worker`."""

import asyncio
from pathlib import Path

import typer

from bot.app.roles import Role, with_slots
from bot.app.serving import serve
from bot.cli.logs import configure_logging
from bot.config import load


def run(
    config: Path | None,
    role: Role = Role.ALL,
    *,
    health_port: int | None = None,
    slots: int = 0,
    tiers: str = "",
    is_verbose: bool,
) -> int:
    """Serve until stopped, and return the exit code. `slots` and `tiers` are as in `with_slots`."""
    settings = load(config)
    if slots or tiers:
        settings = with_slots(settings, slots, tiers)
    configure_logging(settings, "debug" if is_verbose else settings.log_level, role)
    asyncio.run(serve(settings, typer.echo, role, health_port=health_port))
    return 0
