"""Codes, each of which opens something once."""

from datetime import datetime

from sqlalchemy import and_, bindparam, delete, or_, select
from sqlalchemy.dialects import sqlite

from bot.ports.clock import Clock
from bot.ports.codes import Purpose
from storage.schema.accounts import HAS_HOLDER, codes
from storage.schema.base import Moment
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.upsert import InsertInto, Upsert

_NOW = bindparam("now", type_=Moment)
_PURPOSE = codes.c.purpose == bindparam("of_purpose")
_CODE = codes.c.code_hash == bindparam("of_code")
_SWEEP = delete(codes).where(or_(codes.c.expires_at <= _NOW, and_(_PURPOSE, _CODE)))
_REDEEM = delete(codes).where(_PURPOSE, _CODE, codes.c.expires_at > _NOW).returning(codes.c.holder)

_FIND = select(codes.c.holder).where(_PURPOSE, _CODE, codes.c.expires_at > _NOW)


def _replace(insert_into: InsertInto) -> sqlite.Insert:
    """Build the statement that replaces the holder's earlier code: of two issued at once, one stays."""
    first = insert_into(codes)
    return first.on_conflict_do_update(
        index_elements=[codes.c.purpose, codes.c.holder],
        index_where=HAS_HOLDER,
        set_={"code_hash": first.excluded.code_hash, "expires_at": first.excluded.expires_at},
    )


_ISSUE = Upsert(_replace)


@retry_all_uncommitted
class SqlCodes:
    """Keeps codes in SQL; those that have expired go when a new one comes."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def issue(self, purpose: Purpose, code_hash: str, holder: str, expires_at: datetime) -> None:
        """Sweep what has expired, and the same code if it is there, and write the code in the place of its holder's."""
        swept = {"now": self._clock.now(), "of_purpose": purpose, "of_code": code_hash}
        values = {"purpose": purpose, "code_hash": code_hash, "holder": holder, "expires_at": expires_at}
        async with self._database.write_transaction() as connection:
            await connection.execute(_SWEEP, swept)
            await _ISSUE.run(connection, values)

    async def redeem(self, purpose: Purpose, code_hash: str) -> str | None:
        """Delete the code and return its holder, in one statement: of two callers at once, one finds it."""
        values = {"now": self._clock.now(), "of_purpose": purpose, "of_code": code_hash}
        async with self._database.write_transaction() as connection:
            holder: str | None = (await connection.execute(_REDEEM, values)).scalar()
        return holder

    async def find(self, purpose: Purpose, code_hash: str) -> str | None:
        """Return the holder of the code."""
        values = {"now": self._clock.now(), "of_purpose": purpose, "of_code": code_hash}
        async with self._database.read_statement() as connection:
            holder: str | None = (await connection.execute(_FIND, values)).scalar()
        return holder
