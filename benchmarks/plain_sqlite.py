"""The database by aiosqlite as it comes, to show what `storage/sql/sqlite_driver.py` is worth."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.sql.database import Database
from storage.sql.sqlite import open_connection

T = TypeVar("T")

_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON")


class PlainDatabase(Database):
    """A database whose statements cross to the driver's thread four times each; SQLite only."""

    async def transact(self, act: Callable[[AsyncConnection], Coroutine[Any, Any, T]]) -> T:
        """Do `act` statement by statement."""
        async with self.write_transaction() as connection:
            return await act(connection)

    def _create_engines(self, url: URL) -> tuple[AsyncEngine, AsyncEngine, AsyncEngine]:
        reader = self._engine(url, "BEGIN", 4)
        return self._engine(url, "BEGIN IMMEDIATE", 1), reader, reader

    def _engine(self, url: URL, begin: str, size: int) -> AsyncEngine:
        def connect(file: str, **options: Any) -> aiosqlite.Connection:
            return aiosqlite.Connection(lambda: open_connection(file, options, _PRAGMAS), 64)

        options = {"async_creator_fn": connect, "isolation_level": None, "timeout": self._busy.total_seconds()}
        engine = create_async_engine(url, connect_args=options, hide_parameters=True, pool_size=size, max_overflow=0)

        @event.listens_for(engine.sync_engine, "begin")
        def start(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine
