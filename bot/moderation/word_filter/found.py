"""Weighs the phrases that were found in a text: what is allowed around them, what stands near them, and which is the gravest."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, chain

from bot.domain.content import ALWAYS_REFUSED
from bot.moderation.word_filter.letters import Letters
from bot.moderation.word_filter.lists import Near, Severity
from bot.moderation.word_filter.phrases import Hit, Phrase

_SEVERITIES = list(Severity)


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase, and where it stands among the letters."""

    start: int
    end: int
    phrase: Phrase


def gravest(found: Iterable[list[Found]], letters: Letters) -> Hit | None:
    """Return the gravest phrase that stands outside of what is allowed, or that stands near another one of its kind."""
    places = list(chain.from_iterable(found))
    allowed = _Allowed([place for place in places if place.phrase.is_allowed])
    sides: dict[Near, tuple[list[Found], list[Found]]] = {}
    best = None
    for place in places:
        phrase = place.phrase
        is_wanted = phrase.near is not None or is_graver(phrase.hit, best)
        if phrase.is_allowed or not is_wanted or allowed.hides(place):
            continue
        if phrase.near is None:
            best = phrase.hit
        else:
            sides.setdefault(phrase.near, ([], []))[phrase.is_other].append(place)
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
        """Whether what is allowed is about this place too; what no setting turns off, only lists of its own kind allow."""
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
                yield _joined(before[last], one)
                break
            if first < len(starts) and _words_between(letters, one.end, starts[first]) <= near.within:
                yield _joined(one, after[first])
                break


def _joined(first: Found, second: Found) -> Hit:
    return replace(first.phrase.hit, entry=f"{first.phrase.hit.entry} … {second.phrase.hit.entry}")


def _words_between(letters: Letters, end: int, start: int) -> int:
    """Count the words between the end of one phrase and the start of the next."""
    places = letters.gaps[end : start + 1]
    return len(places) - places.count(0) - 1
