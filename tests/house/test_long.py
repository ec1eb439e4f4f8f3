"""Asks whether what takes long is marked so, and asked by `make test-long`: marks elsewhere would never be asked there."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.contract import conftest

ROOT = Path(__file__).parents[2]


@dataclass
class CollectedTest:
    """A test as pytest collects it, as far as its marks go."""

    name: str
    path: Path
    callspec: SimpleNamespace
    marks: list[Any] = field(default_factory=list)

    def add_marker(self, mark: object) -> None:
        """Note a mark."""
        self.marks.append(mark)


@pytest.mark.parametrize(
    ("module", "name", "is_long"),
    [
        ("test_pictures.py", "test_a_thing[postgresql]", True),
        ("test_pictures.py", "test_a_thing[postgresql-x]", True),
        ("test_pictures.py", "test_a_thing[x-postgresql]", True),
        ("test_pictures.py", "test_a_thing[x-sqlite]", False),
        ("test_ledger.py", "test_a_thing[x-postgresql]", False),
    ],
)
def test_a_contract_on_postgresql_is_long_wherever_its_name_stands(module: str, name: str, *, is_long: bool) -> None:
    """But for who owns and pays what."""
    values = name.partition("[")[2].rstrip("]").split("-")
    test = CollectedTest(name, Path(module), SimpleNamespace(params=dict(enumerate(values))))
    conftest.pytest_collection_modifyitems(cast("list[pytest.Item]", [test]))
    assert (pytest.mark.long in test.marks) is is_long


def test_long_tests_only_stand_where_they_are_asked() -> None:
    """In the folders that the Makefile names."""
    [line] = [line for line in (ROOT / "Makefile").read_text().splitlines() if "-m long" in line]
    asked = tuple(ROOT / folder for folder in re.findall(r"tests/\w+", line))
    marked = [file for file in (ROOT / "tests").rglob("*.py") if re.search(r"\bmark\.long\b", file.read_text())]
    assert asked
    assert [file for file in marked if file != Path(__file__) and not any(file.is_relative_to(folder) for folder in asked)] == []
