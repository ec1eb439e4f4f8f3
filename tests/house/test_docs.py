"""The documents cannot rot: commands, settings, ports and files that nobody wrote about, or that are gone, fail here."""

import ast
import itertools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from typer.main import get_command

from bot.app.commands import declared_commands
from bot.cli.program import app
from bot.commands.spec import AnyCommand, Option
from bot.config import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
COMMANDS = (ROOT / "docs/commands.md").read_text()
DEPENDENCIES = (ROOT / "docs/dependencies.md").read_text()


def commands() -> tuple[AnyCommand, ...]:
    """Return all commands; none of them is run here."""
    return declared_commands()


def _values(option: Option) -> str:
    return f" ({', '.join(option.kind.values)})" if option.kind.values else ""


def command_table() -> str:
    """Draw the table of docs/commands.md from the declarations."""
    rows = ["| command | what it does | options |", "|---|---|---|"]
    for command in commands():
        if command.is_typed:
            options = "; ".join(f"`{option.name}`{_values(option)}: {option.kind.summary}" for option in command.options)
            rows.append(f"| `/{command.name}` | {command.summary} | {options or 'none'} |")
    return "\n".join(rows)


def test_the_table_of_commands_is_drawn_from_the_declarations() -> None:
    """Whoever changes a command pastes what this prints."""
    found = re.search(r"<!-- commands -->\n(.*?)\n?<!-- /commands -->", COMMANDS, re.DOTALL)
    assert found
    assert found[1] == command_table(), f"put this between the marks in docs/commands.md:\n{command_table()}"


def test_every_command_of_easel_is_in_a_page() -> None:
    """By the words that people type."""
    pages = "".join(page.read_text() for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")))
    named = list(_program_commands(get_command(app)))
    assert "easel db upgrade" in named
    assert [name for name in named if not re.search(rf"\b{name}\b", pages)] == []


def _program_commands(command: Any, above: str = "") -> Iterator[str]:
    """Yield each command of the program with the words before it."""
    for name, found in getattr(command, "commands", {}).items():
        words = f"{above or 'easel'} {name}"
        yield from _program_commands(found, words) if hasattr(found, "commands") else (words,)


def _settings(section: BaseModel, above: str = "") -> Iterator[tuple[str, str]]:
    """Yield each setting with the section that it stands in."""
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _settings(value, f"{above}.{name}".removeprefix("."))
        else:
            yield above, name


def _readme_settings() -> set[tuple[str, str]]:
    """Read the README's table of settings; tables whose entries people name themselves stand there as sections."""
    table = README.partition("| section | settings | what it is about |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in table.splitlines()[2:]]
    named = {(section.strip("`[]"), name) for section, names in rows for name in re.findall(r"`(\w+)`", names)}
    by_name = {("", section.strip("`[]")) for section, names in rows if names == "by name"}
    return named | by_name


def test_the_readme_names_every_setting_and_no_other() -> None:
    """In the row of its section; config.example.toml explains each (tests/unit/config/test_example.py)."""
    assert _readme_settings() == set(_settings(Settings()))


def _recipes() -> str:
    return README.partition("## Adding to it")[2].partition("MIT licensed")[0]


def test_the_recipes_name_files_that_exist() -> None:
    """A newcomer who follows one finds what it speaks of."""
    named = {name for name in re.findall(r"`([^`/( ][^`( ]*)`", _recipes()) if "/" in name or "." in name.strip("[]")}
    assert len(named) > 10
    assert [name for name in sorted(named) if not any(ROOT.glob(name))] == []


def test_the_recipes_name_code_that_exists() -> None:
    """Each class, function and constant in them is a word of the code."""
    named = set(re.findall(r"`([A-Za-z_]\w*)(?:\(\.\.\.\))?`", _recipes()))
    code = set(re.findall(r"\w+", "".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))))
    assert {"BUILDERS", "ImageProvider", "build_commands"} <= named
    assert named - code == set()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_what_pages_have_people_make_is_in_the_makefile(page: str) -> None:
    """`make x` for an x that is gone is a dead end."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^ +)make ([a-z-]+)", (ROOT / page).read_text(), re.MULTILINE))
    assert named
    assert named <= targets


def test_a_commit_is_asked_what_make_lint_asks() -> None:
    """The hooks run the Makefile's own tools: nothing is downloaded, and the two cannot differ."""
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    recipe = (ROOT / "Makefile").read_text().partition("\nlint:")[2].partition("\n\n")[0]
    asked = {line.removeprefix("\t@").replace("$(BIN)", ".venv/bin") for line in recipe.splitlines()[1:]}
    assert set(re.findall(r"entry: (.+)", hooks)) == asked
    assert "://" not in hooks


