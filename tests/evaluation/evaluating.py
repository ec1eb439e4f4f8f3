"""Asks the word filter about everything in the sets beside this file."""

import hashlib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from bot.moderation.word_filter import Matcher, Severity
from tests.evaluation.tricks import TRICKS

HERE = Path(__file__).parent
_AIM = 0.98
_HELD_OUT = "held out"
_FRAME = "a picture of {}, very detailed, 4k"


@dataclass(slots=True)
class Count:
    """How one category did. Harmless words that several categories block count for the one that the filter names."""

    caught: int = 0
    missed: int = 0
    wrongly_blocked: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """How many harmful and harmless texts were tried, and which of them came out wrong, with how they were made."""

    tried: int
    harmless: int
    missed: list[tuple[str, str]]
    blocked: list[tuple[str, str]]


@dataclass(slots=True)
class Evaluation:
    """What came of all of it."""

    categories: dict[str, Count]
    harmless: int = 0
    missed: list[tuple[str, str]] = field(default_factory=list)
    blocked: list[tuple[str, str]] = field(default_factory=list)

    def add(self, category: str, found: "Tried") -> None:
        """Count one more category."""
        self.categories[category] = Count(found.tried - len(found.missed), len(found.missed), len(found.blocked))
        self.harmless += found.harmless
        self.missed += found.missed
        self.blocked += found.blocked

    @property
    def tried(self) -> int:
        """Return how many prompts should have been refused."""
        return sum(count.caught + count.missed for count in self.categories.values())

    @property
    def wrongly_blocked(self) -> int:
        """Return how many harmless prompts were refused."""
        return len(self.blocked)

    @property
    def share_caught(self) -> float:
        """Return the caught part of what should have been refused."""
        return sum(count.caught for count in self.categories.values()) / self.tried

    @property
    def reaches_aim(self) -> bool:
        """Whether each category catches 98 % and nothing harmless is refused."""
        enough = all(count.caught >= _AIM * (count.caught + count.missed) for count in self.categories.values())
        return enough and not self.blocked


def evaluate(matcher: Matcher) -> Evaluation:
    """Try each harmful text plainly and through every trick, and each evasion and each harmless one as it is."""
    harmful = read_harmful()
    result = Evaluation({category: Count() for category in harmful})
    for category, texts in harmful.items():
        for text in texts:
            for trick, apply in TRICKS.items():
                _try_harmful(matcher, result, category, _FRAME.format(apply(text)), trick)
    for category, texts in read_evasions().items():
        for text in texts:
            _try_harmful(matcher, result, category, text, "as it was typed")
    for category, texts in read_unseen().items():
        for text in texts:
            _try_harmful(matcher, result, category, text, _HELD_OUT if is_held_out(text) else "unseen")
    for prompt in read_harmless():
        result.harmless += 1
        hit = matcher.find(prompt)
        if hit is not None and hit.severity is Severity.BLOCK:
            result.blocked.append((prompt, f"{hit.category}: {hit.entry}"))
            result.categories.setdefault(hit.category, Count()).wrongly_blocked += 1
    return result


def read_harmful() -> dict[str, list[str]]:
    """Return what must be refused, by category."""
    return _read_texts("harmful.toml")


def read_evasions() -> dict[str, list[str]]:
    """Return whole prompts that must be refused, as somebody dressed them up by hand, by category."""
    return _read_texts("evasions.toml")


def read_unseen() -> dict[str, list[str]]:
    """Return wordings that were in no list when they were written, by category."""
    return _read_texts("unseen.toml")


def is_held_out(text: str) -> bool:
    """Whether an unseen wording is of the half that is only counted, so that nobody writes it into a list."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 1


def _read_texts(name: str) -> dict[str, list[str]]:
    tables = tomllib.loads((HERE / name).read_text(encoding="utf-8"))
    return {category: [text for texts in languages.values() for text in texts] for category, languages in tables.items()}


def read_harmless() -> list[str]:
    """Return what must be drawn."""
    lines = [
        line
        for name in ("harmless.txt", "lookalikes.txt", "neighbours.txt")
        for line in (HERE / name).read_text(encoding="utf-8").splitlines()
    ]
    return [line for line in lines if line and not line.startswith("#")]


def _try_harmful(matcher: Matcher, result: Evaluation, category: str, prompt: str, trick: str) -> None:
    hit = matcher.find(prompt)
    if hit is not None and hit.severity is Severity.BLOCK:
        result.categories[category].caught += 1
    else:
        result.categories[category].missed += 1
        result.missed.append(("a wording that is held out" if trick == _HELD_OUT else prompt, trick))
