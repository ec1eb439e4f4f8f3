"""The ledger: pictures set aside, spent and given back, always inside the transaction of the job they are for."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Integer, Row, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.allowances import FULL, Budget, DescriptionCost, Hold, HoldState, QuotaStatus, Spending, count_percent
from bot.domain.credits import CreditKind
from bot.domain.jobs import JobId, JobState
from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor, AuditEntry, RuleKey, RuleKind
from bot.errors import BadInput, LimitTooLow, QuotaExceeded, TenantQuotaExceeded
from bot.ports.clock import Clock, Ids
from storage.schema.accounts import accounts
from storage.schema.jobs import jobs
from storage.schema.quotas import holds, shared_usage, usage
from storage.sql.audit_log import AuditEntryWriter
from storage.sql.credits import CreditBooking, balance, move_credits
from storage.sql.database import Database
from storage.sql.drawings import give_up_drawings
from storage.sql.retries import retry_all_uncommitted
from storage.sql.sanctions import check_not_barred
from storage.sql.spending import book_description, book_job_cost, lock_hold, reserve_money, spending_of
from storage.sql.usage_counters import OF_ACCOUNTS, OF_TENANTS

_UNBOUNDED = 2**31 - 1

_CLOCK_FAULT = timedelta(days=2)
"""How far a clock may have been ahead before it was set back; what was counted then still counts."""


async def reserve(connection: AsyncConnection, job: JobId, hold: Hold, now: datetime) -> None:
    """Set aside everything that the hold names, for a job that has no hold yet.

    Raises:
        QuotaExceeded: Fewer pictures are left; the transaction must not go on. `LimitTooLow` where no day has so many.
        TenantQuotaExceeded: So for all people of the place together.
        BudgetExceeded: So for the money.
        BadInput: The account has become part of another one.
        Sanctioned: It was muted or banned a moment ago.
    """
    # The account's row is locked here, before any counter: nobody joins it to another one until the hold is written.
    day = await _counting_day(connection, hold)
    # Asked once more inside the transaction: the person may have been banned since the studio asked.
    await check_not_barred(connection, hold.account, hold.community, now)
    hold, rounding = await _round(connection, hold, day)
    from_credits = await _hold_pictures(connection, job, hold, day=day, now=now)
    await _hold_for_tenant(connection, hold, day)
    await reserve_money(connection, hold, day)
    values = {
        "job": job,
        "community": hold.community,
        "account": hold.account,
        "day": day,
        "n": hold.pictures,
        "spent": 0,
        "state": HoldState.HELD,
        "each": hold.each,
        "from_credits": from_credits,
        "tenant": hold.tenant_quota.id if hold.tenant_quota else None,
        "estimate": hold.estimate,
        "is_billed": False,
        "percent": hold.percent,
        "rounding": rounding,
    }
    await connection.execute(_NEW_HOLD, values)


async def spend_hold(connection: AsyncConnection, job: JobId, pictures: int, now: datetime, *, most: int | None = None) -> int:
    """Spend so many of the job's pictures, refund the rest, and return what they count for.

    That is never more than was held, nor than `most`, of which a part counts like of all else.
    """
    return await _end_hold(connection, job, HoldState.SPENT, pictures=pictures, now=now, most=most)


async def refund_cancelled(connection: AsyncConnection, job: JobId, pictures: int, now: datetime) -> int | None:
    """Refund what a cancelled job spent beyond so many pictures, once it is known that the others were not drawn.

    Return what they count for; None where that is no news.
    """
    hold = (await connection.execute(_SPENT_BY_CANCELLED, {"of_job": job})).first()
    if hold is None:
        return None
    counts = pictures * hold.each * hold.percent
    left: int = min(hold.spent, count_percent(counts))
    if left == hold.spent and (pictures or hold.percent == FULL):
        return None
    state = HoldState.SPENT if left else HoldState.REFUNDED
    rounding = left * FULL - counts if hold.percent < FULL else 0
    await connection.execute(_REFUND, {"of_job": job, "ended": state, "left": left, "rounded": rounding})
    of_day = hold.n - hold.from_credits
    unused = min(hold.spent, of_day) - min(left, of_day)
    # A counter that was forgiven meanwhile stays as it is.
    await OF_ACCOUNTS.correct(connection, hold.community, hold.account, hold.day, used=-unused)
    in_credits = hold.spent - left - unused
    if in_credits:
        whose = (CommunityId(hold.community), AccountId(hold.account))
        await move_credits(connection, CreditBooking(*whose, in_credits, CreditKind.REFUND, f"undrawn:{job}:{left}", now, job))
    if hold.tenant is not None:
        await OF_TENANTS.correct(connection, hold.community, hold.tenant, hold.day, used=left - hold.spent)
    return left


async def end_hold_and_book_cost(connection: AsyncConnection, job: JobId, now: datetime) -> None:
    """Refund what the job still holds, and book what it cost. A call whose end was not seen costs its estimate."""
    # Locked before the drawings are read: a drawing that closes meanwhile waits, and then corrects what is booked here.
    hold = await lock_hold(connection, job)
    # No job ends with a paid call open: its estimate is part of what is booked now, and a later answer corrects it.
    await give_up_drawings(connection, job)
    if hold is not None and hold.state == HoldState.HELD:
        await _end_hold(connection, job, HoldState.REFUNDED, pictures=0, now=now)
    await book_job_cost(connection, job)


@retry_all_uncommitted
class SqlLedger:
    """Reads how accounts stand from the counters."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._entries = AuditEntryWriter(clock, ids)

    async def quota_status(self, community: CommunityId, account: AccountId, day: date, limit: int) -> QuotaStatus:
        """Return the counters of `day`, which are 0 before its first wish, and the credits."""
        async with self._database.read_transaction() as connection:
            return await _quota_status(connection, community, account, day=day, limit=limit)

    async def tenant_status(self, community: CommunityId, tenant: str, day: date, limit: int) -> QuotaStatus:
        """Return the counters of a whole server."""
        async with self._database.read_statement() as connection:
            return await _tenant_status(connection, community, tenant, day=day, limit=limit)

    async def reset_usage(
        self, community: CommunityId, account: AccountId, day: date, *, by: Actor, why: str
    ) -> AuditEntry | None:
        """Set the counter to 0 and log that, in one transaction."""
        async with self._database.write_transaction() as connection:
            newest: date | None = (await connection.execute(_NEWEST_DAY, _day_range(community, account, day))).scalar()
            counted = newest or day
            row = await OF_ACCOUNTS.lock(connection, community, account, counted)
            if row is None or not row.spent:
                return None
            await OF_ACCOUNTS.count(connection, community, account, counted, used=-row.spent)
            # What others have of it counts there still: joined with them, it must not be taken off once more.
            of_day = {"of_community": community, "of_account": account, "of_day": counted}
            await connection.execute(_FORGET_SHARED, of_day)
            key = RuleKey(RuleKind.USAGE, counted.isoformat(), account)
            return await self._entries.add(connection, community, key, before=str(row.spent), after="0", by=by, why=why)

    async def book_description(self, description: DescriptionCost) -> None:
        """Insert the description and count its cost, in one transaction."""
        async with self._database.write_transaction() as connection:
            await book_description(connection, description)

    async def spending(self, budget: Budget, day: date) -> Spending:
        """Return the sum of the period's days."""
        async with self._database.read_statement() as connection:
            return await spending_of(connection, budget, day)


