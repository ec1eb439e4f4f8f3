"""Finds the phrases of lists in a text, in a time that grows with its length alone."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from ahocorasick_rs import AhoCorasick

from bot.errors import ConfigError
from bot.moderation.word_filter.letters import (
    Letters,
    bare_lines,
    bare_substituted_lines,
    fold,
    read_letters,
    read_phrase_substituted,
    read_substituted,
    spell,
)
from bot.moderation.word_filter.lists import Severity, WordList
from bot.moderation.word_filter.phrases import Entry, Hit, Phrase, entries_of, locate, read_phrase

_SEVERITIES = list(Severity)


class Matcher:
    """All entries of some lists, ready to be looked for. Building it takes some 30 ms for each thousand of them.

    Raises:
        ConfigError: A pattern is none that RE2 takes.
    """

    def __init__(self, lists: Iterable[WordList]) -> None:
        known = tuple(lists)
        # Text that is ASCII is folded much faster, so the others wait.
        entries = tuple(sorted(chain.from_iterable(map(entries_of, known)), key=lambda entry: not entry.text.isascii()))
        lines = [" ".join(entry.text.split()) for entry in entries]
        first_other = sum(line.isascii() for line in lines)
        blocks = [fold("\n".join(block)) for block in (lines[:first_other], lines[first_other:]) if block]
        folded = [line for block in blocks for line in block.split("\n")]
        self._plain = _Index(chain.from_iterable(map(bare_lines, blocks)), folded, entries, read_letters)
        self._substituted = _Index(
            chain.from_iterable(map(bare_substituted_lines, blocks)), folded, entries, read_phrase_substituted
        )
        self._patterns = _Patterns(known)

    def find(self, text: str) -> Hit | None:
        """Return the gravest of what is found in `text`; of those as grave, the one that ends first."""
        return self.examine(text)[0]

    def examine(self, text: str) -> tuple[Hit | None, str]:
        """Return the gravest hit, and the form of the text in which it was found."""
        folded = fold(text)
        found = self._plain.find(read_letters(folded))
        spelled = spell(folded)
        in_pattern = self._patterns.find(spelled)
        if _is_graver(in_pattern, found):
            found = in_pattern
        if found is None or found.severity is not Severity.BLOCK:
            for substituted in read_substituted(folded):
                graver = self._substituted.find(substituted)
                if _is_graver(graver, found):
                    return graver, _show(substituted)
        return found, spelled


class _Index:
    """Phrases in an Aho–Corasick automaton over letters without gaps; each place that it names is looked at closely."""

    def __init__(
        self, texts: Iterable[str], lines: Sequence[str], entries: Sequence[Entry], read: Callable[[str], Letters]
    ) -> None:
        self._lines = lines
        self._entries = entries
        self._read = read
        self._numbers: dict[str, list[int]] = {}
        for number, text in enumerate(texts):
            if text:
                self._numbers.setdefault(text, []).append(number)
        self._texts = list(self._numbers)
        self._automaton = AhoCorasick(self._texts) if self._texts else None
        self._phrases: dict[int, Phrase] = {}

    def find(self, letters: Letters) -> Hit | None:
        """Return the gravest phrase that stands there outside of what is allowed."""
        if self._automaton is None:
            return None
        found: list[tuple[int, int, Hit]] = []
        allowed: list[tuple[int, int]] = []
        for number, first, end in self._automaton.find_matches_as_indexes(letters.text, overlapping=True):
            for phrase in map(self._phrase, self._numbers[self._texts[number]]):
                place = locate(letters, phrase, first, end - 1)
                if place is None:
                    continue
                if phrase.hit is None:
                    allowed.append(place)
                else:
                    found.append((*place, phrase.hit))
        best = None
        for start, end, hit in found:
            if _is_graver(hit, best) and not any(begin <= start and end <= stop for begin, stop in allowed):
                best = hit
        return best

    def _phrase(self, number: int) -> Phrase:
        """Return an entry as letters; most are never needed."""
        known = self._phrases.get(number)
        if known is None:
            known = self._phrases[number] = read_phrase(self._read(self._lines[number]), self._entries[number])
        return known


class _Patterns:
    """RE2 expressions: they take linear time, whatever somebody writes into them."""

    def __init__(self, lists: Iterable[WordList]) -> None:
        self._hits = [Hit.of(pattern, known) for known in lists for pattern in known.patterns]
        self._set = None
        if not self._hits:
            return
        import re2  # noqa: PLC0415 - few have patterns, and it is large

        options = re2.Options()
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        for hit in self._hits:
            try:
                self._set.Add(hit.entry)
            except re2.error as error:
                raise ConfigError(f"The word list {hit.list_name} has a pattern that RE2 does not take: {hit.entry}") from error
        self._set.Compile()

    def find(self, spelled: str) -> Hit | None:
        """Return the gravest pattern that is found in words with one space between them."""
        if self._set is None:
            return None
        best = None
        for number in sorted(self._set.Match(spelled) or ()):
            if _is_graver(self._hits[number], best):
                best = self._hits[number]
        return best


def _is_graver(hit: Hit | None, than: Hit | None) -> bool:
    if hit is None or than is None:
        return hit is not None
    return _SEVERITIES.index(hit.severity) > _SEVERITIES.index(than.severity)


def _show(letters: Letters) -> str:
    """Return the letters with one space where there was a gap."""
    return "".join(
        f" {letter}" if gap and place else letter
        for place, (letter, gap) in enumerate(zip(letters.raw, letters.gaps, strict=False))
    )
