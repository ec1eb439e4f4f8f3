"""The ledger: pictures set aside, spent and given back, always inside the transaction of the job they are for."""

from datetime import date

from sqlalchemy import Integer, bindparam, case, insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import JobId
from bot.domain.people import AccountId, CommunityId
from bot.domain.quotas import Hold, HoldState, Standing
from bot.errors import QuotaExceeded
from storage.schema import holds, usage
from storage.sql.database import Database
from storage.sql.upsert import Begin, Upsert


async def reserve(connection: AsyncConnection, job: JobId, hold: Hold) -> None:
    """Set the hold's pictures aside for a job that has none yet.

    Raises:
        QuotaExceeded: Fewer are left; the transaction must not go on.
    """
    if not await _fits(connection, hold):
        limit = hold.allowance.limit
        standing = await _standing(connection, hold.community, hold.account, day=hold.allowance.day, limit=limit)
        raise QuotaExceeded(cost=hold.pictures, left=standing.left, refills_at=hold.allowance.refills_at)
    values = {
        "job": job,
        "community": hold.community,
        "account": hold.account,
        "day": hold.allowance.day,
        "n": hold.pictures,
        "spent": 0,
        "state": HoldState.HELD,
    }
    await connection.execute(_NEW_HOLD, values)


async def settle(connection: AsyncConnection, job: JobId, pictures: int) -> None:
    """Spend so many of the job's pictures and give the rest back; more than were held cannot be spent."""
    await _let_go(connection, job, HoldState.SPENT, spent=pictures)


async def refund(connection: AsyncConnection, job: JobId) -> None:
    """Give all of the job's pictures back."""
    await _let_go(connection, job, HoldState.REFUNDED, spent=0)


class SqlLedger:
    """Tells how accounts stand, from the counters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, community: CommunityId, account: AccountId, day: date, limit: int) -> Standing:
        """Give the counters of `day`, which are 0 before its first wish."""
        async with self._database.reading() as connection:
            return await _standing(connection, community, account, day=day, limit=limit)


def _raise_held(begin: Begin) -> sqlite.Insert:
    """Raise the counter if the limit allows it: one statement, so that no two wishes see the same picture left."""
    first = begin(usage)
    return first.on_conflict_do_update(
        index_elements=[usage.c.community, usage.c.account, usage.c.day],
        set_={"held": usage.c.held + first.excluded.held},
        where=usage.c.held + usage.c.spent + first.excluded.held <= bindparam("limit"),
    )


_RAISE_HELD = Upsert(_raise_held)
_NEW_HOLD = insert(holds)
_SPENT = bindparam("pictures", type_=Integer)
_LET_GO = (
    update(holds)
    .where(holds.c.job == bindparam("of_job"), holds.c.state == HoldState.HELD)
    .values(state=bindparam("ended"), spent=case((holds.c.n < _SPENT, holds.c.n), else_=_SPENT))
    .returning(*holds.c)
)
_COUNT = (
    update(usage)
    .where(
        usage.c.community == bindparam("of_community"),
        usage.c.account == bindparam("of_account"),
        usage.c.day == bindparam("of_day"),
    )
    .values(held=usage.c.held - bindparam("let_go"), spent=usage.c.spent + bindparam("used"))
)


async def _fits(connection: AsyncConnection, hold: Hold) -> bool:
    limit = hold.allowance.limit
    if hold.pictures > limit:  # the first row of a day is inserted without a look at the limit
        return False
    day = {"community": hold.community, "account": hold.account, "day": hold.allowance.day}
    return await _RAISE_HELD.run(connection, {**day, "held": hold.pictures, "spent": 0, "limit": limit}) > 0


async def _let_go(connection: AsyncConnection, job: JobId, state: HoldState, *, spent: int) -> None:
    """Move the hold out of `HELD`, which happens once, and only then the counter of its day."""
    hold = (await connection.execute(_LET_GO, {"of_job": job, "ended": state, "pictures": spent})).first()
    if hold is not None:
        day = {"of_community": hold.community, "of_account": hold.account, "of_day": hold.day}
        await connection.execute(_COUNT, {**day, "let_go": hold.n, "used": hold.spent})


async def _standing(
    connection: AsyncConnection, community: CommunityId, account: AccountId, *, day: date, limit: int
) -> Standing:
    counters = select(usage.c.held, usage.c.spent).where(
        usage.c.community == community, usage.c.account == account, usage.c.day == day
    )
    row = (await connection.execute(counters)).first()
    return Standing(limit, 0, 0) if row is None else Standing(limit, row.held, row.spent)
