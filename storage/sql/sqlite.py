"""What SQLite needs: its file, a write-ahead log, and transactions that begin in time."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Pool
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import StorageFailed
from storage.sql.sqlite_driver import SingleHopConnection

T = TypeVar("T")

_PAUSE_S = 0.02


def is_sqlite(url: URL) -> bool:
    """Return whether the database is a file."""
    return url.get_backend_name() == "sqlite"


def sqlite_file(url: URL) -> Path:
    """Return the path of the file."""
    if not url.database or url.database == ":memory:":
        raise StorageFailed("database", "its URL names no file")
    return Path(url.database)


def sqlite_engine(
    url: URL, *, begin: str, busy: timedelta, pragmas: tuple[str, ...], size: int | None = None, pool: type[Pool] | None = None
) -> AsyncEngine:
    """Build an engine of at most `size` connections: transactions start with `begin`, others' locks are waited for `busy`."""

    def connect(file: str, **options: Any) -> SingleHopConnection:
        return SingleHopConnection(lambda: open_connection(file, options, pragmas), begin)

    limits = {} if size is None else {"pool_size": size, "max_overflow": 0}
    return create_async_engine(
        url,
        # The driver's own BEGIN comes too late: before the first write, not before the first read.
        connect_args={"async_creator_fn": connect, "isolation_level": None, "timeout": busy.total_seconds()},
        hide_parameters=True,
        poolclass=pool,
        **limits,
    )


@asynccontextmanager
async def without_transaction(connection: AsyncConnection) -> AsyncIterator[None]:
    """Have the body's statement begin no transaction: ending one would be another round trip to the driver's thread."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    driver.begins = False
    try:
        yield
    finally:
        driver.begins = True


async def run_in_driver(connection: AsyncConnection, act: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run what awaits nothing but statements of the connection in the driver's thread, which is crossed to once."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    try:
        done: T = await driver.run_inside(act)
    except asyncio.CancelledError:
        await connection.invalidate()  # the thread may be at a statement still, and what it has begun goes with the connection
        raise
    return done


def open_connection(file: str, options: dict[str, Any], pragmas: tuple[str, ...]) -> sqlite3.Connection:
    """Open a connection in the thread that will use it."""
    connection: sqlite3.Connection = sqlite3.connect(file, **options)
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def make_sqlite_file(path: Path, patience: timedelta) -> None:
    """Make the file and its folders, with a write-ahead log; blocks for at most `patience` while others have it locked.

    SQLite itself does not always wait while it turns the log on: two processes
    that start at once would now and then trip over each other.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # SQLite would let everybody on the machine read a new one, with what people asked for
    deadline = time.monotonic() + patience.total_seconds()
    with closing(sqlite3.connect(path, timeout=patience.total_seconds())) as connection:
        while not _enable_write_ahead_log(connection, deadline):
            time.sleep(_PAUSE_S)


def _enable_write_ahead_log(connection: sqlite3.Connection, deadline: float) -> bool:
    try:
        [mode] = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
            raise
        return False
    if mode != "wal":
        raise StorageFailed("database", "its file system cannot keep a write-ahead log")
    return True
