"""Sums of the usage of a place: totals, days and people, and all of it as a table."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from bot.domain.money import MILLION
from bot.domain.people import AccountId
from bot.ports.plots import DailyUsage, UsageShare, UsageSummary
from bot.ports.statistics import UsageLine
from bot.text import pluralize

MOST_PEOPLE = 10
MOST_MODELS = 5
"""How many are named; the others are taken together."""

_WORDS_ONLY = "words only"
"""Stands for the model where none was asked to draw, and only words were paid for."""

_HEADINGS = ("day", "person", "id", "model", "pictures", "dollars", "estimated")
"""`estimated` is the part of the dollars that is no bill."""

_FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")
"""What spreadsheets take a cell that begins with it for something to run; the wide ones in some languages."""


def summarize_usage(lines: Sequence[UsageLine], first: date, last: date, *, whose: str = "") -> UsageSummary:
    """Return the sums of the lines of a period, both its ends included."""
    people = _shares(lines, lambda line: (line.account, line.name))
    models = _shares(lines, lambda line: (line.model, line.model or _WORDS_ONLY))
    shown = [model.key for model in models[:MOST_MODELS]]
    return UsageSummary(
        days=tuple(_days(lines, first, last, models=shown, has_rest=len(models) > len(shown))),
        people=_top_shares(people, MOST_PEOPLE, "other person", "other people"),
        models=_top_shares(models, MOST_MODELS, "other model", "other models"),
        head_count=len(people),
        whose=whose,
    )


def usage_csv(lines: Iterable[UsageLine], ids: Mapping[AccountId, str]) -> bytes:
    """Return the lines as CSV for spreadsheets, with formulas escaped. `ids` say what admins call people by."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(_HEADINGS)
    for line in lines:
        words = (line.name, ids[line.account], line.model)
        rows.writerow(
            (line.day.isoformat(), *map(escape_formula, words), line.pictures, _exact(line.microusd), _exact(line.estimated))
        )
    # With a mark in front, without which some spreadsheets take the letters for those of another alphabet.
    return text.getvalue().encode("utf-8-sig", "replace")


def _shares(lines: Iterable[UsageLine], whose: Callable[[UsageLine], tuple[str, str]]) -> list[UsageShare]:
    """Return the sums by key, the largest first; `whose` gives a key's name too."""
    names: dict[str, str] = {}
    pictures: Counter[str] = Counter()
    microusd: Counter[str] = Counter()
    estimated: Counter[str] = Counter()
    for line in lines:
        key, names[key] = whose(line)
        pictures[key] += line.pictures
        microusd[key] += line.microusd
        estimated[key] += line.estimated
    shares = [
        UsageShare(key=key, name=name, pictures=pictures[key], microusd=microusd[key], estimated=estimated[key])
        for key, name in names.items()
    ]
    return sorted(shares, key=lambda share: (-share.pictures, -share.microusd, share.name, share.key))


def _top_shares(shares: Sequence[UsageShare], most: int, other: str, others: str) -> tuple[UsageShare, ...]:
    """Return the first ones, and one for the rest."""
    rest = shares[most:]
    if not rest:
        return tuple(shares)
    pictures, microusd = sum(share.pictures for share in rest), sum(share.microusd for share in rest)
    estimated = sum(share.estimated for share in rest)
    name = pluralize(len(rest), other, others)
    return (
        *shares[:most],
        UsageShare(key="", name=name, pictures=pictures, microusd=microusd, estimated=estimated, is_rest=True),
    )


def _days(lines: Iterable[UsageLine], first: date, last: date, *, models: Sequence[str], has_rest: bool) -> Iterable[DailyUsage]:
    """Yield every day of the period; the pictures of models that are not named are in the last column."""
    columns = {model: column for column, model in enumerate(models)}
    pictures: Counter[tuple[date, int]] = Counter()
    microusd: Counter[date] = Counter()
    estimated: Counter[date] = Counter()
    for line in lines:
        pictures[line.day, columns.get(line.model, len(models))] += line.pictures
        microusd[line.day] += line.microusd
        estimated[line.day] += line.estimated
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        drawn = tuple(pictures[day, column] for column in range(len(models) + has_rest))
        yield DailyUsage(day=day, pictures=drawn, microusd=microusd[day], estimated=estimated[day])


def _exact(microusd: int) -> str:
    return f"{microusd // MILLION}.{microusd % MILLION:06d}"


def escape_formula(words: str) -> str:
    """Return words on one line, with a quote before what a spreadsheet would run."""
    line = "".join(one if one.isprintable() else " " for one in words).strip()
    return f"'{line}" if line.startswith(_FORMULA_STARTS) else line
