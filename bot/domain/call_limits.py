"""How many calls one image service gets at once, and how many a minute."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """At most so many calls to a service at once, and so many that begin in any minute; None where that is not bounded.

    Those that failed, and were not charged for, do not count.
    """

    at_once: int | None = None
    per_minute: int | None = None


def sum_limits(limits: Sequence[CallLimits]) -> CallLimits:
    """Return what holds for several accounts together: no bound where one of them has none."""
    return CallLimits(at_once=_sum([each.at_once for each in limits]), per_minute=_sum([each.per_minute for each in limits]))


def _sum(bounds: Sequence[int | None]) -> int | None:
    known = [bound for bound in bounds if bound is not None]
    return sum(known) if len(known) == len(bounds) else None
