"""`easel db copy`."""

import asyncio
from collections.abc import Mapping

import typer
from rich.console import Console
from rich.progress import Progress

from bot.cli.boundary import Interrupted
from bot.cli.logs import configure_logging
from bot.config import Settings
from bot.config.records_url import check_records_url
from bot.errors import BadInput
from storage.copying import Sums, copy_records, count_rows

_MONEY = ("holds", "usage", "credit_balances", "spending")


def copy(source: str, target: str, *, is_verbose: bool) -> int:
    """Copy all records, print what arrived, and return the exit code."""
    configure_logging(Settings(), "info" if is_verbose else "warning")
    try:
        arrived = asyncio.run(_copy(_check("FROM", source), _check("TO", target)))
    except (KeyboardInterrupt, Interrupted):
        typer.echo("Nothing was copied; the same command begins anew.", err=True)
        raise
    rows = sum(sums.rows for sums in arrived.values())
    typer.echo(f"All {rows:,} rows arrived, and what was added up is the same on both sides:")
    for line in _describe(arrived):
        typer.echo(f"  {line}")
    typer.echo("Now set [records] url (EASEL_RECORDS__URL) to the new database, and start easel. Pictures stay where they are.")
    return 0


async def _copy(source: str, target: str) -> Mapping[str, Sums]:
    total = await count_rows(source)
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("Copying", total=total)

        def show(table: str, rows: int) -> None:
            bar.update(task, advance=rows, description=f"Copying {table}")

        return await copy_records(source, target, show)


def _check(name: str, url: str) -> str:
    try:
        checked = check_records_url(url)
    except ValueError as error:
        raise BadInput(f"{name} {error}.") from None
    if not checked:
        raise BadInput(f"{name} is empty: name a database, such as sqlite+aiosqlite:///data/easel.db.")
    return checked


def _describe(arrived: Mapping[str, Sums]) -> list[str]:
    jobs = f"jobs: {arrived['jobs'].rows:,}, pictures: {arrived['pictures'].rows:,}, accounts: {arrived['accounts'].rows:,}"
    return [jobs, *(f"{name}: {_spell(arrived[name])}" for name in _MONEY)]


def _spell(sums: Sums) -> str:
    numbers = ", ".join(f"{column} {total:,}" for column, total in sums.by_column.items())
    return f"{sums.rows:,} rows ({numbers})"
