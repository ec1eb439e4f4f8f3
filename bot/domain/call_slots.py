"""How many more calls an account of an image service may have, and from when on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import chain, islice, repeat

from bot.domain.call_limits import CallLimits

_MINUTE = timedelta(minutes=1)
_UNBOUNDED = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSlots:
    """What one account has under way, and what holds for it.

    `out` are its calls that have not ended, and `begun` is when those of the
    last minute began, oldest first. No call goes out before `blocked_until`.
    """

    account: str
    limits: CallLimits
    out: int = 0
    begun: tuple[datetime, ...] = ()
    blocked_until: datetime | None = None
    is_resting: bool = False

    def count(self, now: datetime) -> int:
        """Return how many calls may begin now."""
        if self.blocked_until is not None and now < self.blocked_until:
            return 0
        at_once = (self.limits.at_once or _UNBOUNDED) - self.out
        return max(0, min(at_once, (self.limits.per_minute or _UNBOUNDED) - len(self.begun)))

    def moments(self, now: datetime) -> Iterator[datetime]:
        """Return the moments at which its next calls may begin, as far as that is known."""
        earliest = max(now, self.blocked_until or now)
        free = (self.limits.per_minute or _UNBOUNDED) - len(self.begun)
        later = (at + _MINUTE for at in self.begun[max(0, -free) :])
        at_once = max(0, (self.limits.at_once or _UNBOUNDED) - self.out)
        return (max(at, earliest) for at in islice(chain(repeat(now, max(0, free)), later), at_once))


def in_use(slots: Sequence[CallSlots]) -> list[CallSlots]:
    """Return those of a provider's accounts that do not rest; all of them if all do, since they are asked all the same."""
    return [one for one in slots if not one.is_resting] or list(slots)


def moments_of(slots: Sequence[CallSlots], now: datetime) -> Iterator[datetime]:
    """Return the moments at which the next calls to a provider may begin, by whichever of its accounts."""
    return merge(*(one.moments(now) for one in in_use(slots)))


def count_free_slots(slots: Sequence[CallSlots], now: datetime) -> int:
    """Return how many calls to a provider may begin now."""
    return sum(one.count(now) for one in in_use(slots))


def choose_account(slots: Sequence[CallSlots], now: datetime) -> str:
    """Return the account that takes the next call: the one that may have it first, and of several the least busy."""

    def order(one: CallSlots) -> tuple[bool, datetime, int, int]:
        first = next(one.moments(now), None)
        return first is None, first or now, one.out, len(one.begun)

    return min(in_use(slots), key=order).account
