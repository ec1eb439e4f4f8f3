"""`easel objects copy`."""

import asyncio
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress

from bot.app.stores import open_objects
from bot.cli.boundary import FAILED
from bot.cli.logs import configure_logging
from bot.config import Settings, load
from bot.config.sections import check_objects_url
from bot.errors import BadInput
from storage.objects.copying import CopyReport, copy_objects, count_objects

_MOST_NAMED = 10


def copy(source: str, target: str, config: Path | None, *, is_verbose: bool) -> int:
    """Copy all pictures, print what arrived, and return the exit code."""
    settings = load(config)
    configure_logging(settings, "info" if is_verbose else "warning")
    from_, to = _point_to("FROM", source, settings), _point_to("TO", target, settings)
    if _place(from_) == _place(to):
        raise BadInput("Both are the same store: name another one to copy to.")
    if from_.pictures_folder is not None and not from_.pictures_folder.is_dir():
        raise BadInput(f"There is no folder {from_.pictures_folder}: name the one that has the pictures.")
    report = asyncio.run(_copy(from_, to))
    for line in _describe(report, target):
        typer.echo(line)
    return FAILED if report.damaged else 0


async def _copy(source: Settings, target: Settings) -> CopyReport:
    async with open_objects(source) as from_, open_objects(target) as to:
        total = await count_objects(from_)
        if not total:
            raise BadInput(f"There are no pictures of easel's in {source.objects_url}: see whether that is the right place.")
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task("Copying", total=total)
            return await copy_objects(from_, to, lambda done: bar.update(task, advance=done))


def _point_to(name: str, url: str, settings: Settings) -> Settings:
    """Return the settings with another object store."""
    try:
        checked = check_objects_url(url)
    except ValueError as error:
        raise BadInput(f"{name} {error}.") from None
    if not checked:
        raise BadInput(f"{name} is empty: name a store, such as file:data/pictures or s3://bucket/easel.")
    return settings.model_copy(update={"objects": settings.objects.model_copy(update={"url": checked})})


def _place(settings: Settings) -> str:
    folder = settings.pictures_folder
    return str(folder.resolve()) if folder is not None else settings.objects_url.rstrip("/")


def _describe(report: CopyReport, target: str) -> list[str]:
    size = f"{report.copied_bytes / 1_000_000:.1f} MB"
    copied = f"Copied {report.copied:,} files ({size}), each compared and read back; {report.present:,} were there already."
    if not report.damaged:
        return [
            copied,
            f"All pictures are in {target}. easel looks for them there once [objects] url (EASEL_OBJECTS__URL) names it.",
        ]
    named = ", ".join(report.damaged[:_MOST_NAMED]) + (" and more" if len(report.damaged) > _MOST_NAMED else "")
    damaged = f"{len(report.damaged):,} are damaged in FROM and were not copied: {named}."
    return [copied, damaged, "Bring those back from a backup, and type the same again."]
