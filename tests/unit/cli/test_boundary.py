"""Does every failure of a command become one sentence and the right exit code?"""

import json
import os
import signal

import pytest
import structlog
import typer

from bot.cli.boundary import run_and_exit, start
from bot.errors import BadInput, ConfigError, StorageFailed


@pytest.fixture(autouse=True)
def quiet(as_before: None) -> None:
    """Log to nowhere."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


def program(
    error: BaseException | None = None, code: int = 0, *, is_verbose: bool = False, prints_report: bool = False
) -> typer.Typer:
    """Make a command line with one command, which does that."""
    app = typer.Typer()

    @app.callback()
    def all_of_it() -> None:
        pass

    @app.command()
    def imagine(*, as_json: bool = typer.Option(False, "--json")) -> None:
        def act() -> int:
            if error is not None:
                raise error
            return code

        run_and_exit(act, is_verbose=is_verbose, prints_report=prints_report or as_json)

    return app


@pytest.mark.parametrize("code", [0, 1, 2, 130])
def test_the_code_of_the_command_is_the_code_of_the_program(code: int) -> None:
    """Shell scripts depend on it."""
    assert start(program(code=code), ["imagine"]) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [(BadInput("Not like that."), 2), (ConfigError("That setting is wrong."), 1)],
)
def test_an_error_is_its_sentence(capsys: pytest.CaptureFixture[str], error: BadInput, code: int) -> None:
    """A refusal ends with 2, everything else with 1."""
    assert start(program(error), ["imagine"]) == code
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"{error.user_text}\n")


def test_a_broken_store_is_named_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever has a shell here can mend it."""
    assert start(program(StorageFailed("database", "locked")), ["imagine"]) == 1
    assert capsys.readouterr().err == "easel cannot use its database: locked. `easel doctor` says more.\n"


def test_the_unforeseen_has_a_code_to_quote_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """The log holds the rest."""
    assert start(program(ZeroDivisionError("secret")), ["imagine"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "quote the code" in err
    assert "run it again with -v" in err
    assert "secret" not in err
    assert len(err.splitlines()) == 1


def test_programs_get_errors_as_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    """The same object as ever, with the error in it."""
    assert start(program(ConfigError("That setting is wrong."), prints_report=True), ["imagine"]) == 1
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert report["error"] == {"kind": "config_error", "text": "That setting is wrong."}
    assert (report["id"], report["pictures"], err) == (None, [], "")


def test_a_mistyped_option_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """With the place to look it up."""
    assert start(program(), ["imagine", "--colour", "red"]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "No such option: --colour; see easel imagine --help.\n")


def test_a_mistyped_command_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """With what was probably meant."""
    assert start(program(), ["imagin"]) == 2
    assert capsys.readouterr().err == "No such command 'imagin'. Did you mean 'imagine'? – see easel --help.\n"


def test_a_mistyped_option_is_an_object_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever parses our output finds something to parse."""
    assert start(program(), ["imagine", "--json", "--colour", "red"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "bad_input"


def test_ctrl_c_is_no_error_message(capsys: pytest.CaptureFixture[str]) -> None:
    """It ends with the shell's own code for it."""
    assert start(program(KeyboardInterrupt()), ["imagine"]) == 130
    assert capsys.readouterr().err == "Stopped before anything was done.\n"


@pytest.mark.parametrize("is_early", [True, False])
def test_ctrl_c_is_an_object_for_programs(capsys: pytest.CaptureFixture[str], *, is_early: bool) -> None:
    """However early it comes: before the command has begun, too."""
    app = program(KeyboardInterrupt())
    if is_early:

        @app.callback()
        def interrupt() -> None:
            os.kill(os.getpid(), signal.SIGINT)
            signal.pause()

    assert start(app, ["imagine", "--json"]) == 130
    out, err = capsys.readouterr()
    assert (json.loads(out)["error"], err) == ({"kind": "cancelled", "text": "Stopped before anything was done."}, "")


def test_sigterm_is_no_error_message(capsys: pytest.CaptureFixture[str]) -> None:
    """Also where nothing waits for it."""
    app = typer.Typer()

    @app.command()
    def imagine() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()

    assert start(app, []) == 143
    assert capsys.readouterr().err == "Stopped before anything was done.\n"
