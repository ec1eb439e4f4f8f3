"""Refused words."""

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, delete, select

from bot.domain.people import AccountId, CommunityId
from bot.domain.refusals import KEPT_FOR, RefusalId, RefusedWords
from storage.schema.base import Moment
from storage.schema.refusals import refusals
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import columns_of
from storage.sql.upsert import Upsert

_REFUSAL = TypeAdapter(RefusedWords)
_NEW = Upsert(lambda insert_into: insert_into(refusals).on_conflict_do_nothing())
_BY_ID = select(refusals).where(refusals.c.id == bindparam("refusal"))
_FORGET = delete(refusals).where(refusals.c.refused_at < bindparam("before", type_=Moment))
_OF = (
    select(refusals)
    .where(
        refusals.c.account == bindparam("account"),
        refusals.c.community == bindparam("community"),
        refusals.c.refused_at >= bindparam("since", type_=Moment),
    )
    .order_by(refusals.c.refused_at.desc(), refusals.c.id.desc())
    .limit(bindparam("most"))
)


@retry_all_uncommitted
class SqlRefusals:
    """Keeps refusals in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, refusal: RefusedWords) -> None:
        """Insert the refusal unless it is there."""
        async with self._database.write_transaction() as connection:
            await _NEW.run(connection, _REFUSAL.dump_python(refusal))
            await connection.execute(_FORGET, {"before": refusal.refused_at - KEPT_FOR})

    async def find(self, refusal: RefusalId) -> RefusedWords | None:
        """Return the refused words."""
        async with self._database.read_statement() as connection:
            row = (await connection.execute(_BY_ID, {"refusal": refusal})).first()
        return None if row is None else _refusal_of(row)

    async def of(self, account: AccountId, community: CommunityId, *, since: datetime, most: int) -> tuple[RefusedWords, ...]:
        """Return the refused words of an account."""
        asked = {"account": account, "community": community, "since": since, "most": most}
        async with self._database.read_statement() as connection:
            rows = (await connection.execute(_OF, asked)).all()
        return tuple(_refusal_of(row) for row in reversed(rows))


def _refusal_of(row: Row[Any]) -> RefusedWords:
    return _REFUSAL.validate_python(columns_of(row))
