"""What tells one house's database from another's: an id that is made once and moves with the records."""

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports.clock import Clock, Ids
from storage.schema.messages import happened
from storage.sql.database import Database
from storage.sql.upsert import Upsert

_PREFIX = "deployment:"
_KEYS = select(happened.c.at, happened.c.key)
_FIND = {
    # By a range, for which there is the index of keys: each newcomer is looked for. Elsewhere signs may be ordered otherwise.
    "sqlite": _KEYS.where(happened.c.key >= _PREFIX, happened.c.key < f"{_PREFIX[:-1]};"),
    "postgresql": _KEYS.where(happened.c.key.startswith(_PREFIX)),
}
_ADD = Upsert(lambda insert_into: insert_into(happened).on_conflict_do_nothing())
_LOCK = 0x6561_7365_6D
"""The number of the advisory lock on PostgreSQL, beside that of migrations."""

_ALONE = text("SELECT pg_advisory_xact_lock(:lock)")


async def find_deployment(database: Database) -> str | None:
    """Return the id; None where none was made yet."""
    async with database.read_transaction() as connection:
        return await read_deployment(connection)


async def make_deployment(database: Database, clock: Clock, ids: Ids) -> str:
    """Return the id, which is made if there is none: of two processes at once, one makes it."""
    found = await find_deployment(database)
    if found is not None:
        return found
    async with database.write_transaction() as connection:
        return await ensure_deployment(connection, clock, ids)


async def read_deployment(connection: AsyncConnection) -> str | None:
    """Return the id in a transaction; None where none was made yet."""
    found = (await connection.execute(_FIND[connection.dialect.name])).all()
    return min((row.at, row.key) for row in found)[1].removeprefix(_PREFIX) if found else None


async def ensure_deployment(connection: AsyncConnection, clock: Clock, ids: Ids) -> str:
    """Return the id in a transaction that writes, and make it if there is none."""
    if connection.dialect.name == "postgresql":
        await connection.execute(_ALONE, {"lock": _LOCK})
    found = await read_deployment(connection)
    if found is not None:
        return found
    made = ids.new()
    await _ADD.run(connection, {"key": f"{_PREFIX}{made}", "at": clock.now()})
    return made
