"""Leading one of many processes, by a lease in a row."""

import asyncio
import contextlib
from datetime import timedelta

from sqlalchemy import bindparam, delete, or_
from sqlalchemy.dialects.sqlite import Insert

from bot.errors import StorageFailed
from bot.ports.clock import Clock
from storage.schema.base import Moment
from storage.schema.messages import leader_leases
from storage.sql.database import Database
from storage.sql.retries import retry_uncommitted
from storage.sql.upsert import InsertInto, Upsert


def _take(insert_into: InsertInto) -> Insert:
    insert = insert_into(leader_leases)
    is_mine = leader_leases.c.holder == insert.excluded.holder
    is_over = leader_leases.c.until <= bindparam("now", type_=Moment)
    renewed = {"holder": insert.excluded.holder, "until": insert.excluded.until}
    return insert.on_conflict_do_update(index_elements=[leader_leases.c.name], set_=renewed, where=or_(is_mine, is_over))


_TAKE = Upsert(_take)
_RELEASE = delete(leader_leases).where(leader_leases.c.name == bindparam("of_name"), leader_leases.c.holder == bindparam("by"))


class DatabaseLeaderLock:
    """Held by whoever took it first, as long as they renew it within a `lease`: that is what `run` is for.

    `holder` names this process. Where the database is away, nobody can tell:
    `lead` raises `StorageFailed`, and there is nothing to look after either.
    """

    def __init__(self, database: Database, clock: Clock, *, name: str, holder: str, lease: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._name = name
        self._holder = holder
        self._lease = lease
        self._leads = False

    async def lead(self) -> bool:
        """Renew the lease, or take it if nobody has it."""
        self._leads = await self._take()
        return self._leads

    async def run(self) -> None:
        """Stay the leader if this process is it, until cancelled; then let another lead at once."""
        try:
            while True:
                await asyncio.sleep(self._lease.total_seconds() / 3)
                if self._leads:
                    with contextlib.suppress(StorageFailed):
                        await self.lead()
        finally:
            if self._leads:
                with contextlib.suppress(StorageFailed):
                    await self._release()

    @retry_uncommitted
    async def _take(self) -> bool:
        now = self._clock.now()
        values = {"name": self._name, "holder": self._holder, "until": now + self._lease, "now": now}
        async with self._database.write_transaction() as connection:
            return await _TAKE.run(connection, values) > 0

    @retry_uncommitted
    async def _release(self) -> None:
        self._leads = False
        async with self._database.write_transaction() as connection:
            await connection.execute(_RELEASE, {"of_name": self._name, "by": self._holder})
