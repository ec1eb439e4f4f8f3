"""Finds the phrases of lists in a text, in a time that grows with its length alone."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from ahocorasick_rs import AhoCorasick

from bot.errors import ConfigError
from bot.moderation.word_filter.found import Candidate, find_all, gravest, is_graver
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
from bot.moderation.word_filter.phrases import Entry, Hit, Phrase, entries_of, read_phrase


class Matcher:
    """All entries of some lists, ready to be looked for. Building it takes some 30 ms for each thousand of them.

    `plain` finds them as they are, `substituted` with digits and signs for letters.

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
        self.plain = _Index(chain.from_iterable(map(bare_lines, blocks)), folded, entries, read_letters)
        self.substituted = _Index(
            chain.from_iterable(map(bare_substituted_lines, blocks)), folded, entries, read_phrase_substituted
        )
        self.patterns = _Patterns(known)

    @property
    def knows_something(self) -> bool:
        """Whether there is anything that could be found or allowed."""
        return self.plain.is_filled or self.patterns.is_filled

    def allows_whole(self, text: str) -> bool:
        """Whether something that is allowed is all that stands in the text."""
        letters = read_letters(fold(text))
        allowed = [candidate for candidate in self.plain.find(letters) if candidate.phrase.is_allowed]
        return any((place.start, place.end) == (0, len(letters.raw)) for place in find_all(allowed, letters))

    def find(self, text: str, own: "Matcher | None" = None) -> Hit | None:
        """Return the gravest of what is found in `text`; of those as grave, the one that ends first.

        `own` has the words of a community besides. What one of the two allows
        is found by neither, but for what no setting turns off.
        """
        return self._search(fold(text), own)[0]

    def examine(self, text: str, own: "Matcher | None" = None) -> tuple[Hit | None, str]:
        """Return the gravest hit, and the form of the text in which it was found."""
        folded = fold(text)
        found, substituted = self._search(folded, own)
        return found, spell(folded) if substituted is None else _show(substituted)

    def _search(self, folded: str, own: "Matcher | None") -> tuple[Hit | None, Letters | None]:
        """Return the gravest hit, and the letters that it was found among, where digits or signs are read as such."""
        matchers = (self,) if own is None else (self, own)
        letters = read_letters(folded)
        found = gravest((matcher.plain.find(letters) for matcher in matchers), letters)
        if any(matcher.patterns.is_filled for matcher in matchers):
            spelled = spell(folded)
            for matcher in matchers:
                in_pattern = matcher.patterns.find(spelled)
                found = in_pattern if is_graver(in_pattern, found) else found
        if found is None or found.severity is not Severity.BLOCK:
            for substituted in read_substituted(folded):
                graver = gravest((matcher.substituted.find(substituted) for matcher in matchers), substituted)
                if is_graver(graver, found):
                    return graver, substituted
        return found, None


class _Index:
    """Phrases in an Aho–Corasick automaton over letters without gaps; each place that it names is yet to be looked at closely."""

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

    @property
    def is_filled(self) -> bool:
        """Whether there is any phrase."""
        return self._automaton is not None

    def find(self, letters: Letters) -> list[Candidate]:
        """Return the phrases whose letters stand there, those that are allowed among them, in the order in which they end."""
        if self._automaton is None:
            return []
        return [
            Candidate(self._phrase(entry), first, end - 1)
            for number, first, end in self._automaton.find_matches_as_indexes(letters.text, overlapping=True)
            for entry in self._numbers[self._texts[number]]
        ]

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

    @property
    def is_filled(self) -> bool:
        """Whether there is any pattern."""
        return self._set is not None

    def find(self, spelled: str) -> Hit | None:
        """Return the gravest pattern that is found in words with one space between them."""
        if self._set is None:
            return None
        best = None
        for number in sorted(self._set.Match(spelled) or ()):
            if is_graver(self._hits[number], best):
                best = self._hits[number]
        return best


def _show(letters: Letters) -> str:
    """Return the letters with one space where there was a gap."""
    return "".join(
        f" {letter}" if gap and place else letter
        for place, (letter, gap) in enumerate(zip(letters.raw, letters.gaps, strict=False))
    )
