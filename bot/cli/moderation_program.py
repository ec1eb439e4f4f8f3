"""What can be typed after `easel moderation`."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.boundary import run_and_exit
from bot.cli.common_options import Config, Verbose, show_help

moderation = typer.Typer(help="Look after what may be drawn.")


@moderation.callback(invoke_without_command=True)
def on_moderation(context: typer.Context) -> None:
    """Look after what may be drawn."""
    show_help(context)


@moderation.command(name="try")
def try_words(
    words: Annotated[list[str] | None, typer.Argument(metavar="WORDS", help="The words to judge.")] = None,
    *,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Judge each line of FILE instead: plain, or JSON with a prompt.")
    ] = None,
    own: Annotated[
        list[Path] | None, typer.Option("--list", metavar="FILE", help="Use this word list too; may be given more than once.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each prompt.")] = False,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Say what the word lists make of words, and which entry is behind it. No model is asked, nothing is spent.

    The verdict is allow, warn, review or block; only block refuses.
    """

    def act() -> int:
        from bot.cli.moderation_command import try_words as judge

        return judge(" ".join(words or []), file, own or [], config, as_json=as_json, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose)
