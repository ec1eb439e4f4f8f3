"""Findings of health checks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Health(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked, what it is like, and how to mend it when it is not well.

    `due` is the day on which what is still well will not be any more.
    """

    subject: str
    health: Health
    text: str
    mend: str = ""
    due: date | None = None


Check = Callable[[], Awaitable[tuple[Finding, ...]]]
"""Looks at one thing."""

_MIB, _GIB = 1 << 20, 1 << 30
_TOO_LITTLE = 100 * _MIB


def judge_free_space(subject: str, text: str, free: int, mend: str) -> Finding:
    """Return the finding about so many free bytes on a disk: `text` names the disk, `mend` says what to do about it."""
    size = f"{free / _GIB:,.1f} GiB" if free >= _GIB else f"{free // _MIB} MiB"
    text = f"{text}; {size} are free."
    if free >= _GIB:
        return Finding(subject, Health.OK, text)
    return Finding(subject, Health.WRONG if free < _TOO_LITTLE else Health.NOTE, text, mend)
