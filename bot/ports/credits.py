"""Credits: pictures beyond the daily limit."""

from typing import Protocol

from bot.domain.credits import CreditEntry, CreditMove
from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor, AuditEntry


class Credits(Protocol):
    """Moves credits by entries that are never edited. What jobs spend is written by `Jobs`. May raise `StorageFailed`."""

    async def balance(self, community: CommunityId, account: AccountId) -> int:
        """Return what an account has."""
        ...

    async def move(self, move: CreditMove) -> AuditEntry | None:
        """Add or take credits, and log it; return None, and write nothing, where this `key` was moved already.

        Raises:
            BadInput: There are not so many to take, or it would have more than `MOST_CREDITS`.
        """
        ...

    async def give(self, community: CommunityId, giver: Actor, taker: AccountId, amount: int, key: str) -> bool:
        """Pass credits on, all or none; False where this `key` did so already.

        Raises:
            BadInput: The giver has not so many, or the taker would have more than `MOST_CREDITS`.
        """
        ...

    async def history(self, community: CommunityId, account: AccountId, most: int) -> tuple[CreditEntry, ...]:
        """Return the newest entries of an account, newest first."""
        ...
