"""Docstrings cannot rot: a class or an error that they name is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "storage")
_DOCSTRING = re.compile(r'"""(.*?)"""', re.DOTALL)
_CLASS = re.compile(r"[A-Z]\w*[a-z]\w*")


def read_code() -> tuple[set[str], list[tuple[str, str]]]:
    """Return the words of all code outside docstrings and comments, and each docstring with its file."""
    words: set[str] = set()
    docstrings: list[tuple[str, str]] = []
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        code = path.read_text()
        docstrings += [(str(path.relative_to(ROOT)), docstring) for docstring in _DOCSTRING.findall(code)]
        words.update(re.findall(r"\w+", re.sub(r"#.*", "", _DOCSTRING.sub("", code))))
    return words, docstrings


def _named_by(docstring: str) -> Iterator[str]:
    """Yield the classes between backticks, what they are asked for (`Class.method`), and the errors that are raised."""
    for dotted in re.findall(r"`([A-Za-z_][\w.]*)`", docstring):
        first, *rest = dotted.split(".")
        if _CLASS.fullmatch(first):
            yield from (first, *rest)
    raises = docstring.partition("Raises:\n")[2]
    yield from (name for line in re.findall(r"^ +([A-Z][\w, ]*):", raises, re.MULTILINE) for name in line.split(", "))


def test_what_docstrings_name_exists() -> None:
    """A newcomer looks for it; after a renaming it is called something else."""
    words, docstrings = read_code()
    missing = {f"{path}: {name}" for path, text in docstrings for name in _named_by(text) if name not in words}
    assert sorted(missing) == []


@pytest.mark.parametrize(
    ("docstring", "named"),
    [
        ("See `Surface.post`.", ["Surface", "post"]),
        ("`HELD` or `page` say nothing of a class.", []),
        (
            "Do it.\n\n    Raises:\n        BadInput: It is.\n        Busy, Conflict: Others are.\n    ",
            ["BadInput", "Busy", "Conflict"],
        ),
    ],
)
def test_what_a_docstring_names(docstring: str, named: list[str]) -> None:
    """Classes, what is asked of them, and errors."""
    assert list(_named_by(docstring)) == named
