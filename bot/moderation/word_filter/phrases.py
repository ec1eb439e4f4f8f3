"""One entry of a list, and whether it stands at a place where its letters are."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from bot.moderation.word_filter.letters import Gap, Letters, is_unspaced
from bot.moderation.word_filter.lists import Near, Severity, WordList

_INFLECTIONS = {
    "en": ("s", "es", "ed", "d", "er", "ers", "ing"),
    "de": ("s", "e", "n", "en", "er", "em", "es", "ern"),
    "es": ("s", "es"),
    "fr": ("s", "e", "es", "x"),
}
"""What may follow the last word of a phrase, by the language of its list."""

_LONGEST_INFLECTION = 12
"""Letters, with those that stand there several times."""

_LONG = 8
"""Letters. A phrase as long as that is not spelled by accident over the ends of words."""
_LONG_FOR_A_BREAK = 6
_FEWEST_SPELLED = 3
"""Letters. Shorter ones are found as they are or not at all."""

_NEVER_DOUBLED = frozenset("aiuhkwxjqvy")
"""Letters that English words hardly ever double: one more of these is a trick, one more e or o is another word."""
_PLAINLY_REPEATED = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found: the list's entry, and where it came from. It is for operators; people never read it."""

    entry: str
    list_name: str
    category: str
    severity: Severity

    @classmethod
    def of(cls, entry: str, known: WordList) -> "Hit":
        """Return the hit of a list's entry."""
        return cls(entry, known.name, known.category, known.severity)


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase of a list: what is found, or what is allowed. One of `near` is found together with one of its other side."""

    text: str
    known: WordList
    is_allowed: bool
    near: Near | None = None
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """An entry as letters. `runs` says how often each letter stands there, `breaks` which of them a word begins with."""

    runs: tuple[int, ...]
    breaks: frozenset[int]
    size: int
    starts_anywhere: bool
    ends_anywhere: bool
    endings: tuple[str, ...]
    hit: Hit
    is_allowed: bool
    near: Near | None
    is_other: bool


def entries_of(known: WordList) -> Iterator[Entry]:
    """Return what a list finds, and what it allows."""
    for phrase in known.phrases:
        yield Entry(phrase, known, is_allowed=False)
    for phrase in known.allow:
        yield Entry(phrase, known, is_allowed=True)
    for near in known.near:
        for side, phrases in enumerate((near.one, near.other)):
            for phrase in phrases:
                yield Entry(phrase, known, is_allowed=False, near=near, is_other=bool(side))


def read_phrase(letters: Letters, entry: Entry) -> Phrase:
    """Return an entry whose letters these are."""
    starts = letters.starts
    places = (place for place in range(1, len(letters.raw)) if letters.gaps[place])
    return Phrase(
        runs=tuple(starts[index + 1] - starts[index] for index in range(len(letters.text))),
        breaks=frozenset(letters.index(place) for place in places),
        size=len(letters.raw),
        starts_anywhere=is_unspaced(letters.raw[0]),
        ends_anywhere=is_unspaced(letters.raw[-1]),
        endings=_INFLECTIONS.get(entry.known.language, ()),
        hit=Hit.of(entry.text, entry.known),
        is_allowed=entry.is_allowed,
        near=entry.near,
        is_other=entry.is_other,
    )


def locate(letters: Letters, phrase: Phrase, first: int, last: int) -> tuple[int, int] | None:
    """Return where the phrase stands among the raw letters; None where it does not, though its letters are there."""
    start = _find_start(letters, phrase, first)
    if start is None:
        return None
    end = _find_end(letters, phrase, last, start)
    if end is None:
        return None
    is_alone = not phrase.is_allowed and phrase.near is None
    if letters.shown and is_alone and not letters.is_partly_substituted(start, end):
        return None  # what has no digit in it is found, or not, among the plain letters; and a number is a number
    fits = _fits_in_length(letters, phrase, first, start, end) and _fits_in_gaps(letters, phrase, first, start, end)
    return (start, end) if fits else None


def _find_start(letters: Letters, phrase: Phrase, first: int) -> int | None:
    """Return the last place in the first letter's run from which enough of it follow, and where a word begins."""
    begin, end = letters.starts[first], letters.starts[first + 1]
    for place in range(end - phrase.runs[0], begin - 1, -1):
        if phrase.starts_anywhere or letters.gaps[place]:
            return place
    return None