async def correct_usage(
    connection: AsyncConnection, community: CommunityId, account: AccountId, *, day: date, pictures: int
) -> int | None:
    """Count forgiven pictures as spent, or fewer if negative; return what is spent then, None where that would be less than 0."""
    return await OF_ACCOUNTS.correct(connection, community, account, day, used=pictures)


_NEW_HOLD = insert(holds)
_MOST = bindparam("most", type_=Integer)
_WEIGHT = bindparam("pictures", type_=Integer) * holds.c.each
_COUNTS = case((_MOST < _WEIGHT, _MOST), else_=_WEIGHT) * holds.c.percent
_SPENT = (_COUNTS + (FULL - 1)) // FULL
_LESS = case((holds.c.n < _SPENT, holds.c.n), else_=_SPENT)
_HELD = update(holds).where(holds.c.job == bindparam("of_job"), holds.c.state == HoldState.HELD).returning(*holds.c)
_END_HOLD = _HELD.values(
    state=bindparam("ended"),
    spent=_LESS,
    rounding=case((holds.c.percent < FULL, _LESS * FULL - _COUNTS), else_=0),
)
_ROUNDED = select(func.coalesce(func.sum(holds.c.rounding), 0)).where(
    holds.c.community == bindparam("community"),
    holds.c.account == bindparam("account"),
    holds.c.day == bindparam("day"),
    holds.c.percent < FULL,
    holds.c.state != HoldState.REFUNDED,
)
_SPENT_BY_CANCELLED = (
    select(*holds.c)
    .join(jobs, jobs.c.id == holds.c.job)
    .where(holds.c.job == bindparam("of_job"), holds.c.state == HoldState.SPENT, jobs.c.state == JobState.CANCELLED)
    .with_for_update(of=holds)
)
_REFUND = (
    update(holds)
    .where(holds.c.job == bindparam("of_job"))
    .values(state=bindparam("ended"), spent=bindparam("left"), rounding=bindparam("rounded"))
)
_FORGET_SHARED = delete(shared_usage).where(
    shared_usage.c.community == bindparam("of_community"),
    shared_usage.c.day == bindparam("of_day"),
    or_(shared_usage.c.account == bindparam("of_account"), shared_usage.c.other == bindparam("of_account")),
)
_NEWEST_DAY = select(func.max(usage.c.day)).where(
    usage.c.community == bindparam("community"),
    usage.c.account == bindparam("account"),
    usage.c.day.between(bindparam("day", type_=Date), bindparam("latest", type_=Date)),
)
_ACCOUNT = (
    select(accounts.c.joined_to, _NEWEST_DAY.scalar_subquery().label("newest"))
    .where(accounts.c.id == bindparam("account"))
    .with_for_update(read=True, of=accounts)
)
"""Whether the account is one still, which is so until the transaction ends, and the last day it was counted on."""


