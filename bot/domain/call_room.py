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
class CallRoom:
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


def in_use(rooms: Sequence[CallRoom]) -> list[CallRoom]:
    """Return those of a provider's accounts that do not rest; all of them if all do, since they are asked all the same."""
    return [room for room in rooms if not room.is_resting] or list(rooms)


def moments_of(rooms: Sequence[CallRoom], now: datetime) -> Iterator[datetime]:
    """Return the moments at which the next calls to a provider may begin, by whichever of its accounts."""
    return merge(*(room.moments(now) for room in in_use(rooms)))


def count_room(rooms: Sequence[CallRoom], now: datetime) -> int:
    """Return how many calls to a provider may begin now."""
    return sum(room.count(now) for room in in_use(rooms))


def choose_account(rooms: Sequence[CallRoom], now: datetime) -> str:
    """Return the account that takes the next call: the one that may have it first, and of several the least busy."""

    def order(room: CallRoom) -> tuple[bool, datetime, int, int]:
        first = next(room.moments(now), None)
        return first is None, first or now, room.out, len(room.begun)

    return min(in_use(rooms), key=order).account
