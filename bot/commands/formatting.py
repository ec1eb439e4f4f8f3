"""Formats amounts, times and durations for people."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.rules import Membership
from bot.text import pluralize

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def moment_text(at: datetime, zone: ZoneInfo) -> str:
    """Return `14 March 2026, 12:00`."""
    there = at.astimezone(zone)
    return f"{there.day} {there:%B %Y}, {there:%H:%M}"


def until_text(end: datetime, zone: ZoneInfo) -> str:
    """Return `until the end of 31 December 2026`, or `until 14 March 2026, 12:00 CET`."""
    there = end.astimezone(zone)
    if there.time() == time():
        last = there.date() - _DAY
        return f"until the end of {last.day} {last:%B %Y}"
    return f"until {moment_text(end, zone)} {there.tzname()}"


def time_left(left: timedelta) -> str:
    """Return `in 5 hours`, rounded as people do."""
    if left < _MINUTE:
        return "in less than a minute"
    if left < _HOUR:
        return f"in {pluralize(left // _MINUTE, 'minute')}"
    if left < 2 * _DAY:
        return f"in {pluralize(round(left / _HOUR), 'hour')}"
    return f"in {pluralize(round(left / _DAY), 'day')}"


def membership_text(member: Membership, zone: ZoneInfo) -> str:
    """Return `premium until the end of 31 December 2026`."""
    return member.tier if member.until is None else f"{member.tier} {until_text(member.until, zone)}"


def one_line(text: str) -> str:
    """Return words that somebody typed on one line, without anything that readers cannot see."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
