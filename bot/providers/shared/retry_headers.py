"""How long a service asks us to wait, and how many requests a minute it takes."""

import math
import re
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime

_LONGEST = timedelta(days=1)
_MINUTE = timedelta(minutes=1)

_LENGTH = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?")
"""How OpenAI writes a length of time: 6m0s, 1.5s, 20ms."""

_MOST = 1_000_000
_UNITS = (timedelta(hours=1), _MINUTE, timedelta(seconds=1), timedelta(milliseconds=1))


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Return the wait in `retry-after-ms`, else in `Retry-After` (seconds or a date), else until spent requests come back.

    None where none of them says anything usable. A date is compared with the
    answer's own `Date`, so that no clock of ours takes part. More than a day is
    taken for a day.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _limit(milliseconds / 1000)
    seconds = _number(headers.get("retry-after"))
    if seconds is None:
        seconds = _seconds_between(headers.get("retry-after"), headers.get("date"))
    if seconds is None and _number(headers.get("x-ratelimit-remaining-requests")) == 0:
        seconds = _length(headers.get("x-ratelimit-reset-requests"))
    return None if seconds is None else _limit(seconds)


def requests_per_minute(headers: Mapping[str, str]) -> int | None:
    """Return how many requests a minute the service takes; None where nothing says so, or it counts by other spans of time."""
    most, reset = _number(headers.get("x-ratelimit-limit-requests")), _length(headers.get("x-ratelimit-reset-requests"))
    if most is None or most < 1 or (reset is not None and reset > _MINUTE.total_seconds()):
        return None
    return int(min(most, _MOST))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _length(text: str | None) -> float | None:
    """Return the seconds of a length of time, with units or without."""
    found = _LENGTH.fullmatch(text or "")
    if not text or found is None:
        return _number(text)
    return sum((float(number or 0) * unit.total_seconds() for number, unit in zip(found.groups(), _UNITS, strict=True)), 0.0)


def _seconds_between(then: str | None, now: str | None) -> float | None:
    if not then or not now:
        return None
    try:
        return (parsedate_to_datetime(then) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError):
        return None


def _limit(seconds: float) -> timedelta | None:
    """Return the time within bounds; None for one that is over, since the service does not ask us to wait."""
    return timedelta(seconds=min(seconds, _LONGEST.total_seconds())) if seconds > 0 else None
