"""The states of image services: one row for each that was heard of."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, String, bindparam, func, literal_column, select, update
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.provider_state import ProviderState
from bot.ports.clock import Clock
from bot.ports.provider_states import Change
from storage.schema.base import Moment
from storage.schema.jobs import drawings, providers
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.upsert import InsertInto, Upsert

_MINUTE = timedelta(minutes=1)

_COLUMNS = [providers.c[field.name] for field in fields(ProviderState)]
_ALL = select(providers.c.name, *_COLUMNS)
_ONE = select(*_COLUMNS).where(providers.c.name == bindparam("provider"))
_CHANGE = update(providers).where(providers.c.name == bindparam("provider"))


def _lock(insert_into: InsertInto) -> Insert:
    new = insert_into(providers).values(name=bindparam("name"))
    return new.on_conflict_do_update(index_elements=[providers.c.name], set_={"name": new.excluded.name})


_LOCK = Upsert(_lock)
_ACCEPTED = (
    select(func.count())
    .select_from(drawings)
    .where(
        drawings.c.provider == bindparam("provider", type_=String),
        drawings.c.started_at > bindparam("since", type_=Moment),
        drawings.c.state != literal_column("'failed'"),
    )
)


async def lock_provider(connection: AsyncConnection, provider: str) -> ProviderState:
    """Return a provider's state, locked until the transaction ends. Never called by a transaction that has locked a job."""
    await _LOCK.run(connection, {"name": provider})
    return _state_of((await connection.execute(_ONE, {"provider": provider})).one())


async def read_state(connection: AsyncConnection, provider: str) -> ProviderState:
    """Return a provider's state; a new one of a provider that nobody has heard of."""
    row = (await connection.execute(_ONE, {"provider": provider})).first()
    return ProviderState() if row is None else _state_of(row)


@retry_all_uncommitted
class SqlProviderStates:
    """Implements `bot.ports.provider_states.ProviderStates`: each method is one transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self) -> Mapping[str, ProviderState]:
        """Return the states of all providers: they are few."""
        async with self._database.read_statement() as connection:
            return {row.name: _state_of(row) for row in await connection.execute(_ALL)}

    async def change(self, provider: str, change: Change) -> tuple[ProviderState, ProviderState]:
        """Lock the row, and write what differs."""
        async with self._database.write_transaction() as connection:
            before = await lock_provider(connection, provider)
            after = change(before)
            if after != before:
                await connection.execute(_CHANGE, {"provider": provider, **asdict(after)})
            return before, after

    async def count_accepted(self, provider: str) -> int:
        """Return how many of the provider's drawings of the last minute did not fail."""
        async with self._database.read_statement() as connection:
            values = {"provider": provider, "since": self._clock.now() - _MINUTE}
            return int((await connection.execute(_ACCEPTED, values)).scalar_one())


def _state_of(row: Row[Any]) -> ProviderState:
    return ProviderState(**{column.name: getattr(row, column.name) for column in _COLUMNS})
