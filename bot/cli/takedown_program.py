"""What can be typed after `easel takedown`."""

from typing import Annotated

import typer

from bot.cli.boundary import run_and_exit
from bot.cli.common_options import Config, Json, Verbose
from bot.domain.removals import RemovalReason


def takedown(
    what: Annotated[
        str,
        typer.Argument(
            metavar="[LINK|PERSON|FILE]",
            help="A link or the id of a picture, a link to a message, somebody such as discord:1234, or a picture's file.",
        ),
    ] = "",
    reason: Annotated[RemovalReason, typer.Option("--reason", help="What its author is told.")] = RemovalReason.LEGAL,
    as_json: Json = False,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Remove pictures everywhere, at once and for good, and have the same pictures never come back.

    A running easel changes messages and deletes files within seconds; nothing
    brings them back. Without anything to take down it lists what could not be
    removed of earlier ones.
    """

    def act() -> int:
        from bot.cli.takedown_command import list_left, take_down

        if not what:
            return list_left(config, as_json=as_json, is_verbose=verbose)
        return take_down(what, reason, config, as_json=as_json, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose)
