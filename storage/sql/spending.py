"""What is held and spent in micro-dollars, by scope and day, always inside the transaction of the job it is for."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, Date, Row, Select, bindparam, case, func, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.allowances import Budget, DescriptionCost, Hold, Period, Spending
from bot.domain.jobs import Drawing, DrawingState, JobId
from bot.domain.people import HOUSE, CommunityId
from bot.errors import BudgetExceeded
from storage.schema.jobs import drawings, jobs
from storage.schema.quotas import descriptions, holds, spending
from storage.sql.upsert import InsertInto, Upsert


def _build_upsert(insert_into: InsertInto) -> sqlite.Insert:
    """Build the statement that adds to a day's row. An existing row may be reduced by it, a new one may not."""
    new = insert_into(spending)
    return new.on_conflict_do_update(
        index_elements=[spending.c.scope, spending.c.day],
        set_={
            "held": spending.c.held + bindparam("more_held", type_=BigInteger),
            "spent": spending.c.spent + bindparam("more_spent", type_=BigInteger),
        },
    )


_COUNT = Upsert(_build_upsert)
_NEW_DESCRIPTION = Upsert(lambda insert_into: insert_into(descriptions).on_conflict_do_nothing())
_BOOKED_DESCRIPTION = select(descriptions.c.microusd).where(descriptions.c.id == bindparam("description")).with_for_update()
_CORRECT_DESCRIPTION = (
    update(descriptions)
    .where(descriptions.c.id == bindparam("description"))
    .values(microusd=bindparam("new_microusd"), is_estimate=bindparam("new_is_estimate"))
)
_IN_PERIOD = spending.c.day.between(bindparam("first_day", type_=Date), bindparam("last_day", type_=Date))
_SPENDING = select(func.coalesce(func.sum(spending.c.held), 0), func.coalesce(func.sum(spending.c.spent), 0)).where(
    spending.c.scope == bindparam("scope"), _IN_PERIOD
)
_HELD_AND_SPENT = spending.c.held + spending.c.spent
_BY_SCOPE = (
    select(
        spending.c.scope,
        func.sum(_HELD_AND_SPENT).label("of_month"),
        func.sum(case((spending.c.day == bindparam("day", type_=Date), _HELD_AND_SPENT), else_=0)).label("of_day"),
    )
    .where(spending.c.scope.in_([bindparam("community"), HOUSE]), _IN_PERIOD)
    .group_by(spending.c.scope)
)
_BOOK = (
    update(holds)
    .where(holds.c.job == bindparam("of_job"), holds.c.is_billed.is_(False))
    .values(is_billed=True)
    .returning(holds.c.community, holds.c.day, holds.c.estimate)
)
_COST = select(
    jobs.c.words_microusd
    + select(func.coalesce(func.sum(drawings.c.microusd), 0)).where(drawings.c.job == bindparam("job")).scalar_subquery()
).where(jobs.c.id == bindparam("job"))
_LOCKED: Select[Any] = (
    select(holds.c.community, holds.c.day, holds.c.state, holds.c.is_billed)
    .where(holds.c.job == bindparam("job"))
    .with_for_update()
)
_KNOWN = select(drawings.c.microusd, drawings.c.state).where(drawings.c.id == bindparam("drawing"))


async def reserve_money(connection: AsyncConnection, hold: Hold, day: date) -> None:
    """Hold the job's estimate.

    Raises:
        BudgetExceeded: A budget has not so much left; the transaction must not go on.
    """
    # First added, then compared: the row is locked by then, so of two holds the second sees the first. A refusal rolls back.
    if hold.estimate:
        added = _rows_of(hold.scopes, day, held=hold.estimate, spent=0)
        await _COUNT.run_each(connection, [*_rows_that_lock_month(hold, day), *added])
    if not hold.budgets:
        return
    month = {"community": hold.community, "day": day, **_days_in(Period.MONTH, day)}
    counted = {row.scope: row for row in await connection.execute(_BY_SCOPE, month)}
    for budget in hold.budgets:
        row = counted.get(budget.scope)
        if row is not None and (row.of_month if budget.period is Period.MONTH else row.of_day) > budget.limit:
            raise BudgetExceeded(scope=budget.scope, period=budget.period, limit=budget.limit)


