"""Brings a database's tables up to date. Imports alembic only when there is something to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StorageFailed
from storage.sql.database import parse_url
from storage.sql.failures import translate_errors
from storage.sql.postgres import APPLICATION, PostgresOptions, postgres_engine
from storage.sql.sqlite import is_sqlite, make_sqlite_file, sqlite_engine, sqlite_file

_MIGRATIONS = Path(__file__).parent / "migrations"
_PATIENCE = timedelta(minutes=1)
"""How long to wait for another process that is migrating."""

_TIMEOUT = timedelta(minutes=10)
_ONE_CONNECTION = PostgresOptions(statement_timeout=_TIMEOUT, prepared_statements=False)
"""What runs once needs no prepared statements, and gets on with every pooler without them."""

LOCK = 0x6561_7365_6C
"""The number of the advisory lock on PostgreSQL: `easel`."""


def head() -> str:
    """Return the newest version that this program knows."""
    return _versions()[-1]


async def current(url: str) -> str | None:
    """Return the version of the database's tables; None when it has none, or is not there. Makes nothing."""
    with translate_errors():
        target = parse_url(url)
        if is_sqlite(target) and not await asyncio.to_thread(sqlite_file(target).exists):
            return None
        async with asyncio.timeout(_PATIENCE.total_seconds()), _connect(target, begin="BEGIN") as connection:
            return await read_version(connection)


async def upgrade(url: str) -> tuple[str | None, str]:
    """Bring the tables to `head()`, and return the versions before and after; of two processes at once, one does it.

    All steps are one transaction: the database is migrated, or it is as it was.

    Raises:
        StorageFailed: Besides the usual: a newer program made the tables.
    """
    before = await current(url)
    if before == head():
        return before, before
    with translate_errors():
        return await _migrate(parse_url(url))


async def _migrate(url: URL) -> tuple[str | None, str]:
    if is_sqlite(url):
        await asyncio.to_thread(make_sqlite_file, sqlite_file(url), _PATIENCE)
    # Foreign keys stay off: SQLite copies whole tables to change them.
    async with asyncio.timeout(_TIMEOUT.total_seconds()), _connect(url, begin="BEGIN IMMEDIATE") as connection:
        if not is_sqlite(url):
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        before = await read_version(connection)
        if before is not None and before not in _versions():
            raise StorageFailed("database", f"its tables are version {before}, and this program knows {head()} at most")
        if before != head():
            await connection.run_sync(_run_migrations)
        await connection.commit()
    return before, head()


@asynccontextmanager
async def _connect(url: URL, *, begin: str) -> AsyncIterator[AsyncConnection]:
    if is_sqlite(url):
        engine = sqlite_engine(url, begin=begin, busy=_PATIENCE, pragmas=("synchronous=FULL",), pool=NullPool)
    else:
        engine = postgres_engine(url, _ONE_CONNECTION, application=f"{APPLICATION} db upgrade", pool=NullPool)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


def _run_migrations(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - a start with nothing to do must not pay for it
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StorageFailed("database", "a migration broke a reference; nothing was changed")


def _versions() -> list[str]:
    """List the versions by their files: `r0001_foundation.py` makes version 0001."""
    return sorted(path.stem.removeprefix("r").partition("_")[0] for path in (_MIGRATIONS / "versions").glob("r*_*.py"))


async def read_version(connection: AsyncConnection) -> str | None:
    """Return the version of the tables; None where there are none."""
    if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
        return None
    version: str | None = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    return version
