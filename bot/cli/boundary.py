"""The outermost boundary: every failure becomes one sentence and an exit code."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

import typer

from bot.errors import BadInput, EaselError, InternalError, Refusal, StorageFailed

FAILED, REFUSED = 1, 2
_STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM}
_STOPPED_TEXT = "Stopped before anything was done."


class Interrupted(BaseException):
    """SIGINT or SIGTERM came while nothing was listening for it; typer itself would say nothing then."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def start(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run the command that was typed, and return its exit code. SIGINT and SIGTERM are handled from here on, earlier ones too."""
    for number in _STOP_SIGNALS:
        signal.signal(number, _interrupt)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
        code = app(args=list(arguments), prog_name="easel", standalone_mode=False)
    except typer.TyperException as error:
        return _report_misuse(error, arguments)
    except Interrupted as interrupted:
        return _report_stop(interrupted.number, prints_report=_wants_report(arguments))
    return code if isinstance(code, int) else 0


def run_and_exit(act: Callable[[], int], *, is_verbose: bool, prints_report: bool = False) -> NoReturn:
    """Run a command and exit with its code. `prints_report` says that even a failure is one JSON object.

    Raises:
        Exit: Always, with the code.
    """
    raise typer.Exit(_run_safely(act, is_verbose=is_verbose, prints_report=prints_report))


def _run_safely(act: Callable[[], int], *, is_verbose: bool, prints_report: bool) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # asyncio listens in its place, and in no other's
    try:
        return act()
    except EaselError as error:
        return _report_failure(error, REFUSED if isinstance(error, Refusal) else FAILED, prints_report=prints_report)
    except BrokenPipeError:
        # Whoever read our output has left; the interpreter must not complain about that when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return _report_stop(signal.SIGINT, prints_report=prints_report)
    except Exception as error:  # noqa: BLE001 - the outermost boundary: nobody sees a traceback
        return _report_crash(error, is_verbose=is_verbose, prints_report=prints_report)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise Interrupted(number)


def _wants_report(arguments: Sequence[str]) -> bool:
    """Return whether what was typed promises one JSON object, however it ends."""
    return arguments[:1] == ["imagine"] and "--json" in arguments


def _report_stop(number: int, *, prints_report: bool) -> int:
    code = 128 + number
    if prints_report:
        _print_problem("cancelled", _STOPPED_TEXT, code)
    else:
        typer.echo(_STOPPED_TEXT, err=True)
    return code


def _print_problem(kind: str, text: str, code: int) -> None:
    from bot.cli.imagine_report import ImagineProblem, ImagineReport, print_json

    print_json(ImagineReport(problem=ImagineProblem(kind, text, code)))


def _report_misuse(error: typer.TyperException, arguments: Sequence[str]) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "easel"
    message = error.format_message().rstrip(".")
    sentence = f"{message} – see {command} --help." if message.endswith("?") else f"{message}; see {command} --help."
    return _report_failure(BadInput(sentence), REFUSED, prints_report=_wants_report(arguments))


def _report_failure(error: EaselError, code: int, *, prints_report: bool) -> int:
    text = _operator_text(error)
    if prints_report:
        _print_problem(error.kind, text, code)
    else:
        typer.echo(text, err=True)
    return code


def _operator_text(error: EaselError) -> str:
    """Return the sentence for the operator: people in a chat must not read why a store failed, an operator has to."""
    if isinstance(error, StorageFailed):
        return f"easel cannot use its {error.store}: {error.reason}. {error.mend or '`easel doctor` says more.'}"
    return error.user_text


def _report_crash(error: Exception, *, is_verbose: bool, prints_report: bool) -> int:
    import structlog

    from bot.app.system import new_fault_code

    fault = InternalError(new_fault_code())
    log = structlog.get_logger(__name__)
    log.error("cli.broke", fault=fault.code, error=type(error).__name__, exc_info=error if is_verbose else None)
    if not is_verbose:
        fault.user_text += " To see where it happened, run it again with -v."
    return _report_failure(fault, FAILED, prints_report=prints_report)
