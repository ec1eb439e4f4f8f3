"""What can be typed after `easel cases`."""

from typing import Annotated

import typer

from bot.cli.boundary import run_and_exit
from bot.cli.common_options import Config, Json, Verbose, show_help
from bot.domain.cases import CaseDecision, CaseState

cases = typer.Typer(help="See and decide what moderators decide.")

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case's id, as its message and the list show it.")]


@cases.callback(invoke_without_command=True)
def on_cases(context: typer.Context) -> None:
    """See and decide what moderators decide."""
    show_help(context)


@cases.command(name="list")
def list_cases(
    state: Annotated[CaseState, typer.Option(help="Which cases: open ones, the oldest first, or decided ones.")] = CaseState.OPEN,
    count: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    as_json: Json = False,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """List the cases of all communities, and how long decisions take."""

    def act() -> int:
        from bot.cli.cases_command import list_cases as print_cases

        return print_cases(state, count, config, as_json=as_json, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose, prints_report=as_json)


@cases.command()
def show(case: CaseArgument, as_json: Json = False, config: Config = None, verbose: Verbose = False) -> None:
    """Show a case, its notes, and everything that was done about it."""

    def act() -> int:
        from bot.cli.cases_command import show_case

        return show_case(case, config, as_json=as_json, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose, prints_report=as_json)


@cases.command()
def decide(
    case: CaseArgument,
    decision: Annotated[CaseDecision, typer.Argument(help="What is to happen; not every case takes every decision.")],
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Decide a case. What follows is done by the easel that runs, within a minute, or by the next one."""

    def act() -> int:
        from bot.cli.cases_command import decide_case

        return decide_case(case, decision, config, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose)


@cases.command()
def undo(case: CaseArgument, config: Config = None, verbose: Verbose = False) -> None:
    """Open a case again that was decided within the last ten minutes."""

    def act() -> int:
        from bot.cli.cases_command import undo_case

        return undo_case(case, config, is_verbose=verbose)

    run_and_exit(act, is_verbose=verbose)
