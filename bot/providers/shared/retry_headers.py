"""How long a service asks us to wait."""

import math
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime

_LONGEST = timedelta(days=1)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Read `retry-after-ms`, then `Retry-After` in seconds or as a date; None where neither says anything usable.

    A date is compared with the answer's own `Date`, so that no clock of ours
    takes part. More than a day is taken for a day.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _limit(milliseconds / 1000)
    seconds = _number(headers.get("retry-after"))
    if seconds is None:
        seconds = _seconds_between(headers.get("retry-after"), headers.get("date"))
    return None if seconds is None else _limit(seconds)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _seconds_between(then: str | None, now: str | None) -> float | None:
    if not then or not now:
        return None
    try:
        return (parsedate_to_datetime(then) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError):
        return None


def _limit(seconds: float) -> timedelta | None:
    """Nothing for a time that is over: the service does not ask us to wait."""
    return timedelta(seconds=min(seconds, _LONGEST.total_seconds())) if seconds > 0 else None
