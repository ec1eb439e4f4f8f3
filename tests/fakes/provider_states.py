"""The states of image services in memory."""

from collections import deque
from collections.abc import Mapping
from datetime import timedelta

from bot.domain.jobs import DrawingState
from bot.domain.provider_state import ProviderState
from bot.ports.provider_states import Change
from tests.fakes.jobs import MemoryJobs
from tests.fakes.scripted_failures import ScriptedFailures

_MINUTE = timedelta(minutes=1)


class MemoryProviderStates:
    """Implements `bot.ports.provider_states.ProviderStates` with the same promises as the real one.

    The next reads give what is in `stale_reads`, as if somebody had changed it right after them.
    """

    def __init__(self, jobs: MemoryJobs) -> None:
        self._jobs = jobs
        self.states: dict[str, ProviderState] = {}
        self.stale_reads: deque[Mapping[str, ProviderState]] = deque()
        self.failures = ScriptedFailures()

    async def all(self) -> Mapping[str, ProviderState]:
        """Return them."""
        self.failures.raise_next("all")
        return self.stale_reads.popleft() if self.stale_reads else dict(self.states)

    async def change(self, provider: str, change: Change) -> tuple[ProviderState, ProviderState]:
        """Change one."""
        self.failures.raise_next("change")
        before = self.states.get(provider, ProviderState())
        self.states[provider] = change(before)
        return before, self.states[provider]

    async def count_accepted(self, provider: str) -> int:
        """Count the drawings in memory."""
        since = self._jobs.clock.now() - _MINUTE
        found = [one for row in self._jobs.rows.values() for one in row.drawings.values() if one.provider == provider]
        return sum(one.started_at > since and one.state is not DrawingState.FAILED for one in found)
