"""Findings of health checks."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked, what it is like, and how to mend it when it is not well."""

    subject: str
    health: Health
    text: str
    mend: str = ""
