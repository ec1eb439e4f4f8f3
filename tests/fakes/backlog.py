"""A table of jobs whose counts a test says."""

from bot.ports.backlog import OpenJobs
from tests.fakes.scripted_failures import ScriptedFailures


class MemoryBacklog:
    """Gives what it was told to, and remembers how often it was asked."""

    def __init__(self, *counts: OpenJobs) -> None:
        self.counts = counts
        self.failures = ScriptedFailures()
        self.asked = 0

    async def count(self) -> tuple[OpenJobs, ...]:
        """Return the counts."""
        self.asked += 1
        self.failures.raise_next("count")
        return self.counts
