"""The moderation log, in memory."""

from dataclasses import asdict

from bot.domain.cases import CaseId
from bot.domain.moderation_log import LogEntry, NewLogEntry
from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor
from bot.ports.clock import Clock


class MemoryModerationLog:
    """Keeps lines in a list."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.entries: list[LogEntry] = []

    async def append(self, entry: NewLogEntry) -> bool:
        """Add it, unless its key is there."""
        return self.add(entry)

    def add(self, entry: NewLogEntry) -> bool:
        """Add it at once."""
        if entry.key is not None and any(known.key == entry.key for known in self.entries):
            return False
        fields = asdict(entry) | {"by": entry.by and Actor(entry.by.account, entry.by.name)}
        self.entries.append(LogEntry(**fields, position=len(self.entries) + 1, at=self._clock.now()))
        return True

    async def page(self, community: CommunityId, *, most: int, before: int | None = None) -> tuple[LogEntry, ...]:
        """Walk backwards."""
        older = [entry for entry in self._of(community) if before is None or entry.position < before]
        return tuple(older[:most])

    async def about(self, community: CommunityId, account: AccountId, *, most: int) -> tuple[LogEntry, ...]:
        """Walk backwards."""
        return tuple([entry for entry in self._of(community) if entry.subject == account][:most])

    async def of_case(self, case: CaseId) -> tuple[LogEntry, ...]:
        """Look for them."""
        return tuple(entry for entry in self.entries if entry.case == case)

    def _of(self, community: CommunityId) -> list[LogEntry]:
        return [entry for entry in reversed(self.entries) if entry.community == community]
