"""The connections: one writer and several readers on SQLite, one pool on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import StorageFailed
from storage.sql.failures import NotCommitted, translate_errors, translate_lost_commit
from storage.sql.postgres import PostgresOptions, postgres_engine, with_driver
from storage.sql.sqlite import is_sqlite, make_sqlite_file, run_in_driver, sqlite_engine, sqlite_file, without_transaction

T = TypeVar("T")

_BUSY = timedelta(seconds=5)
_READERS = 4
_DEFAULT_OPTIONS = PostgresOptions()


def parse_url(url: str) -> URL:
    """Return the parsed URL of a database. It has to name an asynchronous driver; PostgreSQL's is added where it names none."""
    parsed = with_driver(make_url(url))
    if not parsed.get_dialect().is_async:
        raise StorageFailed("database", "no asynchronous driver in its URL")
    return parsed


@asynccontextmanager
async def open_database(url: str, postgres: PostgresOptions = _DEFAULT_OPTIONS) -> AsyncIterator["Database"]:
    """Yield the database, open while the body runs; its tables are as they are: `storage.migrate` brings them up to date.

    Raises:
        ConfigError: Its driver is not installed.
        StorageFailed: It cannot be opened.
    """
    database = Database(url, postgres=postgres)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _commit_after(connection: AsyncConnection) -> AsyncIterator[None]:
    transaction = await connection.begin()
    yield
    try:
        with translate_lost_commit():
            await transaction.commit()
    except BaseException:
        # Otherwise SQLAlchemy takes it for ended, and the next one goes on, and commits, where this one stopped.
        await transaction.rollback()
        raise


_MOST_CONNECTIONS = text(
    "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    " - coalesce(current_setting('reserved_connections', true), '0')::int"
)
"""The last of them is only there since version 16."""


class Database:
    """Gives connections in transactions. Everything that goes wrong on the way is `StorageFailed`.

    `busy` is how long to wait for another process's lock on SQLite's file; a
    whole transaction may last four times as long, waiting for its turn
    included, and on PostgreSQL twice as long as a statement. Whoever is
    cancelled in the middle of a transaction leaves nothing behind.
    """

    def __init__(self, url: str, *, busy: timedelta = _BUSY, postgres: PostgresOptions = _DEFAULT_OPTIONS) -> None:
        self._url = url
        self._busy = busy
        self._postgres = postgres
        self._transaction_budget = 4 * busy
        self._writer: AsyncEngine | None = None
        self._reader: AsyncEngine | None = None
        self._statement_reader: AsyncEngine | None = None

    async def open(self) -> None:
        """Connect once, making SQLite's file and folders; the tables are `storage.migrate`'s business."""
        with translate_errors():
            url = parse_url(self._url)
            if is_sqlite(url):
                await asyncio.to_thread(make_sqlite_file, sqlite_file(url), self._busy)
            self._writer, self._reader, self._statement_reader = self._create_engines(url)
        try:
            async with self.read_transaction() as connection:
                await connection.execute(text("SELECT 1"))
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close every connection; twice is no error."""
        engines = (self._writer, self._reader)
        self._writer = self._reader = self._statement_reader = None
        with translate_errors():
            for engine in engines:
                if engine is not None:
                    await engine.dispose()

    @asynccontextmanager
    async def write_transaction(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection that may write: all of it happens on leaving, or nothing if anything is raised."""
        with translate_errors():
            async with self._time_limit(), self._require_open(self._writer).connect() as connection, _commit_after(connection):
                yield connection

    async def transact(self, act: Callable[[AsyncConnection], Coroutine[Any, Any, T]]) -> T:
        """Do `act` with a connection that may write, and return what it returns: all of it happens, or nothing if it raises.

        It awaits nothing but its statements: on SQLite all of it runs in the driver's thread, where a
        transaction of five statements crosses once, and not six times while others wait to write.
        """

        async def run() -> T:
            async with _commit_after(connection):
                return await act(connection)

        with translate_errors():
            async with self._time_limit(), self._require_open(self._writer).connect() as connection:
                return await (run_in_driver(connection, run) if connection.dialect.name == "sqlite" else run())

    @asynccontextmanager
    async def read_transaction(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection that sees one moment and cannot write."""
        with translate_errors():
            async with self._time_limit(), self._require_open(self._reader).connect() as connection:
                yield connection

    @asynccontextmanager
    async def read_statement(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection for a single statement, which sees one moment by itself: no transaction is begun for it."""
        with translate_errors():
            async with self._time_limit(), self._require_open(self._statement_reader).connect() as connection:
                if connection.dialect.name != "sqlite":
                    yield connection
                    return
                async with without_transaction(connection):
                    yield connection

    async def check_writable(self) -> None:
        """Begin a transaction that may write, and roll it back. Raises `StorageFailed` where that is not possible.

        Whoever asks wants to know how it is now, so only connections that have
        died since they were used are replaced.
        """
        with suppress(NotCommitted):
            return await self._begin_writing()
        return await self._begin_writing()

    async def _begin_writing(self) -> None:
        async with self.write_transaction() as connection:
            if connection.dialect.name == "sqlite":
                await connection.execute(text("SELECT 1"))
            elif (await connection.execute(text("SELECT current_setting('transaction_read_only')"))).scalar_one() == "on":
                raise StorageFailed("database", "read-only")

    async def now(self) -> datetime | None:
        """Return the time by the clock of the machine that the database is on; None where that is this one."""
        async with self.read_transaction() as connection:
            if connection.dialect.name == "sqlite":
                return None
            now: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
            return now

    async def most_connections(self) -> int | None:
        """Return how many connections all programs together may have there; None where there is no such limit."""
        async with self.read_transaction() as connection:
            if connection.dialect.name == "sqlite":
                return None
            return int((await connection.execute(_MOST_CONNECTIONS)).scalar_one())

    def _create_engines(self, url: URL) -> tuple[AsyncEngine, AsyncEngine, AsyncEngine]:
        """Return what writes, what reads in transactions, and what reads single statements."""
        if not is_sqlite(url):
            self._transaction_budget = 2 * self._postgres.statement_timeout
            engine = postgres_engine(url, self._postgres)
            reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            # Behind a pooler the time-outs of a statement are set in its transaction.
            has_limits = self._postgres.prepared_statements
            return engine, reader, engine.execution_options(isolation_level="AUTOCOMMIT") if has_limits else reader
        safe = ("synchronous=FULL", "foreign_keys=ON")
        writer = sqlite_engine(url, begin="BEGIN IMMEDIATE", busy=self._busy, pragmas=safe, size=1)
        reader = sqlite_engine(url, begin="BEGIN", busy=self._busy, pragmas=(*safe, "query_only=ON"), size=_READERS)
        return writer, reader, reader

    def _time_limit(self) -> asyncio.Timeout:
        return asyncio.timeout(self._transaction_budget.total_seconds())

    def _require_open(self, engine: AsyncEngine | None) -> AsyncEngine:
        if engine is None:
            raise StorageFailed("database", "not open")
        return engine
