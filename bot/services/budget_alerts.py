"""Telling the admins, once, that a budget is nearly used up."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from bot.domain.allowances import Budget, Period, Spending
from bot.domain.chat import Place, Post
from bot.domain.money import dollars
from bot.domain.people import AccountId, CommunityId, Identity, Platform
from bot.domain.rules import AuditEntry, RuleKey, RuleKind
from bot.errors import EaselError, MessageGone, SurfaceFailed
from bot.ports.accounts import Accounts, Ledger
from bot.ports.rate_limiter import Locks
from bot.ports.rules import Rulebook
from bot.ports.seen_keys import SeenKeys
from bot.ports.surfaces import Surface
from bot.services.quotas import EffectiveLimits

log = structlog.get_logger(__name__)

_ALERT_PERCENT = 80
"""Per cent of a budget from which on the admins are told."""

_NOTIFY_TIMEOUT = timedelta(seconds=15)
_MOST_QUEUED, _MOST_KNOWN = 100, 1000
_PAGE = 100


@dataclass(frozen=True, slots=True)
class DeploymentBudgets:
    """The whole deployment's budgets, and whom to tell of them; where nobody is named, the log says it."""

    budgets: tuple[Budget, ...] = ()
    owners: tuple[Identity, ...] = ()


@dataclass(frozen=True, slots=True)
class _OwnerNotice:
    """What the owners are to be told, once for each `key`."""

    post: Post
    key: str


@dataclass(frozen=True, slots=True)
class _BudgetCheck:
    """What to look at: a community's budgets on a day."""

    community: CommunityId
    budgets: tuple[Budget, ...]
    day: date
    review_channel: str


