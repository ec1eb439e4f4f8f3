"""Rules that admins set, and the record of changes."""

from collections.abc import Mapping
from typing import Protocol

from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor, AuditEntry, AuditEntryId, Change, FilterImport, FilterVersion, Rule, RuleKind


class Rulebook(Protocol):
    """Keeps rules, and writes each change of them down in the same transaction. All methods may raise `StorageFailed`."""

    async def rules(self, community: CommunityId, account: AccountId) -> tuple[Rule, ...]:
        """Return the rules for everybody, and those about this account, without filter rules."""
        ...

    async def rules_with_bought(self, community: CommunityId, account: AccountId) -> tuple[Rule, ...]:
        """Return `rules`, and with them what the account bought of the house: memberships with a source of payment."""
        ...

    async def all(self, community: CommunityId) -> tuple[Rule, ...]:
        """Return all rules, by kind and subject."""
        ...

    async def filter_version(self, community: CommunityId) -> FilterVersion:
        """Return which words the community has listed."""
        ...

    async def filter_rules(self, community: CommunityId) -> tuple[Rule, ...]:
        """Return the filter rules, by subject."""
        ...

    async def everywhere(self, kind: RuleKind, subject: str) -> Mapping[CommunityId, str]:
        """Return the value of each community that has set this for everybody."""
        ...

    async def change(self, change: Change) -> AuditEntry | None:
        """Set a rule or take it away, and put it on record; None, and nothing written, where it is so already.

        With a filter rule the community's filter version changes too.
        """
        ...

    async def add_filter_rules(self, community: CommunityId, added: FilterImport, by: Actor, why: str = "") -> AuditEntry | None:
        """Add those filter rules whose words are not listed yet, in whatever case, and put that on record as one entry.

        What is listed already stays as it is; None, and nothing written, where all of it is.
        """
        ...

    async def undo(self, entry: AuditEntryId, by: Actor) -> AuditEntry:
        """Undo what an entry changed: a rule, credits, or usage. That is an entry too.

        Of an import those rules go that still say what it made them say.

        Raises:
            BadInput: There is no such entry, it was undone already, what it
                changed has been changed again since, or the credits are spent.
        """
        ...

    async def find(self, entry: AuditEntryId) -> AuditEntry | None:
        """Return the entry with this id."""
        ...

    async def entries(self, community: CommunityId, most: int, before: AuditEntryId | None = None) -> tuple[AuditEntry, ...]:
        """Return the newest entries, newest first; only ones older than `before`, if given."""
        ...
