"""What is remembered of an image service between calls: whether it rests after faults, and how many calls a minute it takes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.call_limits import CallLimits

MOST_FAULTS = 3
"""So many calls in a row that failed let a service rest."""

_FIRST_REST = timedelta(seconds=30)
_LONGEST_REST = timedelta(minutes=5)
_LONG_REST = timedelta(minutes=10)
"""For what only an operator can mend."""

_LONGEST_LIMITED = timedelta(minutes=10)
"""A service that has said for so long that it gets too many requests, and drew nothing, is out of order."""

LONGEST_PACE_WAIT = timedelta(minutes=10)
"""Whoever asks us to wait for longer than this does not speak of its minute: it rests."""

_SHORTEST_BLOCK = timedelta(seconds=1)
_LONGEST_BLOCK = timedelta(minutes=1)
"""For services that do not say how long to wait: half as long as they have drawn nothing, within these bounds."""

_MINUTE = timedelta(minutes=1)
_FEWEST = 2
"""So few calls in a minute say nothing about how many it may be."""

_RAISE_EVERY = timedelta(minutes=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderState:
    """The state of one service, for all processes. A service that nobody has heard anything bad of has a new one.

    `faults` are calls in a row that failed, and `fault` is the last of them.
    It rests until `rests_until`; from then on one call may try whether it
    works again, and until that has ended the service rests on. `rests` counts
    the rests in a row. `limited_since` is when it first said that it gets too
    many requests, with nothing drawn since. No call goes out before
    `blocked_until`. It took `per_minute` calls a minute at `slowed_at`.
    """

    faults: int = 0
    fault: str | None = None
    rests: int = 0
    rests_until: datetime | None = None
    limited_since: datetime | None = None
    blocked_until: datetime | None = None
    per_minute: int | None = None
    slowed_at: datetime | None = None

    def is_resting(self, now: datetime) -> bool:
        """Whether it is not to be asked now."""
        return self.rests_until is not None and now < self.rests_until

    @property
    def is_on_trial(self) -> bool:
        """Whether it has rested, and has drawn nothing since."""
        return self.rests_until is not None

    def is_paced(self, now: datetime) -> bool:
        """Whether its calls have to be counted for what it says that it takes."""
        return self.pace(now) is not None or self.block(now) is not None

    def block(self, now: datetime) -> datetime | None:
        """Return until when no call may go out; None where one may now."""
        return self.blocked_until if self.blocked_until is not None and now < self.blocked_until else None

    def pace(self, now: datetime) -> int | None:
        """Return how many calls a minute it is trusted to take: a tenth more every three minutes, and any number after a day."""
        if self.per_minute is None or self.slowed_at is None or now - self.slowed_at >= timedelta(days=1):
            return None
        raises = max(0, (now - self.slowed_at) // _RAISE_EVERY)
        return self.per_minute + raises * max(1, self.per_minute // 10)

    def limit(self, limits: CallLimits, now: datetime) -> CallLimits:
        """Return what holds for it: what is set, and what was learnt where that is less."""
        pace = self.pace(now)
        if pace is None or (limits.per_minute is not None and limits.per_minute <= pace):
            return limits
        return replace(limits, per_minute=pace)

    def note_success(self) -> "ProviderState":
        """Return the state after a call that it answered as it should: also with a refusal."""
        return replace(self, faults=0, fault=None, rests=0, rests_until=None, limited_since=None)

    def note_fault(self, fault: str, now: datetime, *, is_lasting: bool, is_trial: bool) -> "ProviderState":
        """Return the state after a call that failed. What lasts lets it rest at once, and what passes after several in a row.

        A service that rests already rests no longer for that, unless the call was the one to try it.
        """
        after = replace(self, faults=self.faults + 1, fault=fault)
        if self.is_on_trial and not is_trial:
            return after
        if is_lasting:
            return replace(after, rests=self.rests + 1, rests_until=now + _LONG_REST)
        if not is_trial and after.faults < MOST_FAULTS:
            return after
        return replace(after, rests=self.rests + 1, rests_until=now + min(_LONGEST_REST, _FIRST_REST * 2**self.rests))

    def note_rate_limit(
        self, fault: str, now: datetime, *, accepted: int, stated: int | None, wait: timedelta | None
    ) -> "ProviderState":
        """Return the state after a call that was one too many, with as many as were `accepted` in the last minute.

        `stated` is how many a minute the service says that it takes, and `wait` how long it asks us to wait.
        """
        since = self.limited_since or now
        after = replace(self, limited_since=since)
        pace = self.pace(now)
        # Where so few were made, it is not by their number that one was too many: the pace is as before, and the wait is kept.
        if stated is not None or accepted >= max(_FEWEST, (pace or 0) / 2):
            taken = max(accepted, _MINUTE // wait if wait else 0)
            after = replace(after, per_minute=stated or min(taken, pace or taken), slowed_at=now)
        if wait is not None and wait > LONGEST_PACE_WAIT:
            return replace(after, fault=fault, rests=self.rests + 1, rests_until=now + wait)
        if now - since >= _LONGEST_LIMITED:
            return replace(after, fault=fault, rests=self.rests + 1, rests_until=now + _FIRST_REST, limited_since=now)
        pause = min(_LONGEST_BLOCK, (now - since) / 2) if wait is None else wait
        return replace(after, blocked_until=max(now + max(_SHORTEST_BLOCK, pause), self.block(now) or now))

    def claim_trial(self, now: datetime, lease: timedelta) -> "ProviderState":
        """Return the state in which somebody tries whether it works, for as long as that may take; the same if nobody may."""
        if not self.is_on_trial or self.is_resting(now):
            return self
        return replace(self, rests_until=now + lease)

    def release_trial(self, now: datetime) -> "ProviderState":
        """Return the state after a trial that came to nothing: somebody else may try."""
        return replace(self, rests_until=min(self.rests_until, now)) if self.rests_until is not None else self
