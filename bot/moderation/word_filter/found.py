"""Weighs the phrases that were found in a text: what is allowed around them, what stands near them, and which is the gravest."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from typing import NamedTuple

from bot.domain.content import ALWAYS_REFUSED
from bot.moderation.word_filter.letters import Letters
from bot.moderation.word_filter.lists import Near, Severity
from bot.moderation.word_filter.phrases import Hit, Phrase, locate

_SEVERITIES = list(Severity)


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase, and where it stands among the letters."""

    start: int
    end: int
    phrase: Phrase


class Candidate(NamedTuple):
    """A phrase whose letters stand in `Letters.text` from `first` to `last`; whether the phrase itself does is checked later."""

    phrase: Phrase
    first: int
    last: int

    def locate(self, letters: Letters) -> Found | None:
        """Return where the phrase stands; None where it does not."""
        place = locate(letters, *self)
        return None if place is None else Found(*place, self.phrase)


def find_all(candidates: Iterable[Candidate], letters: Letters) -> list[Found]:
    """Return those of the phrases that stand there."""
    return [place for candidate in candidates if (place := candidate.locate(letters)) is not None]


def gravest(found: Iterable[list[Candidate]], letters: Letters) -> Hit | None:
    """Return the gravest phrase that stands outside of what is allowed, or that stands near another one of its kind.

    What weighs no more than what was found already is not looked at: a text
    may be full of such words.
    """
    candidates = list(chain.from_iterable(found))
    allowed = _Allowed(find_all((candidate for candidate in candidates if candidate.phrase.is_allowed), letters))
    sides: dict[Near, tuple[list[Found], list[Found]]] = {}
    best = None
    for candidate in candidates:
        phrase = candidate.phrase
        if phrase.is_allowed or not is_graver(phrase.hit, best):
            continue
        place = candidate.locate(letters)
        if place is None or allowed.hides(place):
            continue
        if phrase.near is None:
            best = phrase.hit
            continue
        both = sides.setdefault(phrase.near, ([], []))
        both[phrase.is_other].append(place)
        best = next(_pairs({phrase.near: ([place], both[not phrase.is_other][-1:])}, letters), best)
    for hit in _pairs(sides, letters):
        best = hit if is_graver(hit, best) else best
    return best


def is_graver(hit: Hit | None, than: Hit | None) -> bool:
    """Whether a hit weighs more than another one."""
    if hit is None or than is None:
        return hit is not None
    return _SEVERITIES.index(hit.severity) > _SEVERITIES.index(than.severity)


class _Allowed:
    """What is allowed in a text: of all that begin before a place, the one that reaches farthest says whether it is inside."""

    def __init__(self, places: list[Found]) -> None:
        self._for_all = _Reach(places)
        self._for_always_refused = _Reach([place for place in places if place.phrase.hit.category in ALWAYS_REFUSED])

    def hides(self, place: Found) -> bool:
        """Whether what is allowed covers this place too. What no setting turns off, only lists of its own kind allow."""
        is_always_refused = place.phrase.hit.category in ALWAYS_REFUSED
        return (self._for_always_refused if is_always_refused else self._for_all).covers(place)


class _Reach:
    def __init__(self, places: list[Found]) -> None:
        ordered = sorted((place.start, place.end) for place in places)
        self._starts = [start for start, _ in ordered]
        self._ends = list(accumulate((end for _, end in ordered), max))

    def covers(self, place: Found) -> bool:
        number = bisect_right(self._starts, place.start)
        return number > 0 and self._ends[number - 1] >= place.end


def _pairs(sides: dict[Near, tuple[list[Found], list[Found]]], letters: Letters) -> Iterator[Hit]:
    """Yield a hit for each kind of which two stand near each other: the first such two that are found."""
    for near, (ones, others) in sides.items():
        before, after = sorted(others, key=lambda place: place.end), sorted(others, key=lambda place: place.start)
        ends, starts = [place.end for place in before], [place.start for place in after]
        for one in ones:
            last, first = bisect_right(ends, one.start) - 1, bisect_left(starts, one.end)
            if last >= 0 and _words_between(letters, ends[last], one.start) <= near.within:
                yield _join(before[last], one)
                break
            if first < len(starts) and _words_between(letters, one.end, starts[first]) <= near.within:
                yield _join(one, after[first])
                break


def _join(first: Found, second: Found) -> Hit:
    return replace(first.phrase.hit, entry=f"{first.phrase.hit.entry} … {second.phrase.hit.entry}")


def _words_between(letters: Letters, end: int, start: int) -> int:
    """Return the number of words between the end of one phrase and the start of the next."""
    places = letters.gaps[end : start + 1]
    return len(places) - places.count(0) - 1
