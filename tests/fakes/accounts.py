"""Accounts in memory, and how they stand."""

from datetime import date, datetime

from bot.domain.allowances import Budget, DescriptionCost, QuotaStatus, Spending
from bot.domain.people import GUEST, PREMIUM, REGISTERED, Account, AccountId, CommunityId, Identity, Tier
from bot.domain.rules import Actor, AuditEntry, AuditEntryId, RuleKey, RuleKind
from bot.ports.clock import Ids
from tests.fakes.clock import NOON
from tests.fakes.jobs import MemoryJobs
from tests.fakes.scripted_failures import ScriptedFailures

_RANKS = (GUEST, REGISTERED, PREMIUM)


class MemoryAccounts:
    """Knows whose identity is whose. Where it is given the jobs, it moves them and their pictures along."""

    def __init__(self, ids: Ids, jobs: MemoryJobs | None = None) -> None:
        self._ids = ids
        self._jobs = jobs
        self._joined: dict[AccountId, AccountId] = {}
        self._accounts: dict[Identity, Account] = {}
        self._first_tier: dict[Identity, Tier] = {}
        self.created: dict[AccountId, datetime] = {}
        self.failures = ScriptedFailures()

    async def get_or_create(self, identity: Identity, first_tier: Tier) -> Account:
        """Look the account up, and make it when there is none."""
        self.failures.raise_next("of")
        if identity not in self._accounts:
            account = self._accounts[identity] = Account(AccountId(self._ids.new()), first_tier)
            self.created[account.id] = self._jobs.clock.now() if self._jobs else NOON
            self._first_tier[identity] = first_tier
        return self._accounts[identity]

    async def find(self, identity: Identity) -> Account | None:
        """Look the account up."""
        self.failures.raise_next("known")
        return self._accounts.get(identity)

    async def list_linked_identities(self, identity: Identity) -> tuple[Identity, ...]:
        """Look for whoever shares the account."""
        self.failures.raise_next("linked")
        account = self._accounts.get(identity)
        return () if account is None else self._of(account.id)

    async def identities(self, account: AccountId) -> tuple[Identity, ...]:
        """Look for whoever has the account."""
        self.failures.raise_next("identities")
        return self._of(account)

    async def created_at(self, account: AccountId) -> datetime | None:
        """Look for the first of those that became this one."""
        became = [account, *(one for one, to in self._joined.items() if to == account)]
        return min((self.created[one] for one in became if one in self.created), default=None)

    async def join(self, account: AccountId, other: AccountId) -> None:
        """Move identities, jobs and pictures; the better tier of the two stays."""
        self.failures.raise_next("join")
        survivor, gone = (self._joined.get(one, one) for one in (account, other))
        tiers = {found.id: found.tier for found in self._accounts.values()}
        if survivor == gone:
            return
        joined = Account(survivor, max(tiers[survivor], tiers[gone], key=_RANKS.index))
        for identity, found in self._accounts.items():
            if found.id in {survivor, gone}:
                self._accounts[identity] = joined
        self._joined = {one: survivor if to == gone else to for one, to in self._joined.items()} | {gone: survivor}
        if self._jobs is not None:
            self._jobs.join(survivor, gone)

    async def part(self, identity: Identity, tier: Tier, day: date) -> Account:
        """Move one identity with its jobs, unless it is alone."""
        self.failures.raise_next("part")
        old = await self.get_or_create(identity, tier)
        if self._of(old.id) == (identity,):
            return old
        new = self._accounts[identity] = Account(AccountId(self._ids.new()), tier)
        self.created[new.id] = self._jobs.clock.now() if self._jobs else NOON
        self._first_tier[identity] = tier
        stayed = Account(old.id, max((self._first_tier[one] for one in self._of(old.id)), key=_RANKS.index))
        self._accounts.update(dict.fromkeys(self._of(old.id), stayed))
        if self._jobs is not None:
            self._jobs.part(identity, old.id, new.id, day)
        return new

    def _of(self, account: AccountId) -> tuple[Identity, ...]:
        found = [identity for identity, one in self._accounts.items() if one.id == account]
        return tuple(sorted(found, key=lambda one: (one.platform, one.realm, one.user)))


class MemoryLedger:
    """Tells how accounts stand by the books of `MemoryJobs`."""

    def __init__(self, jobs: MemoryJobs, ids: Ids) -> None:
        self._books = jobs.books
        self._clock = jobs.clock
        self._ids = ids

    async def quota_status(self, community: CommunityId, account: AccountId, day: date, limit: int) -> QuotaStatus:
        """Look the counters up."""
        return self._books.quota_status(community, account, day, limit)

    async def tenant_status(self, community: CommunityId, tenant: str, day: date, limit: int) -> QuotaStatus:
        """Look the counters up."""
        return self._books.tenant_status(community, tenant, day, limit)

    async def reset_usage(
        self, community: CommunityId, account: AccountId, day: date, *, by: Actor, why: str
    ) -> AuditEntry | None:
        """Empty the counter, and enter it."""
        counted = self._books.counted_day(community, account, day)
        spent = self._books.quota_status(community, account, counted, 0).spent
        if not spent:
            return None
        self._books.reset_usage(community, account, counted)
        entry = AuditEntry(
            id=AuditEntryId(self._ids.new()),
            community=community,
            at=self._clock.now(),
            by=by,
            key=RuleKey(RuleKind.USAGE, counted.isoformat(), account),
            before=str(spent),
            after="0",
            why=why,
        )
        self._books.record.append(entry)
        return entry

    async def book_description(self, description: DescriptionCost) -> None:
        """Count it once."""
        self._books.book_description(description)

    async def spending(self, budget: Budget, day: date) -> Spending:
        """Add up."""
        return self._books.spending(budget, day)
