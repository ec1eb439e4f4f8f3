"""Names say what a thing is, once: see "Names" in CONTRIBUTING.md.

What does not keep the rules yet, or has a reason not to, is listed in
name_exceptions.py. An exception that is needed no longer fails too, so that
the lists only shrink.
"""

import functools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.name_exceptions import (
    BANNED_WORDS,
    LONG_FILES,
    LONG_FUNCTIONS,
    LONG_TESTS,
    PARTICIPLES,
    SAME_CLASS,
    SAYING,
)

ROOT = Path(__file__).parents[2]
SOURCE, AROUND = ("bot", "storage"), ("tests", "benchmarks")
MOST_LINES, MOST_FUNCTION_LINES = 300, 50

_NO_PARTICIPLES = {"embed", "feed", "need", "seed", "shed", "speed"}
# fmt: off
_IRREGULAR = {
    "asked", "begun", "bound", "built", "chosen", "done", "drawn", "forgotten", "found", "given", "gone", "held", "kept", "known",
    "left", "lost", "made", "meant", "named", "paid", "said", "sent", "shown", "standing", "taken", "worded", "written",
}
# fmt: on
_BANNED = {"desk", "desks", "door", "doors", "ears", "errand", "handouts", "hearing", "standing", "told", "untold"}
_AFTER_PARTICIPLE = {"by", "down", "for", "from", "in", "of", "out", "to"}

_DEF = re.compile(r"^( *)(?:async )?def (\w+)", re.MULTILINE)
_CLASS = re.compile(r"^ *class (\w+)", re.MULTILINE)
_ASSIGNED = re.compile(r"^ *(\w+)(?:: [^=\n]+)? = ", re.MULTILINE)
_SAYS = re.compile(r'-> (?!None:)[^\n]+:[^\n]*\n +"""(?:Say|Give|Tell)s?\b')
_PROPERTY = re.compile(r"@(?:functools\.)?(?:cached_)?property$|@\w+\.setter$")


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method, as it stands in a file."""

    name: str
    lines: int
    is_property: bool


@functools.cache
def read_files() -> dict[str, str]:
    """Return the text of each file of ours; plain text, since parsing all of it takes seconds."""
    paths = (path for package in (*SOURCE, *AROUND) for path in (ROOT / package).rglob("*.py"))
    return {str(path.relative_to(ROOT)): path.read_text() for path in paths}


def _is_source(path: str) -> bool:
    """The offline painter is a placeholder, and migrations stand as they were written."""
    return path.startswith(SOURCE) and "/offline/" not in path and "/migrations/" not in path


def find_functions(text: str) -> Iterator[Function]:
    """Yield the functions of a file with the lines that they take."""
    lines = text.splitlines()
    for found in _DEF.finditer(text):
        start, indent = text.count("\n", 0, found.start()), len(found[1])
        end = start + 1
        while end < len(lines) and (
            not lines[end] or lines[end].startswith(" " * (indent + 1)) or lines[end].lstrip()[:1] == ")"
        ):
            end += 1
        while not lines[end - 1]:
            end -= 1
        yield Function(found[2], end - start, bool(start and _PROPERTY.search(lines[start - 1])))


def is_participle(name: str) -> bool:
    """Whether a function is called by what was done, such as `_said` or `turned_to`, in place of what it does."""
    first, *rest = name.strip("_").split("_")
    is_one = first in _IRREGULAR or (first.endswith("ed") and first not in _NO_PARTICIPLES)
    return is_one and (not rest or (len(rest) == 1 and rest[0] in _AFTER_PARTICIPLE))


def _words_of(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


def test_a_class_name_occurs_once() -> None:
    """Whoever looks for one finds no other, in tests neither."""
    source = Counter(name for path, text in read_files().items() if path.startswith(SOURCE) for name in _CLASS.findall(text))
    around = {name for path, text in read_files().items() if path.startswith(AROUND) for name in _CLASS.findall(text)}
    assert {name for name, count in source.items() if count > 1 or name in around} == SAME_CLASS.keys()


def test_functions_are_verbs() -> None:
    """What is read as a property is a fact, and may be a participle."""
    found = {
        f"{path}::{function.name}"
        for path, text in read_files().items()
        if _is_source(path)
        for function in find_functions(text)
        if is_participle(function.name) and not function.is_property
    }
    assert found == PARTICIPLES.keys()


def test_nothing_has_a_word_that_needs_a_dictionary() -> None:
    """In classes, functions, constants and variables; columns, stored texts and commands keep theirs."""
    found = {
        f"{path}::{name}"
        for path, text in read_files().items()
        if _is_source(path)
        for name in (*_CLASS.findall(text), *(found[1] for found in _DEF.findall(text)), *_ASSIGNED.findall(text))
        if _words_of(name) & _BANNED
    }
    assert found == BANNED_WORDS.keys()


def test_docstrings_say_return() -> None:
    """`Say`, `Give` and `Tell` begin the docstring of what does that, and not of what returns something."""
    found = {path: len(_SAYS.findall(text)) for path, text in read_files().items()}
    assert {path: count for path, count in found.items() if count} == SAYING


def test_files_and_functions_are_short() -> None:
    """A long one that is one thing is better than two halves, but says so here."""
    files = {path for path, text in read_files().items() if text.count("\n") > MOST_LINES}
    assert files == {*LONG_FILES, *LONG_TESTS}
    functions = {
        f"{path}::{function.name}"
        for path, text in read_files().items()
        for function in find_functions(text)
        if function.lines > MOST_FUNCTION_LINES
    }
    assert functions == LONG_FUNCTIONS.keys()


def test_participles_are_told_from_verbs_and_nouns() -> None:
    """The rule reads names alone."""
    assert all(map(is_participle, ("_said", "owned", "turned_to", "made_from", "_left", "ended")))
    assert not any(map(is_participle, ("need", "seed_for", "banned_jobs", "known_ticket", "end", "find_owned", "_is_told")))
