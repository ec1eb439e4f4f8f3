"""What a process knows of jobs and no broker can be asked: which it has sent, and which wait here for their time."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.jobs import JobId
from bot.domain.people import Tier
from bot.ports.clock import Clock

_REMEMBERED_FOR = timedelta(minutes=5)
"""How long recovery takes it that a job it has published waits at the broker: that cannot be asked what waits there."""

_LONGEST_WAIT = timedelta(minutes=1)
_SHORTEST_WAIT = timedelta(milliseconds=1)


@dataclass(slots=True)
class SentJobs:
    """Which jobs this process has published not long ago and seen no end of: a broker does not notice a second one."""

    _sent: OrderedDict[JobId, datetime] = field(default_factory=OrderedDict)
    _cancelled: set[JobId] = field(default_factory=set)

    def knows(self, job: JobId) -> bool:
        """Return whether the job was sent not long ago."""
        return job in self._sent

    def add(self, job: JobId, now: datetime) -> None:
        """Note that the job is sent, and forget those that were long ago."""
        self._sent[job] = now
        self._sent.move_to_end(job)
        while now - next(iter(self._sent.values())) > _REMEMBERED_FOR:
            self.forget(next(iter(self._sent)))

    def cancel(self, job: JobId) -> None:
        """Note that the job is not to be worked on when it comes."""
        if job in self._sent:
            self._cancelled.add(job)

    def revive(self, job: JobId) -> None:
        """Note that the job is to be worked on after all."""
        self._cancelled.discard(job)

    def is_cancelled(self, job: JobId) -> bool:
        """Return whether the job is not to be worked on."""
        return job in self._cancelled

    def forget(self, job: JobId) -> None:
        """Forget the job."""
        self._sent.pop(job, None)
        self._cancelled.discard(job)

    def clear(self) -> None:
        """Forget all: what was sent over a connection that broke may be lost."""
        self._sent.clear()
        self._cancelled.clear()


class DelayedJobs:
    """Jobs that wait in this process for their time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[JobId, tuple[datetime, Tier]] = {}

    def __contains__(self, job: JobId) -> bool:
        """Return whether the job waits here."""
        return job in self._waiting

    def add(self, job: JobId, tier: Tier, at: datetime) -> None:
        """Have the job wait until then; an earlier time for it is replaced."""
        self._waiting[job] = at, tier

    def remove(self, job: JobId) -> None:
        """Forget the job, if it waits here."""
        self._waiting.pop(job, None)

    def take_due(self) -> Iterator[tuple[JobId, Tier, datetime]]:
        """Yield the jobs whose time has come, in that order; each is forgotten first, since the caller may take long over one."""
        now = self._clock.now()
        for at, job, tier in sorted((at, job, tier) for job, (at, tier) in self._waiting.items() if at <= now):
            if self._waiting.pop(job, None) is not None:
                yield job, tier, at

    @property
    def wait(self) -> timedelta:
        """Return how long to wait before looking again: a minute at most, so that a clock that was set back is noticed."""
        now = self._clock.now()
        due = min((at for at, _ in self._waiting.values()), default=now + _LONGEST_WAIT)
        return min(max(due - now, _SHORTEST_WAIT), _LONGEST_WAIT)
