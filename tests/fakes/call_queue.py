"""The calls to image services in memory, counted by the rows of the jobs in memory."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from bot.domain.call_limits import CallLimits
from bot.domain.jobs import Drawing, DrawingState, JobState
from bot.domain.people import Platform
from bot.domain.provider_state import ProviderState
from bot.ports.call_queue import DueJob
from tests.fakes.jobs import MemoryJobs, Row, is_in_line, is_leased
from tests.fakes.provider_states import MemoryProviderStates
from tests.fakes.scripted_failures import ScriptedFailures

_MINUTE = timedelta(minutes=1)
_UNBOUNDED = 10**6


class MemoryCallQueue:
    """Implements `bot.ports.call_queue.CallQueue` with the same promises as the real one."""

    def __init__(self, jobs: MemoryJobs, states: MemoryProviderStates) -> None:
        self._jobs = jobs
        self._states = states
        self.failures = ScriptedFailures()

    async def open_drawing(self, drawing: Drawing, limits: CallLimits, platforms: frozenset[Platform]) -> bool:
        """Note the drawing if there is room."""
        self.failures.raise_next("open_drawing")
        row, now = self._jobs.fenced(drawing.job, drawing.attempt), self._jobs.clock.now()
        state = self._state(drawing.provider)
        limits = state.limit(limits, now)
        before = [
            one
            for one in self._waiting(drawing.provider, platforms)
            if one.order < row.order and (one.lease_until is None or is_leased(one, now))
        ]
        others = [one for one in self._drawings(drawing.provider) if one.id != drawing.id]
        has_room = self._count_out(others) + len(before) < (limits.at_once or _UNBOUNDED)
        if has_room and not state.block(now) and len(self._begun(others)) + len(before) < (limits.per_minute or _UNBOUNDED):
            row.waits_for = None
            row.drawings.setdefault(drawing.id, drawing)
            return True
        row.waits_for, row.lease_until, row.not_before = drawing.provider, None, None
        self._jobs.change(row, state=JobState.QUEUED, started_at=None)
        return False

    async def due(self, provider: str, limits: CallLimits, platforms: frozenset[Platform]) -> tuple[DueJob, ...]:
        """List those there is room for."""
        self.failures.raise_next("due")
        waiting, now = self._waiting(provider, platforms), self._jobs.clock.now()
        state = self._state(provider)
        limits, earliest = state.limit(limits, now), state.block(now) or now
        coming, drawings = sum(is_leased(one, now) for one in waiting), self._drawings(provider)
        room = (limits.at_once or _UNBOUNDED) - self._count_out(drawings) - coming
        in_line = [one.job for one in waiting if is_in_line(one)][: max(0, room)]
        times = _times(limits.per_minute or _UNBOUNDED, self._begun(drawings), coming, now)
        return tuple(DueJob(job.id, job.tier, max(at, earliest)) for job, at in zip(in_line, times, strict=False))

    async def waiting(self, platforms: frozenset[Platform]) -> tuple[str, ...]:
        """Name them."""
        self.failures.raise_next("waiting")
        rows = self._jobs.of(platforms)
        return tuple({row.waits_for for row in rows if row.waits_for is not None and not row.job.state.is_final})

    def _state(self, provider: str) -> ProviderState:
        return self._states.states.get(provider, ProviderState())

    def _waiting(self, provider: str, platforms: frozenset[Platform]) -> list[Row]:
        return [row for row in self._jobs.of(platforms) if row.waits_for == provider and not row.job.state.is_final]

    def _drawings(self, provider: str) -> list[Drawing]:
        return [one for row in self._jobs.rows.values() for one in row.drawings.values() if one.provider == provider]

    def _count_out(self, drawings: list[Drawing]) -> int:
        """Count those that are open, of jobs that somebody has, and those that go on without anybody."""
        now = self._jobs.clock.now()
        return sum(one.state is DrawingState.OPEN and self._goes_on(one, self._jobs.rows[one.job], now) for one in drawings)

    def _goes_on(self, drawing: Drawing, row: Row, now: datetime) -> bool:
        is_waited_for = row.job.attempt == drawing.attempt and is_leased(row, now)
        return is_waited_for or (drawing.ticket is not None and drawing.ticket.expires_at > now)

    def _begun(self, drawings: list[Drawing]) -> list[datetime]:
        return sorted(
            one.started_at
            for one in drawings
            if one.state is not DrawingState.FAILED and one.started_at > self._jobs.clock.now() - _MINUTE
        )


def _times(per_minute: int, begun: list[datetime], coming: int, now: datetime) -> Iterator[datetime]:
    free = per_minute - len(begun)
    for number in count(coming):
        if number >= free + len(begun):
            return
        yield now if number < free else begun[number - free] + _MINUTE
