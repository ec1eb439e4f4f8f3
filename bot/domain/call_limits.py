"""How much one image service is asked at once, and how often."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """At most so many calls to a service at once, and so many that begin in any minute; None where that is not bounded.

    Those that failed, and were not charged for, do not count.
    """

    at_once: int | None = None
    per_minute: int | None = None
