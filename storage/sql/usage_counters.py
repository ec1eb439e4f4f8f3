"""Counters of pictures by day: what accounts have used, and what tenants with a limit of their own have."""

from datetime import date
from typing import Any

from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import CommunityId
from storage.schema.quotas import tenant_usage, usage
from storage.sql.upsert import InsertInto, Upsert


class UsageCounters:
    """One table of counters; each row is of a community, of somebody in it, whom the column `whose` names, and of a day."""

    def __init__(self, table: Table, whose: str) -> None:
        self._table = table
        self._whose = whose
        counted = (
            table.c.community == bindparam("of_community"),
            table.c[whose] == bindparam("of_whom"),
            table.c.day == bindparam("of_day"),
        )
        changed = {"held": table.c.held - bindparam("released"), "spent": table.c.spent + bindparam("used")}
        self._hold = Upsert(self._build_hold)
        self._count = update(table).where(*counted).values(changed)
        self._correct = self._count.where(table.c.spent + bindparam("used") >= 0).returning(table.c.spent)
        self._read = select(table.c.held, table.c.spent).where(*counted)
        self._lock = self._read.with_for_update()

    def _build_hold(self, insert_into: InsertInto) -> sqlite.Insert:
        """Build the statement that raises a counter if the limit allows it."""
        columns = self._table.c
        # One statement compares and counts, so that two wishes cannot both take the last picture.
        first = insert_into(self._table)
        return first.on_conflict_do_update(
            index_elements=[columns.community, columns[self._whose], columns.day],
            set_={"held": columns.held + first.excluded.held},
            where=columns.held + columns.spent + first.excluded.held <= bindparam("limit"),
        )

    async def try_hold(
        self, connection: AsyncConnection, community: CommunityId, whose: str, *, day: date, pictures: int, limit: int
    ) -> bool:
        """Hold the pictures if the limit allows it; either way nobody else changes that day before the transaction ends."""
        # The first row of a day is inserted without a look at the limit. What cannot fit holds nothing, and locks the row.
        held = pictures if pictures <= limit else 0
        values = {"community": community, self._whose: whose, "day": day, "held": held, "spent": 0, "limit": limit}
        return await self._hold.run(connection, values) > 0 and held == pictures

    async def count(
        self, connection: AsyncConnection, community: str, whose: str, day: date, *, released: int = 0, used: int
    ) -> None:
        """Hold so many pictures less, and count so many more as spent."""
        await connection.execute(self._count, _row_key(community, whose, day) | {"released": released, "used": used})

    async def correct(self, connection: AsyncConnection, community: str, whose: str, day: date, used: int) -> int | None:
        """Count more or fewer pictures as spent; return what is spent then, None where that would be less than 0."""
        values = _row_key(community, whose, day) | {"released": 0, "used": used}
        spent: int | None = (await connection.execute(self._correct, values)).scalar()
        return spent

    async def read(self, connection: AsyncConnection, community: str, whose: str, day: date) -> Row[Any, Any] | None:
        """Return what is held and spent; None before the day's first wish."""
        return (await connection.execute(self._read, _row_key(community, whose, day))).first()

    async def lock(self, connection: AsyncConnection, community: str, whose: str, day: date) -> Row[Any, Any] | None:
        """Return what is held and spent, locked: nobody else changes it before the transaction ends."""
        return (await connection.execute(self._lock, _row_key(community, whose, day))).first()


OF_ACCOUNTS = UsageCounters(usage, "account")
OF_TENANTS = UsageCounters(tenant_usage, "tenant")


def _row_key(community: str, whose: str, day: date) -> dict[str, object]:
    return {"of_community": community, "of_whom": whose, "of_day": day}
