"""The table of sanctions."""

from datetime import datetime
from typing import Protocol

from bot.domain.cases import CaseId
from bot.domain.jobs import JobId
from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction, SanctionId


class SanctionBook(Protocol):
    """Keeps sanctions, and which accounts they are on. All methods may raise `StorageFailed`.

    Each change writes its line into the moderation log in the same transaction.
    A sanction is on every account that shares it: joining gives the account
    that stays what the other one had, and an account that parts keeps a share.
    There is one sanction all the while, so that lifting it lifts it for all.
    """

    async def impose(self, sanction: Sanction) -> Sanction:
        """Write a sanction down, and return it; for a known key, return that one as it stands.

        One on an account that was joined is on the account that it is part of.
        It is also on every account that was parted from this one in the last
        thirty days, so that nobody sheds it by unlinking before it comes.
        No job is accepted under it from then on (`Jobs.accept`).
        """
        ...

    async def lift(self, sanction: SanctionId, by: Actor, case: CaseId | None = None) -> bool:
        """End a sanction for everybody who shares it; False where it is unknown, or was lifted or had run out before.

        `case` is the appeal that says so.
        """
        ...

    async def reinstate(self, case: CaseId, by: Actor | None) -> tuple[Sanction, ...]:
        """Let what an appeal lifted hold again, as it did before, and return it: the appeal was decided otherwise."""
        ...

    async def find(self, sanction: SanctionId) -> Sanction | None:
        """Return the sanction with this id."""
        ...

    async def of_case(self, case: CaseId) -> tuple[Sanction, ...]:
        """Return all sanctions that follow from a case, lifted ones included, oldest first."""
        ...

    async def of(self, account: AccountId) -> tuple[Sanction, ...]:
        """Return all sanctions on an account, of whatever community, newest first."""
        ...

    async def accounts(self, sanction: SanctionId) -> tuple[AccountId, ...]:
        """Return the accounts that share a sanction."""
        ...

    async def active(self, community: CommunityId, now: datetime, most: int) -> tuple[Sanction, ...]:
        """Return up to `most` mutes and bans of a community that hold now, newest first."""
        ...

    async def banned_jobs(self, now: datetime, most: int) -> tuple[JobId, ...]:
        """Return up to `most` jobs without pictures of people who are banned where they asked for them, oldest first."""
        ...

    async def list_unnotified(self, most: int) -> tuple[Sanction, ...]:
        """Return up to `most` sanctions that nobody has told their person of, oldest first."""
        ...

    async def mark_notified(self, sanction: SanctionId, now: datetime) -> None:
        """Note that the person was told of a sanction, or cannot be."""
        ...
