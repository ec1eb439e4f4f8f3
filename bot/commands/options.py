"""The kinds of option a command takes, and how a typed value becomes a checked one."""

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.domain.images import Size
from bot.errors import BadInput


class Kind(Protocol):
    """What an option takes. `summary` says it to people."""

    @property
    def summary(self) -> str:
        """One line for menus and help."""
        ...

    @property
    def values(self) -> tuple[str, ...]:
        """What can be typed: all of it for a choice, the bounds for a number, nothing for free input."""
        ...

    def parse(self, name: str, typed: object) -> object:
        """Give the checked value.

        Raises:
            BadInput: `typed` is not one.
        """
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """Free words, up to `longest` characters. The first text option of a command takes what no flag claims."""

    summary: str
    longest: int

    @property
    def values(self) -> tuple[str, ...]:
        """Free input."""
        return ()

    def parse(self, name: str, typed: object) -> str:
        """Give the words as they are; cleaning them is the command's business."""
        if not isinstance(typed, str):
            raise BadInput(f"{name} takes words.")
        if len(typed) > self.longest:
            raise BadInput(f"{name} is {len(typed):,} characters long and {self.longest:,} is the most; please shorten it.")
        return typed


@dataclass(frozen=True, slots=True)
class Pick:
    """One of a few values, given as a `StrEnum`."""

    summary: str
    choices: type[StrEnum]

    @property
    def values(self) -> tuple[str, ...]:
        """All the choices."""
        return tuple(str(choice) for choice in self.choices)

    def parse(self, name: str, typed: object) -> StrEnum:
        """Give the choice, whatever its case."""
        word = str(typed).strip().lower()
        try:
            return self.choices(word)
        except ValueError:
            known = [str(choice) for choice in self.choices]
            raise BadInput(f"{name} can be {listed(known)}, not {quoted(typed)}.{meant(word, known)}") from None


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number between `least` and `most`, both allowed."""

    summary: str
    least: int
    most: int

    @property
    def values(self) -> tuple[str, ...]:
        """The bounds."""
        return (f"{self.least} to {self.most}",)

    def parse(self, name: str, typed: object) -> int:
        """Give the number."""
        text = str(typed).strip()
        if isinstance(typed, bool) or not re.fullmatch(r"[+-]?[0-9]{1,9}", text) or not self.least <= int(text) <= self.most:
            raise BadInput(f"{name} is a whole number from {self.least} to {self.most}, not {quoted(typed)}.")
        return int(text)


@dataclass(frozen=True, slots=True)
class Pixels:
    """A size such as `1536x1024`, each edge between `shortest_edge` and `longest_edge` pixels."""

    summary: str
    shortest_edge: int = 16
    longest_edge: int = 8192

    @property
    def values(self) -> tuple[str, ...]:
        """Free input."""
        return ()

    def parse(self, name: str, typed: object) -> Size:
        """Give the size; `x`, `×` and `*` all part the edges."""
        found = re.fullmatch(r"\s*([0-9]{1,5})\s*[xX×*]\s*([0-9]{1,5})\s*", str(typed))
        edges = (int(found[1]), int(found[2])) if found else (0, 0)
        if not all(self.shortest_edge <= edge <= self.longest_edge for edge in edges):
            raise BadInput(
                f"{name} is width x height in pixels, each from {self.shortest_edge} to {self.longest_edge}, "
                f"such as 1536x1024, not {quoted(typed)}."
            )
        return Size(*edges)


@dataclass(frozen=True, slots=True)
class JobRef:
    """The id of a job, as buttons carry it."""

    summary: str

    @property
    def values(self) -> tuple[str, ...]:
        """Free input."""
        return ()

    def parse(self, name: str, typed: object) -> str:  # noqa: ARG002 - every kind is called alike
        """Give the id; whether there is such a job is for the command to say."""
        if not isinstance(typed, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", typed):
            raise BadInput("That is not the id of a job.")
        return typed


def listed(words: list[str]) -> str:
    """Give `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def quoted(typed: object, longest: int = 40) -> str:
    """Repeat what was typed, cut short, so that a sentence stays a sentence."""
    text = " ".join(str(typed).split())
    return f"“{text[:longest]}…”" if len(text) > longest else f"“{text}”"


def meant(word: str, known: list[str]) -> str:
    """Guess what was meant: ` Did you mean wide?`, or nothing."""
    close = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean {close[0]}?" if close else ""
