"""Sums of the moderation log of a place: what was done each day, by whom, and how long decisions took."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from bot.domain.cases import CaseId
from bot.domain.moderation_log import LogEntry, ModerationAction
from bot.domain.people import CommunityId
from bot.ports.moderation_log import ModerationLog
from bot.ports.plots import ModerationCount, ModerationSummary
from bot.services.usage import escape_formula
from bot.text import pluralize

MOST_ACTIONS = 5
MOST_MODERATORS = 10
"""How many are named; the others are taken together."""

BY_ITSELF = "easel itself"

_PAGE = 1000
_HEADINGS = ("day", "action", "by", "count")


async def read_log(log: ModerationLog, community: CommunityId, since: datetime) -> tuple[LogEntry, ...]:
    """Return a community's lines since a moment, newest first."""
    found: list[LogEntry] = []
    before: int | None = None
    while True:
        page = await log.page(community, most=_PAGE, before=before)
        found += [entry for entry in page if entry.at >= since]
        if len(page) < _PAGE or page[-1].at < since:
            return tuple(found)
        before = page[-1].position


def summarize_log(entries: Sequence[LogEntry], first: date, last: date, zone: ZoneInfo) -> ModerationSummary:
    """Return the sums of the lines of a period, both its ends included."""
    days = tuple(first + timedelta(days=number) for number in range((last - first).days + 1))
    actions = Counter(entry.action for entry in entries)
    named = [action for action, _ in sorted(actions.items(), key=lambda one: (-one[1], one[0]))]
    columns = {action: min(number, MOST_ACTIONS) for number, action in enumerate(named)}
    counted = Counter((_day(entry, zone), columns[entry.action]) for entry in entries)
    moderators = Counter(entry.by.name or entry.by.account for entry in entries if entry.by is not None)
    width = len(set(columns.values()))
    return ModerationSummary(
        days=days,
        by_day=tuple(tuple(counted[day, column] for column in range(width)) for day in days),
        actions=_top([(_words(action), actions[action]) for action in named], MOST_ACTIONS, "other kind", "other kinds"),
        moderators=_top(
            sorted(moderators.items(), key=lambda one: (-one[1], one[0])), MOST_MODERATORS, "other person", "other people"
        ),
        decision_time=_decision_time(entries),
    )


def moderation_csv(entries: Iterable[LogEntry], zone: ZoneInfo) -> bytes:
    """Return what was done by day, kind and person, as CSV for spreadsheets, with formulas escaped."""
    counted = Counter((_day(entry, zone), entry.action, _by(entry)) for entry in entries)
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(_HEADINGS)
    for (day, action, by), count in sorted(counted.items()):
        rows.writerow((day.isoformat(), action, escape_formula(by), count))
    return text.getvalue().encode("utf-8-sig", "replace")


def _top(counts: Sequence[tuple[str, int]], most: int, other: str, others: str) -> tuple[ModerationCount, ...]:
    """Return the first ones, and one for the rest."""
    kept = tuple(ModerationCount(name, count) for name, count in counts[:most])
    rest = counts[most:]
    if not rest:
        return kept
    return (*kept, ModerationCount(pluralize(len(rest), other, others), sum(count for _, count in rest), is_rest=True))


def _decision_time(entries: Sequence[LogEntry]) -> timedelta | None:
    """Return the median time from a case's opening to its first decision, of those that have both in the period."""
    opened, decided = _first_moments(entries, ModerationAction.OPENED), _first_moments(entries, ModerationAction.DECIDED)
    times = [(at - opened[case]).total_seconds() for case, at in decided.items() if case in opened]
    return timedelta(seconds=median(times)) if times else None


def _first_moments(entries: Iterable[LogEntry], action: ModerationAction) -> Mapping[CaseId, datetime]:
    """Return when it was first done in each case; lines come newest first, so that the first of several stays."""
    return {entry.case: entry.at for entry in entries if entry.case is not None and entry.action is action}


def _day(entry: LogEntry, zone: ZoneInfo) -> date:
    return entry.at.astimezone(zone).date()


def _by(entry: LogEntry) -> str:
    return BY_ITSELF if entry.by is None else entry.by.name or entry.by.account


def _words(action: ModerationAction) -> str:
    return action.value.replace("_", " ")