def test_links_between_pages_lead_somewhere() -> None:
    """To a file that is there, and in it to a heading that is there."""
    dead = []
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text()):
            found = (page.parent / target).resolve() if target else page
            headings = {_anchor(line) for line in found.read_text().splitlines() if line.startswith("#")} if anchor else set()
            if not found.exists() or (anchor and anchor not in headings):
                dead.append((page.name, target, anchor))
    assert dead == []


def _anchor(heading: str) -> str:
    """Return what a heading is linked by."""
    return re.sub(r"[^\w\- ]", "", heading.lstrip("#").strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", ["docs/how-a-wish-travels.md", "docs/glossary.md"])
def test_every_name_on_a_map_of_the_code_exists(page: str) -> None:
    """A map that names what is not there leads newcomers astray."""
    named = re.findall(r"`((?:bot|storage)/[\w/]+\.py)(?:::([\w.]+))?`", (ROOT / page).read_text())
    assert named
    assert [f"{path}::{name}" for path, name in named if not _is_defined(path, name)] == []


def _is_defined(path: str, name: str) -> bool:
    """Return whether a file is there, and in it a class or function, or a method of a class."""
    if not (ROOT / path).exists():
        return False
    body = ast.parse((ROOT / path).read_text()).body
    for part in filter(None, name.split(".")):
        found = [
            node for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name == part
        ]
        if not found:
            return False
        body = found[0].body
    return True


def test_every_dependency_has_its_reason() -> None:
    """One line in the table says why it is here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = (*project["project"]["optional-dependencies"].values(), project["dependency-groups"]["dev"])
    wanted = [*project["project"]["dependencies"], *itertools.chain(*groups)]
    table = DEPENDENCIES.lower()
    names = {re.split(r"[\[<>=;]", requirement)[0].lower() for requirement in wanted}
    missing = [name for name in sorted(names) if name.removeprefix("pytest") not in table and not name.startswith("types-")]
    assert missing == []


@pytest.mark.parametrize("port", sorted(path.stem for path in (ROOT / "bot/ports").glob("[a-z]*.py") if path.stem != "clock"))
def test_every_port_is_asked_of_its_implementations(port: str) -> None:
    """A port without a contract module is a promise that nobody checks."""
    asked_by = ROOT / f"tests/contract/test_{'image_providers' if port == 'images' else port}.py"
    imports = [node for node in ast.walk(ast.parse(asked_by.read_text())) if isinstance(node, ast.ImportFrom)]
    assert f"bot.ports.{port}" in {node.module for node in imports}, f"{asked_by.name} asks nothing of that port"


def test_lock_files_carry_no_address() -> None:
    """They name versions and hashes; where packages come from is the machine's business."""
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text()


@pytest.mark.parametrize("package", ["domain", "ports", "moderation", "services", "pipeline", "commands"])
def test_the_core_knows_no_platform(package: str) -> None:
    """What differs between platforms lives in their adapters alone."""
    named = [
        path.name
        for path in (ROOT / "bot" / package).rglob("*.py")
        if re.search("discord|slack", path.read_text(), re.IGNORECASE)
    ]
    assert named == []
