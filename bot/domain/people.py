"""Who asks: identities on platforms, the accounts that own a quota, and where they live."""

from dataclasses import dataclass
from typing import NewType

AccountId = NewType("AccountId", str)
CommunityId = NewType("CommunityId", str)
Platform = NewType("Platform", str)
Tier = NewType("Tier", str)

HOUSE = CommunityId("house")
"""The one community of a house that does not part its tenants."""

GUEST = Tier("guest")
REGISTERED = Tier("registered")
PREMIUM = Tier("premium")


@dataclass(frozen=True, slots=True)
class Identity:
    """One person as one platform knows them.

    `realm` is the workspace where user ids are only unique within one, else
    empty; `user` is the platform's own id, never a name.
    """

    platform: Platform
    realm: str
    user: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who gives a call, as the platform tells it, before any look-up of ours."""

    identity: Identity
    name: str
    locale: str = "en"
    is_moderator: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """Whoever owns a quota; several identities may share one."""

    id: AccountId
    tier: Tier
