"""The moderation log."""

from typing import Protocol

from bot.domain.cases import CaseId
from bot.domain.moderation_log import LogEntry, NewLogEntry
from bot.domain.people import AccountId, CommunityId


class ModerationLog(Protocol):
    """Keeps what was done, line by line; no line ever changes. All methods may raise `StorageFailed`."""

    async def append(self, entry: NewLogEntry) -> bool:
        """Add a line; False, and nothing is added, where one with its key is there already."""
        ...

    async def page(self, community: CommunityId, *, most: int, before: int | None = None) -> tuple[LogEntry, ...]:
        """Return a community's newest lines, newest first; only those with a lower position than `before`, if given."""
        ...

    async def about(self, community: CommunityId, account: AccountId, *, most: int) -> tuple[LogEntry, ...]:
        """Return the newest lines whose subject is the account, newest first."""
        ...

    async def of_case(self, case: CaseId) -> tuple[LogEntry, ...]:
        """Return a case's lines, oldest first."""
        ...