async def _counting_day(connection: AsyncConnection, hold: Hold) -> date:
    """Return the hold's day, or a later one that is counted already: where a clock was set back, the day does not begin again."""
    day = hold.allowance.day
    row = (await connection.execute(_ACCOUNT, _day_range(hold.community, hold.account, day))).first()
    if row is not None and row.joined_to is not None:
        raise BadInput("Your accounts were joined a moment ago; please ask once more.")
    return day if row is None else row.newest or day


async def _round(connection: AsyncConnection, hold: Hold, day: date) -> tuple[Hold, int]:
    """Return the hold in whole pictures, by what others of the day were rounded, and by how many hundredths it is."""
    if hold.is_whole:
        return hold, 0
    whose = {"community": hold.community, "account": hold.account, "day": day}
    return hold.round_with(int((await connection.execute(_ROUNDED, whose)).scalar_one()))


async def _hold_pictures(connection: AsyncConnection, job: JobId, hold: Hold, *, day: date, now: datetime) -> int:
    """Take the pictures from the day, and what the day has not left from the credits; return the number of credits."""
    limit, whose = hold.allowance.limit, (hold.community, hold.account)
    if not hold.pictures:
        return 0
    if await OF_ACCOUNTS.try_hold(connection, *whose, day=day, pictures=hold.pictures, limit=limit):
        return 0
    # `try_hold` has locked the day even though it failed, so what is left of it cannot change before it is taken below.
    quota_status = await _quota_status(connection, *whose, day=day, limit=limit)
    beyond = hold.pictures - quota_status.left
    if await move_credits(connection, CreditBooking(*whose, -beyond, CreditKind.SPEND, f"spend:{job}", now, job)) is None:
        raise _quota_exceeded(hold, quota_status)
    if quota_status.left:
        await OF_ACCOUNTS.try_hold(connection, *whose, day=day, pictures=quota_status.left, limit=limit)
    return beyond


