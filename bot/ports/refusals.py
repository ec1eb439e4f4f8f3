"""Refusals that are kept for a while."""

from datetime import datetime
from typing import Protocol

from bot.domain.people import AccountId, CommunityId
from bot.domain.refusals import RefusalId, RefusedWords


class Refusals(Protocol):
    """Keeps refused words for `KEPT_FOR`. All methods may raise `StorageFailed`."""

    async def add(self, refusal: RefusedWords) -> None:
        """Keep a refusal, and forget those that are too old; one that is kept already stays as it is."""
        ...

    async def find(self, refusal: RefusalId) -> RefusedWords | None:
        """Return one refusal; None where it was never kept, or not for so long."""
        ...

    async def of(self, account: AccountId, community: CommunityId, *, since: datetime, most: int) -> tuple[RefusedWords, ...]:
        """Return the refusals of an account in a community from `since` on: the newest `most`, oldest first."""
        ...
