"""Batches in SQL."""

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, Update, bindparam, delete, select, update

from bot.domain.batches import Batch, BatchState
from bot.domain.chat import MessageRef
from bot.domain.jobs import BatchId, Job
from bot.domain.people import Platform
from storage.schema.batches import IS_OFFER, IS_UNNOTIFIED, batches
from storage.schema.jobs import jobs
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import Json, columns_of, job_of, message_values
from storage.sql.upsert import Upsert

_BATCH = TypeAdapter(Batch)
_NEW = Upsert(lambda insert_into: insert_into(batches).on_conflict_do_nothing(index_elements=[batches.c.key]))
_IT = batches.c.id == bindparam("batch")
_BY_ID = select(batches).where(_IT)
_BY_KEY = select(batches).where(batches.c.key == bindparam("key"))
_CHANGE = update(batches).where(_IT)
_OF_BATCH = select(jobs).where(jobs.c.batch == bindparam("batch")).order_by(jobs.c.key)


@retry_all_uncommitted
class SqlBatches:
    """Keeps batches in SQL: each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def offer(self, batch: Batch) -> Batch:
        """Insert the batch unless its key is there."""
        async with self._database.write_transaction() as connection:
            if await _NEW.run(connection, _values(batch)):
                return batch
            return _batch_of((await connection.execute(_BY_KEY, {"key": batch.key})).one())

    async def get(self, batch: BatchId) -> Batch | None:
        """Return the batch."""
        async with self._database.read_statement() as connection:
            row = (await connection.execute(_BY_ID, {"batch": batch})).first()
        return None if row is None else _batch_of(row)

    async def confirm(self, batch: BatchId, message: MessageRef, at: datetime) -> bool:
        """Confirm an offer that stands, once."""
        stands = _CHANGE.where(batches.c.state == BatchState.OFFERED, ~batches.c.is_cancelled)
        return await self._change(stands.values(state=BatchState.CONFIRMED, message=_message(message), confirmed_at=at), batch)

    async def withdraw(self, batch: BatchId) -> None:
        """Make a confirmed batch an offer again."""
        confirmed = _CHANGE.where(batches.c.state == BatchState.CONFIRMED)
        await self._change(confirmed.values(state=BatchState.OFFERED, message=None, confirmed_at=None), batch)

    async def attach(self, batch: BatchId, message: MessageRef) -> None:
        """Write the message's reference into the batch."""
        await self._change(_CHANGE.values(message=_message(message)), batch)

    async def settle(self, batch: BatchId, shortfall: str) -> None:
        """Delete the words from the batch: its jobs have them."""
        confirmed = _CHANGE.where(batches.c.state == BatchState.CONFIRMED)
        await self._change(confirmed.values(state=BatchState.ACCEPTED, shortfall=shortfall, prompts=[]), batch)

    async def cancel(self, batch: BatchId) -> bool:
        """Note the cancel, once, unless people have seen the batch's end already."""
        return await self._change(
            _CHANGE.where(~batches.c.is_cancelled, batches.c.told_at.is_(None)).values(is_cancelled=True), batch
        )

    async def mark_notified(self, batch: BatchId, at: datetime) -> None:
        """Note when, once."""
        await self._change(_CHANGE.where(IS_UNNOTIFIED).values(told_at=at), batch)

    async def jobs(self, batch: BatchId) -> tuple[Job, ...]:
        """Return the jobs by their keys, which are numbered."""
        async with self._database.read_statement() as connection:
            return tuple(job_of(row) for row in await connection.execute(_OF_BATCH, {"batch": batch}))

    async def list_unnotified(self, platforms: frozenset[Platform], *, confirmed_by: datetime, most: int) -> tuple[Batch, ...]:
        """Return the batches that were confirmed the longest ago."""
        found = select(batches).where(IS_UNNOTIFIED, batches.c.confirmed_at <= confirmed_by, batches.c.platform.in_(platforms))
        async with self._database.read_statement() as connection:
            rows = await connection.execute(found.order_by(batches.c.confirmed_at, batches.c.id).limit(most))
            return tuple(_batch_of(row) for row in rows)

    async def delete_offers(self, before: datetime) -> None:
        """Delete offers that nobody confirmed."""
        async with self._database.write_transaction() as connection:
            await connection.execute(delete(batches).where(IS_OFFER, batches.c.created_at < before))

    async def _change(self, changing: Update, batch: BatchId) -> bool:
        async with self._database.write_transaction() as connection:
            return (await connection.execute(changing, {"batch": batch})).rowcount > 0


def _message(message: MessageRef | None) -> Json | None:
    found: Json | None = message_values(message)["message"]
    return found


def _values(batch: Batch) -> dict[str, object]:
    values: Json = _BATCH.dump_python(batch, exclude={"draft": {"prompt", "picture"}, "place": {"parent"}})
    identity = values["author"].pop("identity")
    return values | {
        "platform": batch.place.platform,
        "author": identity | values["author"],
        "message": _message(batch.message),
        "told_at": values.pop("notified_at"),
    }


def _batch_of(row: Row[Any]) -> Batch:
    message = row.message and {**row.message, "reply_token": row.message["ticket"]}
    author = {**row.author, "identity": row.author}
    fields = {"author": author, "message": message, "draft": {**row.draft, "prompt": ""}, "notified_at": row.told_at}
    return _BATCH.validate_python(columns_of(row) | fields)
