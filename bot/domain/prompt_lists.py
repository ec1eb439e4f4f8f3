"""Many prompts in one wish: lines of text, a table, and permutations such as `a {red, blue} fox in {snow, rain}`."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, product

from bot.errors import BadInput

MOST_PROMPTS = 500
"""Pictures that one batch may have, whatever is left of the day."""

LONGEST_LIST = 1_000_000
"""Characters of a text or a file."""

_COLUMN = "prompt"
"""What the head of a table calls the column that is drawn."""

_DEEPEST = 20
_LONGEST_NUMBER = 10**18
_MARK = re.compile(r"\\[{},\\]|[{},]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line: words, and in between choices of other lines."""

    parts: "tuple[str | tuple[Pattern, ...], ...]"

    @property
    def count(self) -> int:
        """Return how many prompts it stands for, without making any of them; beyond `_LONGEST_NUMBER` only that it is more."""
        found = 1
        for part in self.parts:
            if not isinstance(part, str):
                found = min(found * sum(one.count for one in part), _LONGEST_NUMBER + 1)
        return found

    def expand(self) -> Iterator[str]:
        """Yield each of them, the last choice changing fastest."""
        choices = ((part,) if isinstance(part, str) else chain.from_iterable(one.expand() for one in part) for part in self.parts)
        for chosen in product(*choices):
            yield "".join(chosen)


def read_batch(text: str, *, most: int = MOST_PROMPTS) -> tuple[str, ...]:
    """Return the prompts that a text or a table stands for, in their order. Each is still to be cleaned and checked.

    A table has a column `prompt`; anything else is a prompt on each line.

    Raises:
        BadInput: There is none, there are more than `most`, or braces do not fit together.
    """
    lines = _read_lines(text)
    if not lines:
        raise BadInput("There is nothing to draw yet: write a prompt on each line, or a {red, blue} fox. Nothing was counted.")
    if len(lines) > MOST_PROMPTS:
        raise BadInput(f"Those are {len(lines):,} prompts, and {MOST_PROMPTS} at once are the most. Nothing was counted.")
    patterns = [_parse(line, number) for number, line in enumerate(lines, start=1)]
    count = sum(pattern.count for pattern in patterns)
    if count > most:
        raise BadInput(f"That would be {_say(count)} pictures, and {most} at once are the most. Nothing was counted.")
    return tuple(chain.from_iterable(pattern.expand() for pattern in patterns))


def _say(count: int) -> str:
    return f"{count:,}" if count <= _LONGEST_NUMBER else f"more than {_LONGEST_NUMBER:,}"


def _read_lines(text: str) -> list[str]:
    """Return what is on each line that has anything, or in each row of a table's column."""
    lines = text.removeprefix("\ufeff").splitlines()
    begin = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    for delimiter in ",;\t":
        head = _read_head(lines[begin : begin + 1], delimiter)
        if _COLUMN in head:
            return _read_column(lines[begin + 1 :], delimiter, head.index(_COLUMN))
    return [_unquote(line.strip()) for line in lines if line.strip()]


def _read_head(lines: list[str], delimiter: str) -> list[str]:
    """Return the names of a table's columns; none where the line is longer than any head of a table."""
    try:
        return [cell.strip().lower() for cell in next(csv.reader(lines, delimiter=delimiter), [])]
    except csv.Error:
        return []


def _read_column(lines: list[str], delimiter: str, column: int) -> list[str]:
    try:
        rows = list(csv.reader([f"{line}\n" for line in lines], delimiter=delimiter))
    except csv.Error:
        raise BadInput("That table cannot be read; please save it as CSV once more. Nothing was counted.") from None
    return [row[column].strip() for row in rows if len(row) > column and row[column].strip()]


def _unquote(line: str) -> str:
    """Return a line without the quotes that a table of one column puts around what has a comma in it."""
    is_quoted = len(line) > 1 and line[0] == line[-1] == '"' and '"' not in line[1:-1].replace('""', "")
    return line[1:-1].replace('""', '"') if is_quoted else line


def _parse(line: str, number: int) -> Pattern:
    """Return the pattern of a line; a backslash before `{`, `}`, `,` or another one makes a sign of it that is drawn."""
    open_: list[list[list[str | tuple[Pattern, ...]]]] = []  # the choices that are begun, each with its lines so far
    parts: list[str | tuple[Pattern, ...]] = []
    end = 0
    for mark in _MARK.finditer(line):
        parts.append(line[end : mark.start()])
        end = mark.end()
        match mark[0]:
            case "{" if len(open_) == _DEEPEST:
                raise BadInput(f"Line {number} has braces in braces too often: {_DEEPEST} are the most. Nothing was counted.")
            case "{":
                open_.append([parts])
                parts = []
            case "," if open_:
                open_[-1].append(parts)
                parts = []
            case "}" if open_:
                before, *others = [*open_.pop(), parts]
                before.append(tuple(_pattern(one) for one in others))
                parts = before
            case "}":
                raise BadInput(f"Line {number} closes a brace that it does not open; \\}} draws one. Nothing was counted.")
            case sign:
                parts.append(sign[-1])
    if open_:
        raise BadInput(f"Line {number} opens a brace that it does not close; \\{{ draws one. Nothing was counted.")
    return Pattern((*parts, line[end:]))


def _pattern(parts: list[str | tuple[Pattern, ...]]) -> Pattern:
    """Return one choice, without the spaces around it."""
    if isinstance(parts[0], str):  # pragma: no branch - words stand before every mark, if only none
        parts[0] = parts[0].lstrip()
    if isinstance(parts[-1], str):  # pragma: no branch - and after it
        parts[-1] = parts[-1].rstrip()
    return Pattern(tuple(parts))
