"""What is counted in memory: pictures, credits and money, for every fake that has to agree about them."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot.domain.allowances import Budget, DescriptionCost, Hold, Period, QuotaStatus, Spending
from bot.domain.credits import MOST_CREDITS, CreditEntry, CreditKind
from bot.domain.people import HOUSE, AccountId, CommunityId
from bot.domain.rules import Actor, AuditEntry
from bot.errors import BadInput, BudgetExceeded, LimitTooLow, QuotaExceeded, TenantQuotaExceeded

_CLOCK_FAULT = 2

Whose = tuple[CommunityId, AccountId]


@dataclass
class Counter:
    """What is set aside, and what is spent."""

    held: int = 0
    spent: int = 0


@dataclass(frozen=True, slots=True)
class CreditLine:
    """One move of credits, by its key."""

    community: CommunityId
    account: AccountId
    key: str
    entry: CreditEntry


@dataclass
class Bookkeeping:
    """All counters of a house. An account that was joined is in `joined`, with the one that it has become a part of."""

    counters: dict[tuple[CommunityId, AccountId, date], Counter] = field(default_factory=lambda: defaultdict(Counter))
    tenants: dict[tuple[CommunityId, str, date], Counter] = field(default_factory=lambda: defaultdict(Counter))
    money: dict[tuple[CommunityId, date], Counter] = field(default_factory=lambda: defaultdict(Counter))
    balances: dict[Whose, int] = field(default_factory=dict)
    lines: list[CreditLine] = field(default_factory=list)
    record: list[AuditEntry] = field(default_factory=list)
    joined: dict[AccountId, AccountId] = field(default_factory=dict)
    shared: dict[tuple[CommunityId, frozenset[AccountId], date], int] = field(default_factory=dict)

    descriptions: dict[str, DescriptionCost] = field(default_factory=dict)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Change all or nothing."""
        before = deepcopy(self)
        try:
            yield
        except BaseException:
            vars(self).update(vars(before))
            raise

    def now_of(self, account: AccountId) -> AccountId:
        """Return the account that this one has become a part of, or itself."""
        return self.now_of(self.joined[account]) if account in self.joined else account

    def quota_status(self, community: CommunityId, account: AccountId, day: date, limit: int) -> QuotaStatus:
        """Say how an account stands."""
        counter = self.counters.get((community, account, day), Counter())
        return QuotaStatus(limit, counter.held, counter.spent, self.balances.get((community, account), 0))

    def tenant_status(self, community: CommunityId, tenant: str, day: date, limit: int) -> QuotaStatus:
        """Say how a server or workspace stands."""
        counter = self.tenants.get((community, tenant, day), Counter())
        return QuotaStatus(limit, counter.held, counter.spent)

    def counted_day(self, community: CommunityId, account: AccountId, day: date) -> date:
        """Return the last of three days that is counted already, or the first."""
        days = (day + timedelta(days=later) for later in range(_CLOCK_FAULT, 0, -1))
        return next((later for later in days if (community, account, later) in self.counters), day)

    def reserve(self, job: str, hold: Hold, now: datetime) -> tuple[date, int]:
        """Set aside what a hold names; give the day it is counted on, and what comes from credits."""
        if hold.account in self.joined:
            raise BadInput("Your accounts were joined a moment ago; please ask once more.")
        day = self.counted_day(hold.community, hold.account, hold.allowance.day)
        with self.transaction():
            beyond = self._take(job, hold, day, now)
            self._take_from_tenant(hold, day)
            self._take_money(hold, day)
        return day, beyond

    def let_go(self, job: str, hold: Hold, *, day: date, from_credits: int, spent: int, now: datetime) -> None:
        """End a hold: so many of its pictures are spent, those of the day first."""
        of_day = hold.pictures - from_credits
        used = min(spent, of_day)
        counter = self.counters[hold.community, hold.account, day]
        counter.held, counter.spent = counter.held - of_day, counter.spent + used
        back = from_credits - (spent - used)
        if back:
            kind = CreditKind.REFUND
            self.move((hold.community, hold.account), back, kind=kind, key=f"refund:{job}", now=now, most=2 * MOST_CREDITS)
        if hold.tenant_quota is not None:
            of_tenant = self.tenants[hold.community, hold.tenant_quota.id, day]
            of_tenant.held, of_tenant.spent = of_tenant.held - hold.pictures, of_tenant.spent + spent

    def give_back(self, job: str, hold: Hold, *, day: date, from_credits: int, spent: int, left: int, now: datetime) -> None:
        """Undo what was spent of a hold that has ended, but for what is left."""
        of_day = hold.pictures - from_credits
        unused = min(spent, of_day) - min(left, of_day)
        _unspend(self.counters[hold.community, hold.account, day], unused)
        in_credits = spent - left - unused
        if in_credits:
            most, kind = 2 * MOST_CREDITS, CreditKind.REFUND
            self.move((hold.community, hold.account), in_credits, kind=kind, key=f"undrawn:{job}:{left}", now=now, most=most)
        if hold.tenant_quota is not None:
            _unspend(self.tenants[hold.community, hold.tenant_quota.id, day], spent - left)

    def move(
        self,
        whose: Whose,
        delta: int,
        *,
        kind: CreditKind,
        key: str,
        now: datetime,
        by: Actor | None = None,
        why: str = "",
        most: int = MOST_CREDITS,
    ) -> int | None:
        """Change a balance and enter it; None where it would leave its bounds."""
        new = self.balances.get(whose, 0) + delta
        if new < 0 or (new > most and delta > 0):
            return None
        self.balances[whose] = new
        self.lines.append(CreditLine(*whose, key, CreditEntry(at=now, delta=delta, kind=kind, by=by, why=why)))
        return new

    def has_moved(self, key: str) -> bool:
        """Whether there is an entry of that key."""
        return any(line.key == key for line in self.lines)

    def spend(self, scopes: tuple[CommunityId, ...], day: date, *, held: int, spent: int) -> None:
        """Count money."""
        for scope in scopes:
            counter = self.money[scope, day]
            counter.held, counter.spent = counter.held + held, counter.spent + spent

    def book_description(self, description: DescriptionCost) -> None:
        """Count what describing a picture costs, in place of what was said of it before."""
        known = self.descriptions.get(description.id)
        more = description.cost.microusd - (known.cost.microusd if known else 0)
        self.descriptions[description.id] = description
        scopes = tuple(dict.fromkeys((description.community, HOUSE)))
        self.spend(scopes, description.day, held=0, spent=more)

    def spending(self, budget: Budget, day: date) -> Spending:
        """Add up a budget's period."""
        months = [one for (scope, one) in self.money if scope == budget.scope and one.replace(day=1) == day.replace(day=1)]
        found = [self.money[budget.scope, one] for one in months if budget.period is Period.MONTH or one == day]
        return Spending(sum(one.held for one in found), sum(one.spent for one in found))

    def join(self, survivor: AccountId, gone: AccountId, now: datetime) -> None:
        """Count what is one account's as another's."""
        self.descriptions = {
            id_: replace(one, account=survivor) if one.account == gone else one for id_, one in self.descriptions.items()
        }
        self.joined[gone] = survivor
        for community, account, day in [key for key in self.counters if key[1] == gone]:
            theirs, counter = self.counters.pop((community, account, day)), self.counters[community, survivor, day]
            same = self.shared.pop((community, frozenset((survivor, gone)), day), 0)
            counter.held, counter.spent = counter.held + theirs.held, max(0, counter.spent + theirs.spent - same)
        for (community, pair, day), same in [one for one in self.shared.items() if gone in one[0][1]]:
            del self.shared[community, pair, day]
            theirs_and_ours = (community, pair - {gone} | {survivor}, day)
            self.shared[theirs_and_ours] = max(same, self.shared.get(theirs_and_ours, 0))
        for (community, account), balance in list(self.balances.items()):
            if account == gone and balance:
                kind = CreditKind.LINK
                for whose, delta in ((gone, -balance), (survivor, balance)):
                    key = f"link:{community}:{gone}:{whose}"
                    if self.move((community, whose), delta, kind=kind, key=key, now=now) is None:
                        raise BadInput("Together the two accounts would have too many credits; nothing was changed.")

    def part(self, old: AccountId, new: AccountId, first_day: date) -> None:
        """Begin an account's days with what another has on them."""
        for (community, account, day), theirs in list(self.counters.items()):
            if account == old and day >= first_day:
                self.counters[community, new, day].spent = theirs.held + theirs.spent
                for (there, pair, then), same in list(self.shared.items()):
                    if (there, then) == (community, day) and old in pair:
                        self.shared[community, pair - {old} | {new}, day] = same
                self.shared[community, frozenset((old, new)), day] = theirs.held + theirs.spent

    def reset_usage(self, community: CommunityId, account: AccountId, day: date) -> None:
        """Count what was spent as not spent, and as shared with nobody."""
        self.counters[community, account, day].spent = 0
        for key in [key for key in self.shared if (key[0], key[2]) == (community, day) and account in key[1]]:
            del self.shared[key]

    def _take(self, job: str, hold: Hold, day: date, now: datetime) -> int:
        quota_status = self.quota_status(hold.community, hold.account, day, hold.allowance.limit)
        of_day = min(hold.pictures, quota_status.left)
        self.counters[hold.community, hold.account, day].held += of_day
        beyond = hold.pictures - of_day
        key, kind = f"spend:{job}", CreditKind.SPEND
        if beyond and self.move((hold.community, hold.account), -beyond, kind=kind, key=key, now=now) is None:
            if hold.pictures > quota_status.limit + quota_status.credits:
                raise LimitTooLow(cost=hold.pictures, limit=quota_status.limit, credits_left=quota_status.credits)
            ends = hold.allowance.refills_at
            raise QuotaExceeded(cost=hold.pictures, left=quota_status.left, refills_at=ends, credits_left=quota_status.credits)
        return beyond

    def _take_from_tenant(self, hold: Hold, day: date) -> None:
        quota = hold.tenant_quota
        if quota is None:
            return
        left = self.tenant_status(hold.community, quota.id, day, quota.limit).left
        if hold.pictures > left:
            raise TenantQuotaExceeded(cost=hold.pictures, left=left, refills_at=hold.allowance.refills_at)
        self.tenants[hold.community, quota.id, day].held += hold.pictures

    def _take_money(self, hold: Hold, day: date) -> None:
        self.spend(hold.scopes, day, held=hold.estimate, spent=0)
        for budget in hold.budgets:
            found = self.spending(budget, day)
            if found.held + found.spent > budget.limit:
                raise BudgetExceeded(scope=budget.scope, period=budget.period, limit=budget.limit)


def _unspend(counter: Counter, pictures: int) -> None:
    if counter.spent >= pictures:  # else it was forgiven meanwhile
        counter.spent -= pictures
