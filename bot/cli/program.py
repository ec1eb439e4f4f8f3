"""What can be typed after `easel`, and what each of it says about itself."""

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.app.garbage import collections_paused
from bot.cli.boundary import run_and_exit, start
from bot.cli.cases_program import cases
from bot.cli.chat_program import discord, slack
from bot.cli.common_options import Config, HealthPort, Json, OptionalHealthPort, Verbose, show_help
from bot.cli.moderation_program import moderation
from bot.cli.option_flags import with_options_of
from bot.cli.takedown_program import takedown
from bot.domain.wishes import Draft

_EPILOG = "Settings come from config.toml and the environment: config.example.toml explains every one of them."

app = typer.Typer(
    name="easel",
    help="An image studio that lives in the chat people already use.",
    epilog=_EPILOG,
    add_completion=False,
    rich_markup_mode=None,  # rich would take [slack] for a style and leave it out
)
db = typer.Typer(help="Look after the database.")
app.add_typer(db, name="db")
objects = typer.Typer(help="Look after the pictures.")
app.add_typer(objects, name="objects")
app.add_typer(moderation, name="moderation")
app.add_typer(cases, name="cases")
app.add_typer(discord, name="discord")
app.add_typer(slack, name="slack")
app.command(name="takedown")(takedown)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit; whatever happens, nobody sees a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a console without emoji must not end what was paid for
    sys.exit(start(app, list(sys.argv[1:] if arguments is None else arguments)))


def _version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"easel {version('easel')}")
        except PackageNotFoundError:
            typer.echo("easel (not installed: run make setup)")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def easel(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """An image studio that lives in the chat people already use."""
    show_help(context)


@db.callback(invoke_without_command=True)
def database(context: typer.Context) -> None:
    """Look after the database."""
    show_help(context)


@objects.callback(invoke_without_command=True)
def pictures(context: typer.Context) -> None:
    """Look after the pictures."""
    show_help(context)


@app.command(name="run")
def run(health_port: OptionalHealthPort = None, config: Config = None, verbose: Verbose = False) -> None:
    """Start easel: its page, and the work on what people ask for. Ctrl-C or SIGTERM ends it cleanly."""

    def act() -> int:
        with collections_paused():
            from bot.cli.run_command import run as run_easel

            return run_easel(config, health_port=health_port, is_verbose=verbose)

    run_and_exit(act, is_verbose=True)


@app.command()
def gateway(health_port: HealthPort = 0, config: Config = None, verbose: Verbose = False) -> None:
    """Start only what listens to chats: Discord's gateway, Slack's sockets. It needs [engine] url, and workers."""
    _run_part("gateway", config, health_port=health_port, verbose=verbose)


@app.command()
def web(health_port: OptionalHealthPort = None, config: Config = None, verbose: Verbose = False) -> None:
    """Start only what is reached by HTTP: the page, REST, links, and what chats and Stripe send. It needs [engine] url."""
    _run_part("web", config, health_port=health_port, verbose=verbose)


@app.command()
def worker(
    health_port: HealthPort = 0,
    slots: Annotated[
        int | None,
        typer.Option(min=1, max=1000, help="How many pictures of each tier to draw at once (default: as [worker.slots] says)."),
    ] = None,
    tiers: Annotated[
        str,
        typer.Option("--tiers", metavar="NAME,NAME", help="Draw only for people of these tiers; others need a worker too."),
    ] = "",
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Start only the work: drawing and delivering what others take in. It needs [engine] url."""
    _run_part("worker", config, health_port=health_port, slots=slots or 0, tiers=tiers, verbose=verbose)


def _run_part(role: str, config: Path | None, *, health_port: int | None, slots: int = 0, tiers: str = "", verbose: bool) -> None:
    def act() -> int:
        with collections_paused():
            from bot.app.roles import Role
            from bot.cli.run_command import run as run_easel

            return run_easel(config, Role(role), health_port=health_port, slots=slots, tiers=tiers, is_verbose=verbose)

    run_and_exit(act, is_verbose=True)


@app.command()
@with_options_of(Draft)
def imagine(
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the picture to FILE; several go to FILE-1, FILE-2 and so on, before FILE's ending.",
        ),
    ] = None,
    as_json: Json = False,
    config: Config = None,
    verbose: Verbose = False,
    **asked: str | list[str] | list[Path] | None,
) -> None:
    """Draw pictures from words, and print where they are.

    It ends with 0 when there is a picture, with 2 when the request was refused
    (a rule, a limit, a typing mistake), with 1 when something failed, and
    with 130 when Ctrl-C stopped it; what that cost is said then.
    """

    def act() -> int:
        from bot.cli.imagine_command import imagine as draw
        from bot.cli.option_flags import read_flags

        return draw(read_flags(asked), config, output=output, as_json=as_json, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose, prints_report=as_json)


@app.command()
def provenance(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The picture to look at.")],
    as_json: Json = False,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Say what a picture tells of how it was made, who signed that, and whether this easel drew it or one that looks like it."""

    def act() -> int:
        from bot.cli.provenance_command import show_provenance

        return show_provenance(file, config, as_json=as_json, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose)


@app.command()
def doctor(as_json: Json = False, config: Config = None, verbose: Verbose = False) -> None:
    """Check settings, keys, models, folders and chats, and say how to mend what is wrong.

    Nothing is spent on it. Ends with 1 when something is wrong.
    """

    def act() -> int:
        from bot.cli.doctor_command import run_doctor

        return run_doctor(config, as_json=as_json, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose)


@app.command()
def link(config: Config = None, verbose: Verbose = False) -> None:
    """Print a code to type on the page or in a chat, which makes you an owner of this easel there."""

    def act() -> int:
        from bot.cli.link_command import link as print_code

        return print_code(config, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose)


@db.command()
def upgrade(config: Config = None, verbose: Verbose = False) -> None:
    """Bring the database up to date. `easel run` and `easel imagine` do so by themselves."""

    def act() -> int:
        from bot.cli.upgrade_command import upgrade as upgrade_database

        return upgrade_database(config, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose)


@db.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; it must not be there yet.")],
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Copy the database to a file, also while easel runs. For SQLite: PostgreSQL has pg_dump."""

    def act() -> int:
        from bot.cli.backup_command import backup as back_up_database

        return back_up_database(file, config, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose)


@db.command(name="copy")
def copy_database(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The database that has the records, as [records] url names it.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="An empty database; for SQLite, a file that need not be there.")],
    verbose: Verbose = False,
) -> None:
    """Copy all records to another database: from SQLite to PostgreSQL, or back.

    Stop every easel that uses one of them first; the copy refuses to begin
    where it sees one. It is whole or it is not there: after an interruption
    nothing has arrived, and the same command begins anew. FROM is not changed.
    A password can stand in ~/.pgpass in place of the command line.
    """

    def act() -> int:
        from bot.cli.copy_command import copy

        return copy(source, target, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose)


@objects.command(name="copy")
def copy_pictures(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Where the pictures are, as [objects] url names it.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="A folder, such as file:/data/pictures, or s3://bucket/prefix.")],
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Copy all pictures to another store: from the folder to a bucket, or back.

    What TO has already is not copied again, so the same command goes on after
    an interruption, and catches up when easel has drawn meanwhile. Each
    picture is compared with its hash, and read back. FROM is not changed. A
    bucket's endpoint, region and keys are those of [objects].
    """

    def act() -> int:
        from bot.cli.objects_copy_command import copy

        return copy(source, target, config, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose)
