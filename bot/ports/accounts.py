"""Who owns a quota, and how it stands."""

from datetime import date
from typing import Protocol

from bot.domain.people import Account, AccountId, CommunityId, Identity, Tier
from bot.domain.quotas import Standing


class Accounts(Protocol):
    """Knows whose identity is whose. May raise `StorageFailed`."""

    async def of(self, identity: Identity, first_tier: Tier) -> Account:
        """Give the identity's account; one that is seen for the first time gets a new account of `first_tier`."""
        ...


class Ledger(Protocol):
    """Tells how an account stands; holds are written by `Jobs`, in its transactions. May raise `StorageFailed`."""

    async def standing(self, community: CommunityId, account: AccountId, day: date, limit: int) -> Standing:
        """Give what is held and spent on `day` under `limit`."""
        ...
