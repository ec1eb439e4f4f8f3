"""The documents cannot rot: commands, settings and ports that nobody wrote about fail here."""

import ast
import itertools
import re
import tomllib
from pathlib import Path

import pytest

from bot.app.commands import declared_commands
from bot.commands.spec import AnyCommand, Option

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


@pytest.mark.parametrize("section", sorted(tomllib.loads((ROOT / "config.example.toml").read_text())))
def test_every_section_of_the_settings_is_in_the_readme(section: str) -> None:
    """The example file explains each line; the README at least names each section."""
    assert f"[{section}" in README or f"`{section}`" in README or section in README


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
    asked_by = {"images": "image_providers", "accounts": "accounts", "words": "words"}.get(port, port)
    assert (ROOT / f"tests/contract/test_{asked_by}.py").exists()


def test_lock_files_carry_no_address() -> None:
    """They name versions and hashes; where packages come from is the machine's business."""
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text()


@pytest.mark.parametrize("room", ["domain", "ports", "moderation", "services", "pipeline", "commands"])
def test_the_core_knows_no_platform(room: str) -> None:
    """What differs between platforms lives in their adapters alone."""
    named = [
        path.name for path in (ROOT / "bot" / room).rglob("*.py") if re.search("discord|slack", path.read_text(), re.IGNORECASE)
    ]
    assert named == []
