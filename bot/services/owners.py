"""The owners of the house: people named in the settings, and accounts linked to one of them."""

from collections.abc import Collection

from bot.domain.people import AccountId, Identity, Person, Platform
from bot.ports.accounts import Accounts


class Owners:
    """Tells who is an owner. `named` are identities as text, `platforms` those whose every person controls the machine itself."""

    def __init__(self, accounts: Accounts, *, named: Collection[str], platforms: Collection[Platform]) -> None:
        self._accounts = accounts
        self._named = frozenset(named)
        self._platforms = frozenset(platforms)

    async def is_owner(self, person: Person) -> bool:
        """Whether this person is an owner, by any of their linked accounts."""
        if self._is_named(person.identity):
            return True
        return any(self._is_named(identity) for identity in await self._accounts.list_linked_identities(person.identity))

    async def is_owners_account(self, account: AccountId) -> bool:
        """Whether an account is an owner's."""
        return any(self._is_named(identity) for identity in await self._accounts.identities(account))

    def _is_named(self, identity: Identity) -> bool:
        return identity.platform in self._platforms or str(identity) in self._named
