"""Options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings file (default: what EASEL_CONFIG names, or config.toml here)."),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log more, to the standard error stream.")]
_HEALTH = "Where to answer /healthz and /readyz and tell /metrics, for nobody but whoever runs easel"
HealthPort = Annotated[
    int, typer.Option("--health-port", "--port", min=0, max=65535, help=f"{_HEALTH} (default: any free port).")
]
OptionalHealthPort = Annotated[
    int | None, typer.Option("--health-port", min=0, max=65535, help=f"{_HEALTH} (default: nowhere; 0: any free port).")
]
Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object, and nothing else, to the standard output.")]


def show_help(context: typer.Context) -> None:
    """Print what there is where a group of commands is typed without one of them."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
