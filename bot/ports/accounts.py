"""Accounts and the ledger of their quotas."""

from datetime import date, datetime
from typing import Protocol

from bot.domain.allowances import Budget, DescriptionCost, QuotaStatus, Spending
from bot.domain.people import Account, AccountId, CommunityId, Identity, Tier
from bot.domain.rules import Actor, AuditEntry


class Accounts(Protocol):
    """Finds the account of an identity. May raise `StorageFailed`."""

    async def get_or_create(self, identity: Identity, first_tier: Tier) -> Account:
        """Return the identity's account; one that is seen for the first time gets a new account of `first_tier`."""
        ...

    async def find(self, identity: Identity) -> Account | None:
        """Return the identity's account, if it was ever seen."""
        ...

    async def list_linked_identities(self, identity: Identity) -> tuple[Identity, ...]:
        """Return all identities that share this one's account, itself among them; none when it was never seen."""
        ...

    async def identities(self, account: AccountId) -> tuple[Identity, ...]:
        """Return the identities of an account."""
        ...

    async def created_at(self, account: AccountId) -> datetime | None:
        """Return when the account, or the oldest that became part of it, was first seen; None where it never was."""
        ...

    async def join(self, account: AccountId, other: AccountId) -> None:
        """Make `other` a part of `account`, in one transaction: its identities, jobs, pictures, credits, rules and usage.

        What is held for running jobs moves too, and so do its sanctions. `other` is no account any
        more: a job that is still asked for in its name is refused by
        `Jobs.accept` with `BadInput`. Joining an account with itself changes nothing.
        """
        ...

    async def part(self, identity: Identity, tier: Tier, day: date) -> Account:
        """Move the identity to an account of its own, with what it asked for, in one transaction, and return that account.

        The new account begins with the usage that the old one has on `day`
        and the days after, so that nobody gains by parting; `join` counts
        that once. Tiers go with the identity that brought them; credits stay
        where they are. Every sanction is on both from then on. An identity that is alone keeps its account.
        """
        ...


class Ledger(Protocol):
    """Reads how accounts stand; `Jobs` writes holds in its transactions. May raise `StorageFailed`.

    Where an account has been counted on a later day already, up to two ahead,
    `Jobs` and `reset_usage` go by that day: a clock that was set back gives
    nothing twice.
    """

    async def quota_status(self, community: CommunityId, account: AccountId, day: date, limit: int) -> QuotaStatus:
        """Return what is held and spent on `day` under `limit`, and the credits beyond that."""
        ...

    async def tenant_status(self, community: CommunityId, tenant: str, day: date, limit: int) -> QuotaStatus:
        """Return how a server or workspace stands, as `quota_status` does for an account."""
        ...

    async def reset_usage(
        self, community: CommunityId, account: AccountId, day: date, *, by: Actor, why: str
    ) -> AuditEntry | None:
        """Count what was spent on `day` as not spent, and put that on record; None where nothing was."""
        ...

    async def book_description(self, description: DescriptionCost) -> None:
        """Count what a description costs against the budgets of its day.

        It is written down before it is asked for, with what it probably costs; the same one again, with
        what it did cost, takes that one's place.
        """
        ...

    async def spending(self, budget: Budget, day: date) -> Spending:
        """Return what the budget's scope has held and spent in the period around `day`."""
        ...