def _rows_that_lock_month(hold: Hold, day: date) -> list[dict[str, object]]:
    """Return rows whose writing lets one hold at a time be compared with a monthly budget, until its transaction ends.

    Communities that are on different days add to different rows, and two of
    them would not see each other's: so both write to those of the month's
    first day, in the order in which all rows are written, lest two wait for
    each other.
    """
    if all(budget.period is Period.DAY for budget in hold.budgets):
        return []
    return _rows_of(hold.scopes, day.replace(day=1), held=0, spent=0)


async def book_job_cost(connection: AsyncConnection, job: JobId) -> None:
    """Count what the job really cost against the budgets, in place of its estimate, once."""
    # The statement changes a hold that is not booked yet only, so that a job's cost is counted once.
    hold = (await connection.execute(_BOOK, {"of_job": job})).first()
    if hold is None:
        return
    cost = int((await connection.execute(_COST, {"job": job})).scalar_one())
    if hold.estimate or cost:
        await _add_spending(connection, _scopes(hold.community), hold.day, held=-hold.estimate, spent=cost)


async def book_description(connection: AsyncConnection, description: DescriptionCost) -> None:
    """Count what a description costs against the budgets, in place of what was said of it before."""
    cost, scopes = description.cost, _scopes(description.community)
    row = {
        "id": description.id,
        "community": description.community,
        "account": description.account,
        "day": description.day,
        "microusd": cost.microusd,
        "is_estimate": cost.is_estimate,
    }
    if await _NEW_DESCRIPTION.run(connection, row):
        more = cost.microusd
    else:
        known = (await connection.execute(_BOOKED_DESCRIPTION, {"description": description.id})).scalar_one()
        more = cost.microusd - known
        corrected = {"description": description.id, "new_microusd": cost.microusd, "new_is_estimate": cost.is_estimate}
        await connection.execute(_CORRECT_DESCRIPTION, corrected)
    if more:
        await _add_spending(connection, scopes, description.day, held=0, spent=more)


async def lock_hold(connection: AsyncConnection, job: JobId) -> Row[Any] | None:
    """Return the job's hold; nobody else books its cost, or closes a drawing of its, until the transaction ends."""
    hold: Row[Any] | None = (await connection.execute(_LOCKED, {"job": job})).first()
    return hold


async def book_cost_if_news(connection: AsyncConnection, drawing: Drawing, hold: Row[Any] | None) -> bool:
    """Count a drawing's real cost if its job's cost is booked already. Return False if the record has a more certain cost.

    `hold` is the job's, from `lock_hold`.
    """
    # A worker that lost its lease and the one that has it now may both report; "unknown" never replaces a known end.
    known = (await connection.execute(_KNOWN, {"drawing": drawing.id})).first()
    if known is not None and DrawingState(known.state).certainty > drawing.state.certainty:
        return False
    more = drawing.cost.microusd - (0 if known is None else known.microusd)
    # Before the job's cost is booked, `book_job_cost` adds it from the drawing's row.
    if more and hold is not None and hold.is_billed:
        await _add_spending(connection, _scopes(hold.community), hold.day, held=0, spent=more)
    return True


async def spending_of(connection: AsyncConnection, budget: Budget, day: date) -> Spending:
    """Return the sum of the budget's period."""
    period = {"scope": budget.scope, **_days_in(budget.period, day)}
    held, spent = (await connection.execute(_SPENDING, period)).one()
    return Spending(int(held), int(spent))


def _days_in(period: Period, day: date) -> dict[str, object]:
    """Return parameters for the whole period, not only until today: other communities may be a day ahead."""
    if period is Period.DAY:
        return {"first_day": day, "last_day": day}
    first = day.replace(day=1)
    return {"first_day": first, "last_day": (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)}


def _scopes(community: str) -> tuple[CommunityId, ...]:
    return tuple(dict.fromkeys((CommunityId(community), HOUSE)))


async def _add_spending(
    connection: AsyncConnection, scopes: tuple[CommunityId, ...], day: date, *, held: int, spent: int
) -> None:
    await _COUNT.run_each(connection, _rows_of(scopes, day, held=held, spent=spent))


def _rows_of(scopes: tuple[CommunityId, ...], day: date, *, held: int, spent: int) -> list[dict[str, object]]:
    row = {"day": day, "held": max(0, held), "spent": max(0, spent), "more_held": held, "more_spent": spent}
    return [{"scope": scope, **row} for scope in scopes]
