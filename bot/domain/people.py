"""Identities on platforms, the accounts that own a quota, and the communities they ask in."""

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

    def __str__(self) -> str:
        """Return `platform:user`, or `platform:realm:user`, as settings and admins write it."""
        return ":".join(part for part in (self.platform, self.realm, self.user) if part)

    @classmethod
    def parse(cls, text: str) -> "Identity":
        """Return the identity that `str` gives; without a colon there is none."""
        platform, _, rest = text.partition(":")
        realm, _, user = rest.rpartition(":")
        return cls(Platform(platform), realm, user)


@dataclass(frozen=True, slots=True)
class Person:
    """The person of a call, as the platform describes them, before any look-up of ours.

    A moderator is responsible for what is posted at the place of the call, an
    admin runs the server or workspace around it. `roles` are the platform's ids
    of the groups they belong to there, `entitlements` those of what they bought.
    """

    identity: Identity
    name: str
    locale: str = "en"
    is_moderator: bool = False
    is_admin: bool = False
    roles: tuple[str, ...] = ()
    entitlements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """The owner of a quota; several identities may share one."""

    id: AccountId
    tier: Tier


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody as they were typed: an id, and the platform and realm if those were named."""

    user: str
    platform: Platform | None = None
    realm: str = ""

    def to_identity(self, identity: Identity) -> Identity:
        """Return the identity that is meant when `identity` says it: of the same platform and realm, unless another was named."""
        if self.platform is None:
            return Identity(identity.platform, identity.realm, self.user)
        return Identity(self.platform, self.realm, self.user)


@dataclass(frozen=True, slots=True)
class RoleMention:
    """A role or group as it was typed: an id, and the platform and tenant if those were named."""

    role: str
    platform: Platform | None = None
    tenant: str = ""