def _find_end(letters: Letters, phrase: Phrase, last: int, start: int) -> int | None:
    """Return the first place behind the last letter at which a word ends, or an inflection of it."""
    end = letters.starts[last + 1]
    earliest = max(letters.starts[last], start) + phrase.runs[-1]
    if earliest > end:
        return None
    for place in range(earliest, end + 1):
        if phrase.ends_anywhere or letters.gaps[place]:
            return place
    for place in range(end + 1, min(end + _LONGEST_INFLECTION, len(letters.raw)) + 1):
        if letters.gaps[place]:
            return place if _is_ending(letters.raw[end:place], phrase) else None
    return None


def _is_ending(letters: str, phrase: Phrase) -> bool:
    return "".join(letter for letter, _ in groupby(letters)) in phrase.endings


def _fits_in_length(letters: Letters, phrase: Phrase, first: int, start: int, end: int) -> bool:
    """Whether each letter stands there as often as in the phrase, or so often that somebody meant to hide it."""
    if end - start == phrase.size:
        return True
    if phrase.size < _FEWEST_SPELLED or len(phrase.runs) == 1:
        return False
    surplus = 0
    for number, needed in enumerate(phrase.runs):
        begin, stop = letters.starts[first + number], letters.starts[first + number + 1]
        there = min(stop, end) - max(begin, start)
        if there < needed:
            return False
        if there > needed:
            is_plain = there >= needed + _PLAINLY_REPEATED - 1 or letters.raw[begin] in _NEVER_DOUBLED
            surplus += 2 if is_plain or phrase.size >= _LONG else 1
    return surplus != 1


def _fits_in_gaps(letters: Letters, phrase: Phrase, first: int, start: int, end: int) -> bool:
    """Whether the letters stand together as in the phrase, or are pulled apart in a way that no other words are."""
    gaps = letters.gaps
    between = gaps[start + 1 : end]
    if between.count(0) == len(between):
        return True
    odd = {
        gaps[place]
        for place in range(start + 1, end)
        if gaps[place] and letters.index(place) - first not in phrase.breaks and not _is_unspaced_gap(letters.raw, place)
    }
    if not odd or phrase.size >= _LONG:
        return True
    if odd <= {Gap.MARK, Gap.BREAK} and (Gap.BREAK not in odd or phrase.size >= _LONG_FOR_A_BREAK):
        return _stands_alone(letters, phrase, start, end, odd)
    is_spelled = end - start >= _FEWEST_SPELLED and all(between)
    return is_spelled and _stands_alone(letters, phrase, start, end, odd)


def _is_unspaced_gap(raw: str, place: int) -> bool:
    return is_unspaced(raw[place - 1]) and is_unspaced(raw[place])


def _stands_alone(letters: Letters, phrase: Phrase, start: int, end: int, odd: set[int]) -> bool:
    """Whether the letters that are pulled apart are not the middle of a longer word that is, as in S C U N T H O R P E."""
    gaps, stop = letters.gaps, end
    while stop < len(letters.raw) and gaps[stop] in odd and gaps[stop + 1]:
        stop += 1
    leads = start > 0 and gaps[start] in odd and gaps[start - 1]
    if leads and letters.raw[start - 1] in "ai" and not (start > 1 and gaps[start - 2]):
        leads = 0  # “a” and “I” are words
    return not leads and (stop == end or _is_ending(letters.raw[end:stop], phrase))
