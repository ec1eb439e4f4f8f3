"""Does the command line say the same as the commands' declarations, and is it light until it has to work?"""

import contextlib
import io
import json
import re
import subprocess
import sys
from typing import Any

import pytest
import typer

from bot.cli.imagine_report import ImagineProblem, ImagineReport, print_json
from bot.cli.program import app, main
from bot.commands.spec import Option, options_of
from bot.domain.wishes import Draft

HEAVY = ("sqlalchemy", "alembic", "openai", "fastapi", "uvicorn", "PIL", "pydantic", "aioboto3", "structlog", "rich.progress")
OWN = {"as_json", "config", "output", "verbose"}
"""What `easel imagine` takes besides the command's own options."""


OPTIONS = {option.name: option for option in options_of(Draft)}


def parameters() -> dict[str, Any]:
    """Return what `easel imagine` takes, by name."""
    commands: Any = typer.main.get_command(app)
    return {parameter.name: parameter for parameter in commands.commands["imagine"].params}


def test_imagine_takes_what_the_command_takes() -> None:
    """They are one declaration."""
    assert set(parameters()) - OWN == set(OPTIONS)


@pytest.mark.parametrize("name", sorted(name for name in OPTIONS if OPTIONS[name].kind.values))
def test_imagine_offers_the_same_values_and_the_same_default(name: str) -> None:
    """The help shows them; the command itself checks them."""
    option: Option = OPTIONS[name]
    shown = re.fullmatch(r"\[(.*)\]", parameters()[name].metavar)
    assert shown
    assert shown[1].replace("-", " to ").split("|") == list(option.kind.values)
    default = None if option.default is None else str(option.default)
    assert parameters()[name].default == default


def test_each_option_is_explained() -> None:
    """Nobody has to guess."""
    assert [name for name, parameter in parameters().items() if not parameter.help] == []


def test_no_word_of_the_help_is_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    """Settings are named in brackets, as in the file; rich would leave them out."""
    for arguments in (["slack", "manifest", "--help"], ["slack", "reseal", "--help"]):
        with pytest.raises(SystemExit):
            main(arguments)
        assert "[slack] " in " ".join(capsys.readouterr().out.split())


def test_help_imports_nothing_heavy() -> None:
    """So that it is there at once."""
    code = f"import sys, bot.cli.program; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(  # noqa: S603 - our own code in our own Python
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == "[]"


_INTERRUPTED_WHILE_LOADING = """
import os, signal, sys
class Interrupts:
    def find_spec(self, name, path, target=None):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts())
from bot.cli import main
main(["imagine", "a fox", "--json"])
"""


def test_an_interrupt_while_the_program_is_loaded_is_reported() -> None:
    """As one object where one was promised, and never as a traceback."""
    done = subprocess.run(  # noqa: S603 - our own code in our own Python
        [sys.executable, "-c", _INTERRUPTED_WHILE_LOADING], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (130, "")
    assert json.loads(done.stdout)["error"]["kind"] == "cancelled"


def test_a_console_without_emoji_is_no_error() -> None:
    """What was drawn and paid for is said in whatever letters there are."""
    with io.TextIOWrapper(io.BytesIO(), encoding="cp1252") as narrow, contextlib.redirect_stdout(narrow):
        with pytest.raises(SystemExit) as left:
            main(["--version"])
        print_json(ImagineReport(problem=ImagineProblem("fault", "a fox 🦊", 1)))
        typer.echo("a fox 🦊")
        narrow.flush()
        shown = narrow.buffer.getvalue().decode("ascii")
    assert left.value.code == 0
    assert '"text": "a fox \\ud83e\\udd8a"' in shown
    assert "a fox \\U0001f98a" in shown
