"""What admins have set, in memory."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot.domain.credits import CreditKind
from bot.domain.people import HOUSE, AccountId, CommunityId
from bot.domain.rules import (
    EVERYBODY,
    Actor,
    AuditEntry,
    AuditEntryId,
    Change,
    FilterImport,
    FilterVersion,
    Rule,
    RuleKey,
    RuleKind,
)
from bot.errors import BadInput
from bot.ports.clock import Clock, Ids
from tests.fakes.bookkeeping import Bookkeeping
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.scripted_failures import ScriptedFailures


class MemoryRulebook:
    """Keeps rules; their record, and the credits and pictures that can be taken back, are in the books of a house."""

    def __init__(self, books: Bookkeeping, clock: Clock, ids: Ids) -> None:
        self._books = books
        self._clock = clock
        self._ids = ids
        self.by_key: dict[tuple[CommunityId, RuleKey], str] = {}
        self.failures = ScriptedFailures()

    async def rules(self, community: CommunityId, account: AccountId) -> tuple[Rule, ...]:
        """Look for those of nobody and of the account."""
        self.failures.raise_next("rules")
        of_them = (rule for rule in await self.all(community) if rule.key.account in {EVERYBODY, account})
        return tuple(rule for rule in of_them if rule.key.kind is not RuleKind.FILTER)

    async def rules_with_bought(self, community: CommunityId, account: AccountId) -> tuple[Rule, ...]:
        """Look for both."""
        found = await self.rules(community, account)
        if community == HOUSE:
            return found
        of_account = [rule for rule in await self.all(HOUSE) if rule.key.account == account]
        bought = [rule for rule in of_account if rule.key.kind is RuleKind.MEMBERSHIP and ":" in rule.key.subject]
        return tuple(sorted((*found, *bought), key=lambda rule: (rule.key.kind, rule.key.subject, rule.key.account)))

    async def all(self, community: CommunityId) -> tuple[Rule, ...]:
        """List them in order."""
        self.failures.raise_next("all")
        found = [Rule(key, value) for (whose, key), value in self.by_key.items() if whose == community]
        return tuple(sorted(found, key=lambda rule: (rule.key.kind, rule.key.subject, rule.key.account)))

    async def filter_version(self, community: CommunityId) -> FilterVersion:
        """Look for the one."""
        self.failures.raise_next("filter_version")
        return FilterVersion(community, self.by_key.get((community, RuleKey(RuleKind.FILTER_VERSION, "")), ""))

    async def filter_rules(self, community: CommunityId) -> tuple[Rule, ...]:
        """Look for these."""
        self.failures.raise_next("filter_rules")
        return tuple(rule for rule in await self.all(community) if rule.key.kind is RuleKind.FILTER)

    async def everywhere(self, kind: RuleKind, subject: str) -> Mapping[CommunityId, str]:
        """Look through all communities."""
        self.failures.raise_next("everywhere")
        wanted = RuleKey(kind, subject)
        return {community: value for (community, key), value in self.by_key.items() if key == wanted}

    async def change(self, change: Change) -> AuditEntry | None:
        """Set it, and enter it."""
        self.failures.raise_next("change")
        key = self._key_now(change.key)
        before = self.by_key.get((change.community, key))
        if before == change.value:
            return None
        self._put(change.community, key, change.value)
        return self._enter(change.community, key, before=before, after=change.value, by=change.by, why=change.why)

    async def add_filter_rules(self, community: CommunityId, added: FilterImport, by: Actor, why: str = "") -> AuditEntry | None:
        """Set what is missing, and enter it."""
        self.failures.raise_next("add_filter_rules")
        listed = {rule.key.subject.casefold() for rule in await self.filter_rules(community)}
        new = {words: value for words, value in added.rules.items() if words.casefold() not in listed}
        if not new:
            return None
        for words, value in new.items():
            self._put(community, RuleKey(RuleKind.FILTER, words), value)
        key = RuleKey(RuleKind.FILTER_IMPORT, str(len(new)))
        return self._enter(community, key, before=None, after=str(FilterImport(new)), by=by, why=why)

    async def undo(self, entry: AuditEntryId, by: Actor) -> AuditEntry:
        """Put back what it changed, and enter that."""
        self.failures.raise_next("undo")
        undone = await self.find(entry)
        if undone is None:
            raise BadInput("That change is not on record, so nothing was undone; /audit lists the last ones.")
        if any(other.undoes == entry for other in self._books.record):
            raise BadInput("That was undone already; nothing was changed.")
        key, before, after = self._put_back(undone, by)
        return self._enter(undone.community, key, before=before, after=after, by=by, undoes=entry)

    async def find(self, entry: AuditEntryId) -> AuditEntry | None:
        """Look for it."""
        self.failures.raise_next("find")
        return next((one for one in self._books.record if one.id == entry), None)

    async def entries(self, community: CommunityId, most: int, before: AuditEntryId | None = None) -> tuple[AuditEntry, ...]:
        """Look back."""
        self.failures.raise_next("record")
        ids = [entry.id for entry in self._books.record]
        last = len(ids) if before is None else ids.index(before) if before in ids else 0
        return tuple(entry for entry in self._books.record[:last][::-1] if entry.community == community)[:most]

    def _put_back(self, undone: AuditEntry, by: Actor) -> tuple[RuleKey, str | None, str | None]:
        key = self._key_now(undone.key)
        back = int(undone.before or 0) - int(undone.after or 0) if key.kind in {RuleKind.CREDITS, RuleKind.USAGE} else 0
        if key.kind is RuleKind.CREDITS:
            whose, kind = (undone.community, key.account), CreditKind.GRANT if back > 0 else CreditKind.TAKE
            new = self._books.move(whose, back, kind=kind, key=f"undo:{undone.id}", now=self._clock.now(), by=by)
            if new is None:
                raise BadInput("Those credits are spent already, so they cannot be taken back; nothing was changed.")
            return replace(key, subject=kind), str(new - back), str(new)
        if key.kind is RuleKind.USAGE:
            counter = self._books.counters[undone.community, key.account, date.fromisoformat(key.subject)]
            if counter.spent + back < 0:
                raise _changed_since()
            counter.spent += back
            return key, str(counter.spent - back), str(counter.spent)
        if key.kind is RuleKind.FILTER_IMPORT:
            for words, value in FilterImport.parse(undone.after or undone.before or "{}").rules.items():
                listed, now = RuleKey(RuleKind.FILTER, words), value if undone.after is None else None
                if self.by_key.get((undone.community, listed)) == (None if undone.after is None else value):
                    self._put(undone.community, listed, now)
            return key, undone.after, undone.before
        if self.by_key.get((undone.community, key)) != undone.after:
            raise _changed_since()
        self._put(undone.community, key, undone.before)
        return key, undone.after, undone.before

    def _put(self, community: CommunityId, key: RuleKey, value: str | None) -> None:
        self.by_key.pop((community, key), None)
        if value is not None:
            self.by_key[community, key] = value

    def _key_now(self, key: RuleKey) -> RuleKey:
        return replace(key, account=self._books.now_of(key.account))

    def _enter(
        self,
        community: CommunityId,
        key: RuleKey,
        *,
        before: str | None,
        after: str | None,
        by: Actor,
        why: str = "",
        undoes: AuditEntryId | None = None,
    ) -> AuditEntry:
        id_ = AuditEntryId(self._ids.new())
        now = self._clock.now()
        entry = AuditEntry(
            id=id_, community=community, at=now, by=by, key=key, before=before, after=after, why=why, undoes=undoes
        )
        self._books.record.append(entry)
        if key.kind in {RuleKind.FILTER, RuleKind.FILTER_IMPORT}:
            self._put(community, RuleKey(RuleKind.FILTER_VERSION, ""), id_)
        return entry


def a_rulebook() -> MemoryRulebook:
    """Return one in which nothing is set."""
    return MemoryRulebook(Bookkeeping(), StoppedClock(), CountingIds())


def _changed_since() -> BadInput:
    return BadInput("That has been changed again since, so nothing was undone; /audit shows how it stands now.")
