"""The moderation log: lines that are added and never changed."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.cases import CaseId
from bot.domain.moderation_log import LogEntry, NewLogEntry
from bot.domain.people import AccountId, CommunityId
from bot.domain.rules import Actor
from bot.ports.clock import Clock
from storage.schema.cases import moderation_log
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import columns_of
from storage.sql.upsert import Upsert

_NEW_ENTRY = TypeAdapter(NewLogEntry)
_ENTRY = TypeAdapter(LogEntry)
_ADD = Upsert(lambda insert_into: insert_into(moderation_log).on_conflict_do_nothing())
_NEWEST = select(moderation_log).order_by(moderation_log.c.position.desc()).limit(bindparam("most"))
_OF_COMMUNITY = _NEWEST.where(moderation_log.c.community == bindparam("community"))
_BEFORE = _OF_COMMUNITY.where(moderation_log.c.position < bindparam("before"))
_ABOUT = _OF_COMMUNITY.where(moderation_log.c.subject == bindparam("account"))
_OF_CASE = select(moderation_log).where(moderation_log.c.case == bindparam("case")).order_by(moderation_log.c.position)


async def add_log_entry(connection: AsyncConnection, clock: Clock, entry: NewLogEntry) -> bool:
    """Add a line inside the transaction of what it tells of; False where one with its key is there already."""
    values = _NEW_ENTRY.dump_python(entry, exclude={"by"})
    named = actor_values("by_account", "by_name", entry.by)
    return await _ADD.run(connection, {**values, **named, "at": clock.now()}) > 0


@retry_all_uncommitted
class SqlModerationLog:
    """Keeps the log in SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def append(self, entry: NewLogEntry) -> bool:
        """Insert the line."""
        async with self._database.write_transaction() as connection:
            return await add_log_entry(connection, self._clock, entry)

    async def page(self, community: CommunityId, *, most: int, before: int | None = None) -> tuple[LogEntry, ...]:
        """Return a page of lines, newest first."""
        found = _OF_COMMUNITY if before is None else _BEFORE
        return await self._read(found, community=community, most=most, before=before)

    async def about(self, community: CommunityId, account: AccountId, *, most: int) -> tuple[LogEntry, ...]:
        """Return the lines about one account, newest first."""
        return await self._read(_ABOUT, community=community, account=account, most=most)

    async def of_case(self, case: CaseId) -> tuple[LogEntry, ...]:
        """Return the lines of a case, oldest first."""
        return await self._read(_OF_CASE, case=case)

    async def _read(self, found: Select[Any], **values: object) -> tuple[LogEntry, ...]:
        async with self._database.read_statement() as connection:
            return tuple(_entry_of(row) for row in await connection.execute(found, values))


def actor_values(account: str, name: str, by: Actor | None) -> dict[str, object]:
    """Return the two columns of who did something."""
    return {account: by and by.account, name: by and by.name}


def actor_of(account: str | None, name: str | None) -> Actor | None:
    """Return who did something, from their two columns."""
    return None if account is None else Actor(AccountId(account), name or "")


def _entry_of(row: Row[Any]) -> LogEntry:
    return _ENTRY.validate_python(columns_of(row) | {"by": actor_of(row.by_account, row.by_name)})
