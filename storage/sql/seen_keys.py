"""The keys of what has happened."""

from sqlalchemy import bindparam, delete, select

from bot.ports.clock import Clock
from storage.schema.messages import happened
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.upsert import Upsert

_ADD = Upsert(lambda insert_into: insert_into(happened).on_conflict_do_nothing())
_FORGET = delete(happened).where(happened.c.key == bindparam("of_key"))
_FIND = select(happened.c.key).where(happened.c.key == bindparam("of_key"))


@retry_all_uncommitted
class SqlSeenKeys:
    """Remembers in SQL what has happened."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add_if_new(self, key: str) -> bool:
        """Insert the key, and return whether it was new: of two callers at once, one is told so."""
        async with self._database.write_transaction() as connection:
            return await _ADD.run(connection, {"key": key, "at": self._clock.now()}) > 0

    async def is_seen(self, key: str) -> bool:
        """Return whether the key is there."""
        async with self._database.read_statement() as connection:
            return (await connection.execute(_FIND, {"of_key": key})).first() is not None

    async def forget(self, key: str) -> None:
        """Delete the key."""
        async with self._database.write_transaction() as connection:
            await connection.execute(_FORGET, {"of_key": key})