class BudgetAlerts:
    """Looks at budgets beside the work, so that no wish waits for it. `seen_keys` remember what was told."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        seen_keys: SeenKeys,
        locks: Locks,
        rulebook: Rulebook,
        accounts: Accounts,
        surfaces: Mapping[Platform, Surface],
        deployment: DeploymentBudgets,
    ) -> None:
        self._ledger = ledger
        self._seen_keys = seen_keys
        self._locks = locks
        self._rulebook = rulebook
        self._accounts = accounts
        self._surfaces = surfaces
        self._deployment = deployment
        self._queue: asyncio.Queue[_BudgetCheck | _OwnerNotice] = asyncio.Queue(_MOST_QUEUED)
        self._known: set[str] = set()

    def check_soon(self, effective_limits: EffectiveLimits) -> None:
        """Queue a check of the budgets that a wish has just drawn on. A full queue drops it: the next wish checks again."""
        found = effective_limits.of_community
        day = effective_limits.allowance.day
        budgets = tuple(budget for budget in found.budgets if _key(budget, day) not in self._known)
        if budgets and not self._queue.full():
            self._queue.put_nowait(_BudgetCheck(found.community, budgets, day, found.settings.review_channel))

    def notify_owners_soon(self, post: Post, key: str) -> None:
        """Queue a notice to the owners. A full queue drops it: the next one with the same news queues it again."""
        if not self._queue.full():
            self._queue.put_nowait(_OwnerNotice(post, key))

    async def notify_owners(self, post: Post, *, key: str) -> bool:
        """Notify the owners in private, once for each `key`, and return whether that is done; if not, call it again."""

        async def tell() -> None:
            await self._notify_privately(self._deployment.owners, post, key)

        try:
            await self._tell_once(key, tell)
        except EaselError as error:
            log.warning("notice.failed", key=key, reason=str(error))
            return False
        return True

    async def _tell_once(self, key: str, tell: Callable[[], Awaitable[None]]) -> None:
        """Send what nobody has sent yet, one process at a time, and note that afterwards; after a failure nothing is noted."""
        if key in self._known:
            return
        async with self._locks.lock(f"notice:{key}"):
            if await self._seen_keys.is_seen(key):
                self._remember(key)
                return
            # Told before it is noted: after a crash in between it may be told twice, but never not at all.
            await tell()
            self._remember(key)
            await self._seen_keys.add_if_new(key)

    def _remember(self, key: str) -> None:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known.add(key)

    async def run(self) -> None:
        """Work on the queue until cancelled."""
        while True:
            await self._take_up(await self._queue.get())

    async def check_queued(self) -> None:
        """Work on everything that is queued."""
        while not self._queue.empty():
            await self._take_up(self._queue.get_nowait())

    async def _take_up(self, waiting: _BudgetCheck | _OwnerNotice) -> None:
        """Work on one entry of the queue. A boundary, as `check` is one: a notice that breaks does not stop the next ones."""
        if isinstance(waiting, _BudgetCheck):
            return await self.check(waiting)
        try:
            await self.notify_owners(waiting.post, key=waiting.key)
        except Exception:
            log.exception("notice.broke", key=waiting.key)
        return None

    async def check(self, check: _BudgetCheck) -> None:
        """Notify those responsible for the money. A boundary: a failure is logged, and the next wish tries again."""
        for budget in check.budgets:
            try:
                await self._check_budget(budget, check)
            except EaselError as error:
                log.warning("notice.failed", scope=budget.scope, period=budget.period, reason=str(error))
            except Exception:
                log.exception("notice.broke", scope=budget.scope, period=budget.period)

    async def _check_budget(self, budget: Budget, check: _BudgetCheck) -> None:
        key = _key(budget, check.day)
        spending = await self._ledger.spending(budget, check.day)
        if 100 * (spending.held + spending.spent) >= _ALERT_PERCENT * budget.limit:
            await self._tell_once(key, lambda: self._notify_in_time(key, budget, check, spending))

    async def _notify_in_time(self, key: str, budget: Budget, check: _BudgetCheck, spending: Spending) -> None:
        async with asyncio.timeout(_NOTIFY_TIMEOUT.total_seconds()):
            is_notified = await self._notify(key, budget, check, spending)
        if not is_notified:
            log.warning("budget.nearly_spent", scope=budget.scope, period=budget.period, limit=budget.limit)

    async def _notify(self, key: str, budget: Budget, check: _BudgetCheck, spending: Spending) -> bool:
        """Notify those who are responsible for the money; return False where none of them can be reached."""
        if budget in self._deployment.budgets:
            raised_by = f"[budget] {budget.period} in the settings"
            post = Post(_sentence("The whole bot's budget for pictures", budget, spending, raised_by))
            return await self._notify_privately(self._deployment.owners, post, key)
        post = Post(_sentence("The budget for pictures", budget, spending, "/budget set"))
        if check.review_channel and await self._post(_parse_place(check.review_channel), post, key):
            return True
        return await self._notify_privately(await self._who_set_budget(check.community, budget.period), post, key)

    async def _notify_privately(self, people: tuple[Identity, ...], post: Post, key: str) -> bool:
        """Notify each of them in private; one who cannot be reached now does not keep the others waiting."""
        is_any_notified, late = False, None
        for person in people:
            try:
                is_any_notified = await self._post_privately(person, post, f"{key}:{person}") or is_any_notified
            except SurfaceFailed as error:
                late = error
        if late is not None and not is_any_notified:
            raise late
        return is_any_notified

    async def _post_privately(self, person: Identity, post: Post, key: str) -> bool:
        surface = self._surfaces.get(person.platform)
        if surface is None:
            return False
        try:
            place = await surface.direct(person)
        except MessageGone:
            return False
        return await self._post(place, post, key)

    async def _post(self, place: Place, post: Post, key: str) -> bool:
        surface = self._surfaces.get(place.platform)
        if surface is None:
            return False
        try:
            await surface.post(place, post, key=key)
        except MessageGone:
            return False
        return True

    async def _who_set_budget(self, community: CommunityId, period: Period) -> tuple[Identity, ...]:
        """Return who set the budget, wherever they are."""
        entry = await newest_entry(self._rulebook, community, RuleKey(RuleKind.BUDGET, period))
        return () if entry is None else await self._accounts.identities(AccountId(entry.by.account))


async def newest_entry(rulebook: Rulebook, community: CommunityId, key: RuleKey) -> AuditEntry | None:
    """Return the newest entry about a rule, if there is one."""
    page = await rulebook.entries(community, _PAGE)
    while page:
        found = next((entry for entry in page if entry.key == key), None)
        if found is not None:
            return found
        page = await rulebook.entries(community, _PAGE, page[-1].id)
    return None


def _key(budget: Budget, day: date) -> str:
    return f"budget:{budget.scope}:{budget.period}:{budget.first_day(day)}:{budget.limit}"


def _sentence(whose: str, budget: Budget, spending: Spending, raised_by: str) -> str:
    used = spending.held + spending.spent
    when, again = ("today", "tomorrow") if budget.period is Period.DAY else ("this month", "next month")
    return (
        f"{whose} {when} is {100 * used // max(1, budget.limit)} % used: {dollars(used)} of {dollars(budget.limit)} "
        f"are spent or set aside. When it is used up, nothing is drawn until {again}; {raised_by} raises it."
    )


def _parse_place(channel: str) -> Place:
    """Return the place that `platform:tenant:channel` names."""
    platform, tenant, name = channel.split(":", 2)
    return Place(Platform(platform), tenant, name)
