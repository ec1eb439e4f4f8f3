"""The web page's channels: messages, and a counter of changes for each channel."""

from typing import Any

from sqlalchemy import Executable, Row, Select, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports.clock import Clock, Ids
from bot.ports.page_messages import PageMessage
from storage.schema.messages import IS_NOT_DELETED, channels, messages
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import stored_message_of
from storage.sql.upsert import Upsert

_RAISE_VERSION = Upsert(
    lambda insert_into: insert_into(channels).on_conflict_do_update(
        index_elements=[channels.c.name], set_={"version": channels.c.version + 1}
    )
)
_VERSION = select(channels.c.version).where(channels.c.name == bindparam("channel"))
_NEW = insert(messages).returning(*messages.c)
_BY_KEY = select(messages).where(messages.c.key == bindparam("key"))
_IT = (messages.c.id == bindparam("message"), IS_NOT_DELETED)
_BY_ID = select(messages).where(*_IT)
_CHANGE = update(messages).where(*_IT).returning(*messages.c)
_CHANGE_VERSION = _CHANGE.where(messages.c.version == bindparam("of_version"))
_AUTHORS = (
    select(messages.c.author)
    .distinct()
    .where(messages.c.channel == bindparam("channel"), messages.c.author != "", IS_NOT_DELETED)
)
_SINCE = (
    select(messages)
    .where(messages.c.channel == bindparam("channel"), messages.c.version > bindparam("version"))
    .order_by(messages.c.version)
)


@retry_all_uncommitted
class SqlPageMessages:
    """Keeps messages in SQL. A channel's counter is raised first in every change, so that changes queue up behind it."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def add(self, *, channel: str, author: str, body: str, key: str) -> PageMessage:
        """Insert a message at the end of its channel; its first version is its place in the order."""
        async with self._database.write_transaction() as connection:
            version = await _next_version(connection, channel)
            known = await _first(connection, _BY_KEY, key=key)
            if known is not None:
                return stored_message_of(known)
            values = {
                "id": self._ids.new(),
                "channel": channel,
                "key": key,
                "author": author,
                "body": body,
                "position": version,
                "version": version,
                "created_at": self._clock.now(),
            }
            return stored_message_of((await connection.execute(_NEW, values)).one())

    async def replace(self, message: str, body: str, *, version: int | None = None) -> PageMessage | None:
        """Write the new body."""
        return await self._change(message, of_version=version, body=body)

    async def delete(self, message: str) -> PageMessage | None:
        """Empty the body; the row stays, so that pages that missed the deletion can catch up."""
        return await self._change(message, body="", deleted_at=self._clock.now())

    async def get(self, message: str) -> PageMessage | None:
        """Return the message."""
        found = await self._read(_BY_ID, message=message)
        return found[0] if found else None

    async def page(
        self, channel: str, *, most: int, before: str | None = None, author: str | None = None
    ) -> tuple[PageMessage, ...]:
        """Return messages backwards from the end, or from `before`; where `before` never existed there are none."""
        found = select(messages).where(messages.c.channel == channel, IS_NOT_DELETED)
        if before is not None:
            older = select(messages.c.position).where(messages.c.id == before).scalar_subquery()
            found = found.where(messages.c.position < older)
        if author is not None:
            found = found.where(messages.c.author.in_((author, "")))
        newest_first = await self._read(found.order_by(messages.c.position.desc()).limit(most))
        return newest_first[::-1]

    async def authors(self, channel: str) -> frozenset[str]:
        """Return each author once."""
        async with self._database.read_statement() as connection:
            return frozenset((await connection.execute(_AUTHORS, {"channel": channel})).scalars())

    async def since(self, channel: str, version: int) -> tuple[PageMessage, ...]:
        """Return the messages that changed since that version."""
        return await self._read(_SINCE, channel=channel, version=version)

    async def _change(self, message: str, *, of_version: int | None = None, **changes: object) -> PageMessage | None:
        async with self._database.write_transaction() as connection:
            there = await _first(connection, _BY_ID, message=message)
            if there is None:
                return None
            version = await _next_version(connection, there.channel)
            if of_version is None:
                row = await _first(connection, _CHANGE, message=message, version=version, **changes)
            else:
                row = await _first(
                    connection, _CHANGE_VERSION, message=message, version=version, of_version=of_version, **changes
                )
        return None if row is None else stored_message_of(row)

    async def _read(self, found: Select[Any], **values: object) -> tuple[PageMessage, ...]:
        async with self._database.read_statement() as connection:
            return tuple(stored_message_of(row) for row in await connection.execute(found, values))


async def _next_version(connection: AsyncConnection, channel: str) -> int:
    await _RAISE_VERSION.run(connection, {"name": channel, "version": 1})
    version: int = (await connection.execute(_VERSION, {"channel": channel})).scalar_one()
    return version


async def _first(connection: AsyncConnection, statement: Executable, **values: object) -> Row[Any] | None:
    row: Row[Any] | None = (await connection.execute(statement, values)).first()
    return row
