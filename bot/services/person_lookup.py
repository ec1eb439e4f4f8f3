"""Finds people by what was typed, and the ids to call them by."""

from dataclasses import dataclass, replace

from bot.domain.chat import Place
from bot.domain.people import AccountId, Identity, Mention, Person, RoleMention
from bot.domain.rules import Actor
from bot.errors import BadInput, NotAllowed
from bot.ports.accounts import Accounts
from bot.services.quotas import Quotas


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Who was mentioned. `person` lacks their roles: platforms tell those of the caller alone."""

    account: AccountId
    person: Person
    is_new: bool = False

    @property
    def identity(self) -> Identity:
        """Return who they are, as texts name them."""
        return self.person.identity


class PersonLookup:
    """Looks people up by what somebody typed."""

    def __init__(self, accounts: Accounts, quotas: Quotas) -> None:
        self._accounts = accounts
        self._quotas = quotas

    async def actor(self, person: Person) -> Actor:
        """Return who changes something."""
        return Actor((await self._quotas.account(person)).id, person.name)

    async def caller(self, person: Person) -> FoundPerson:
        """Return the caller, with all that the platform tells of them."""
        return FoundPerson((await self._quotas.account(person)).id, person)

    def is_caller(self, mention: Mention, by: Person) -> bool:
        """Whether somebody mentions themselves."""
        return _identity_of(mention, by.identity) == by.identity

    async def find_known(self, mention: Mention, by: Person) -> FoundPerson:
        """Return somebody who was seen before, or the caller.

        Raises:
            BadInput: They never were.
        """
        identity = _identity_of(mention, by.identity)
        if identity == by.identity:
            return await self.caller(by)
        account = await self._accounts.find(identity)
        if account is None:
            raise BadInput(
                "That person has never been seen here; nothing was changed. They have to use this bot first, or the id is wrong."
            )
        return FoundPerson(account.id, Person(identity, str(identity)))

    async def find_or_create(self, mention: Mention, by: Person) -> FoundPerson:
        """Return somebody; if they were never seen and are where the caller is, an account is made for them.

        Raises:
            BadInput: They were never seen, and are elsewhere: that may be a typing mistake.
        """
        identity = _identity_of(mention, by.identity)
        is_near = (identity.platform, identity.realm) == (by.identity.platform, by.identity.realm)
        if not is_near or identity == by.identity or await self._accounts.find(identity) is not None:
            return await self.find_known(mention, by)
        person = Person(identity, str(identity))
        return FoundPerson((await self._quotas.account(person)).id, person, is_new=True)

    async def name(self, account: AccountId, beside: Identity) -> Identity | str:
        """Return the owner of an account, as they are known where `beside` is at home, if they are; words where there is none."""
        identities = await self._accounts.identities(account)
        if not identities:
            return "an account that was joined to another"
        return min(identities, key=lambda one: (one.platform, one.realm) != (beside.platform, beside.realm))

    async def of_account(self, account: AccountId) -> Person | None:
        """Return somebody whose account it is, if anybody has it."""
        identity = next(iter(await self._accounts.identities(account)), None)
        return None if identity is None else Person(identity, str(identity))

    def role_key(self, mention: RoleMention, place: Place) -> str:
        """Return a role as rules name it: `platform:tenant:role`.

        Raises:
            BadInput: The role's platform is missing, and the place has none.
            NotAllowed: It is of a tenant that is another community.
        """
        tenant = place if mention.platform is None else Place(mention.platform, mention.tenant, "")
        if not tenant.tenant:
            raise BadInput("There are no roles here, so nothing was changed; please type that in the server.")
        if self._quotas.community(tenant) != self._quotas.community(place):
            raise NotAllowed("That role is another server's, and only its admins can change that; nothing was changed.")
        return f"{tenant.platform}:{tenant.tenant}:{mention.role}"


def _identity_of(mention: Mention, by: Identity) -> Identity:
    """Return the identity; without a realm, the caller's own is meant."""
    identity = mention.to_identity(by)
    return replace(identity, realm=by.realm) if identity.platform == by.platform and not identity.realm else identity