def _quota_exceeded(hold: Hold, quota_status: QuotaStatus) -> QuotaExceeded:
    if hold.pictures > quota_status.limit + quota_status.credits:
        return LimitTooLow(cost=hold.pictures, limit=quota_status.limit, credits_left=quota_status.credits)
    refills_at = hold.allowance.refills_at
    return QuotaExceeded(cost=hold.pictures, left=quota_status.left, refills_at=refills_at, credits_left=quota_status.credits)


async def _hold_for_tenant(connection: AsyncConnection, hold: Hold, day: date) -> None:
    quota = hold.tenant_quota
    if quota is None:
        return
    if await OF_TENANTS.try_hold(connection, hold.community, quota.id, day=day, pictures=hold.pictures, limit=quota.limit):
        return
    quota_status = await _tenant_status(connection, hold.community, quota.id, day=day, limit=quota.limit)
    raise TenantQuotaExceeded(cost=hold.pictures, left=quota_status.left, refills_at=hold.allowance.refills_at)


async def _end_hold(
    connection: AsyncConnection, job: JobId, state: HoldState, *, pictures: int, now: datetime, most: int | None = None
) -> int:
    """Move the hold out of `HELD`, which happens once, and only after that the counters and credits; return what is spent."""
    values = {"of_job": job, "ended": state, "pictures": pictures, "most": _UNBOUNDED if most is None else most}
    # The statement changes a hold that is `HELD` only: a second end finds none, and moves no counter.
    hold = (await connection.execute(_END_HOLD, values)).first()
    if hold is None:
        return 0
    await _count_ended_hold(connection, job, hold, now)
    return int(hold.spent)


async def _count_ended_hold(connection: AsyncConnection, job: JobId, hold: Row[Any], now: datetime) -> None:
    """Count the pictures of a hold that has just ended: those of the day are spent first."""
    of_day = hold.n - hold.from_credits
    used = min(hold.spent, of_day)
    await OF_ACCOUNTS.count(connection, hold.community, hold.account, hold.day, released=of_day, used=used)
    back = hold.from_credits - (hold.spent - used)
    if back:
        whose = (CommunityId(hold.community), AccountId(hold.account))
        await move_credits(connection, CreditBooking(*whose, back, CreditKind.REFUND, f"refund:{job}", now, job))
    if hold.tenant is not None:
        await OF_TENANTS.count(connection, hold.community, hold.tenant, hold.day, released=hold.n, used=hold.spent)


def _day_range(community: str, account: str, day: date) -> dict[str, object]:
    return {"community": community, "account": account, "day": day, "latest": day + _CLOCK_FAULT}


async def _quota_status(
    connection: AsyncConnection, community: CommunityId, account: AccountId, *, day: date, limit: int
) -> QuotaStatus:
    row = await OF_ACCOUNTS.read(connection, community, account, day)
    in_credits = await balance(connection, community, account)
    return QuotaStatus(limit, 0, 0, in_credits) if row is None else QuotaStatus(limit, row.held, row.spent, in_credits)


async def _tenant_status(
    connection: AsyncConnection, community: CommunityId, tenant: str, *, day: date, limit: int
) -> QuotaStatus:
    row = await OF_TENANTS.read(connection, community, tenant, day)
    return QuotaStatus(limit, 0, 0) if row is None else QuotaStatus(limit, row.held, row.spent)
