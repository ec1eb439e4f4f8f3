"""Keys with which programs ask in somebody's name."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType, Protocol

from bot.domain.people import AccountId, CommunityId, Identity

ApiKeyId = NewType("ApiKeyId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key, without the key itself. What it asks for is asked by `owner`, in `community`, and counted for `account`."""

    id: ApiKeyId
    account: AccountId
    owner: Identity
    community: CommunityId
    label: str
    created_at: datetime


class ApiKeys(Protocol):
    """Keeps keys by their hash, so that a reader of the table can use none. All methods may raise `StorageFailed`."""

    async def add(self, key: ApiKey, key_hash: str) -> None:
        """Write a new key down."""
        ...

    async def find(self, key_hash: str) -> ApiKey | None:
        """Return the key, unless it was revoked."""
        ...

    async def of(self, account: AccountId) -> tuple[ApiKey, ...]:
        """Return an account's keys that were not revoked, oldest first."""
        ...

    async def revoke(self, key: ApiKeyId, account: AccountId) -> bool:
        """Make a key of this account useless for ever; False where it has none by that id."""
        ...
