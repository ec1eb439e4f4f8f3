"""What can be typed after `easel discord` and `easel slack`, and what each of it says about itself."""

from typing import Annotated

import typer

from bot.cli.boundary import run_and_exit
from bot.cli.common_options import Config, Verbose, show_help

discord = typer.Typer(help="Look after the bot on Discord.")
slack = typer.Typer(help="Look after the bot on Slack.")


@discord.callback(invoke_without_command=True)
def on_discord(context: typer.Context) -> None:
    """Look after the bot on Discord."""
    show_help(context)


@slack.callback(invoke_without_command=True)
def on_slack(context: typer.Context) -> None:
    """Look after the bot on Slack."""
    show_help(context)


@discord.command()
def invite(config: Config = None, verbose: Verbose = False) -> None:
    """Print the links by which a server, or a person, adds the bot, with the permissions it needs."""

    def act() -> int:
        from bot.cli.invite_command import invite as print_invitations

        return print_invitations(config, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose)


@slack.command()
def manifest(
    *,
    url: Annotated[
        str, typer.Option(metavar="https://HOST", help="For HTTP: where Slack reaches easel. Without it: for Socket Mode.")
    ] = "",
    rotating: Annotated[
        bool, typer.Option("--rotating", help="Have tokens end after 12 hours; needs [slack] client_id.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of YAML; Slack takes both.")] = False,
) -> None:
    """Print the manifest that a Slack app is made from: commands, shortcuts, scopes, events."""

    def act() -> int:
        from bot.cli.slack_commands import manifest as print_manifest

        return print_manifest(url, is_rotating=rotating, as_json=as_json)

    run_and_exit(act, is_verbose=False)


@slack.command()
def reseal(config: Config = None, verbose: Verbose = False) -> None:
    """Encrypt the stored tokens of workspaces with the first of [slack] token_keys. Stop easel first."""

    def act() -> int:
        from bot.cli.slack_commands import reseal as encrypt

        return encrypt(config, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose)
