"""The calls to image services in memory, counted by the rows of the jobs in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from bot.domain.call_limits import CallLimits
from bot.domain.call_slots import CallSlots, choose_account, count_free_slots, moments_of
from bot.domain.jobs import Drawing, DrawingState, JobState
from bot.domain.people import Platform
from bot.domain.provider_accounts import provider_of
from bot.domain.provider_state import ProviderState
from bot.ports.call_queue import DueJob
from tests.fakes.jobs import MemoryJobs, Row, is_in_line, is_leased
from tests.fakes.provider_states import MemoryProviderStates
from tests.fakes.scripted_failures import ScriptedFailures

_MINUTE = timedelta(minutes=1)


class MemoryCallQueue:
    """Implements `bot.ports.call_queue.CallQueue` with the same promises as the real one."""

    def __init__(self, jobs: MemoryJobs, states: MemoryProviderStates) -> None:
        self._jobs = jobs
        self._states = states
        self.failures = ScriptedFailures()

    async def open_drawing(
        self,
        drawing: Drawing,
        limits: CallLimits,
        platforms: frozenset[Platform],
        accounts: Sequence[str],
        *,
        joins_line: bool = True,
    ) -> bool:
        """Note the drawing if there is room."""
        self.failures.raise_next("open_drawing")
        row, now = self._jobs.fenced(drawing.job, drawing.attempt), self._jobs.clock.now()
        line = provider_of(drawing.provider)
        before = [
            one
            for one in self._waiting(line, platforms)
            if one.order < row.order and (one.lease_until is None or is_leased(one, now))
        ]
        slots = [self._read_slots(one, limits, drawing.id) for one in accounts]
        has_free_slot = any(one.account == drawing.provider and one.count(now) for one in slots)
        if has_free_slot and len(before) < count_free_slots(slots, now):
            row.waits_for = None
            row.drawings.setdefault(drawing.id, drawing)
            return True
        if joins_line:
            row.waits_for, row.lease_until, row.not_before = line, None, None
            self._jobs.change(row, state=JobState.QUEUED, started_at=None)
        return False

    async def due(
        self, provider: str, limits: CallLimits, platforms: frozenset[Platform], accounts: Sequence[str]
    ) -> tuple[DueJob, ...]:
        """List those there is room for."""
        self.failures.raise_next("due")
        waiting, now = self._waiting(provider, platforms), self._jobs.clock.now()
        coming = sum(is_leased(one, now) for one in waiting)
        in_line = [one.job for one in waiting if is_in_line(one)]
        times = islice(moments_of([self._read_slots(one, limits) for one in accounts], now), coming, None)
        return tuple(DueJob(job.id, job.tier, at) for job, at in zip(in_line, times, strict=False))

    async def choose(self, accounts: Sequence[str], limits: CallLimits) -> str:
        """Count the calls of each."""
        self.failures.raise_next("choose")
        return choose_account([self._read_slots(one, limits) for one in accounts], self._jobs.clock.now())

    async def waiting(self, platforms: frozenset[Platform]) -> tuple[str, ...]:
        """Name them."""
        self.failures.raise_next("waiting")
        rows = self._jobs.of(platforms)
        return tuple({row.waits_for for row in rows if row.waits_for is not None and not row.job.state.is_final})

    def _read_slots(self, account: str, limits: CallLimits, but: str = "") -> CallSlots:
        state, now = self._states.states.get(account, ProviderState()), self._jobs.clock.now()
        drawings = [one for one in self._drawings(account) if one.id != but]
        return CallSlots(
            account=account,
            limits=state.limit(limits, now),
            out=self._count_out(drawings),
            begun=tuple(self._begun(drawings)),
            blocked_until=state.block(now),
            is_resting=state.is_resting(now),
        )

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
