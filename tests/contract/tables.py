"""Where the worlds of a machine have their tables, over each engine, and what stands in them."""

import asyncio
import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Protocol

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

import storage.migrations
from storage.migrate import upgrade
from storage.sql.database import Database
from storage.sql.postgres import PostgresOptions
from tests.fakes.postgres import PostgresServer


class Tables(Protocol):
    """The tables of one world at a time."""

    async def empty(self) -> str:
        """Return the URL of a database with all tables and no rows."""
        ...

    async def dump(self) -> list[str]:
        """Return every row there is, without any code of ours between."""
        ...

    def close(self) -> None:
        """Leave nothing behind."""
        ...


def bring_to(connection: Connection, version: str) -> None:
    """Make the tables of a version, or bring them there."""
    config = Config()
    config.set_main_option("script_location", str(Path(storage.migrations.__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def patient_database(url: str) -> Database:
    """Return a database whose statements may take as long as a busy machine needs: what waits for a lock counts too."""
    return Database(url, busy=timedelta(minutes=1), postgres=PostgresOptions(statement_timeout=timedelta(minutes=2)))


@cache
def _empty_file() -> Path:
    """Migrate once for all worlds of this process."""
    path = Path(tempfile.mkdtemp()) / "empty.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


class SqliteTables:
    """A file in a folder of its own."""

    def __init__(self) -> None:
        self._empty_file = _empty_file()
        self._folder = Path(tempfile.mkdtemp())
        self.path = self._folder / "records.db"

    async def empty(self) -> str:
        """Copy the file."""
        shutil.copy(self._empty_file, self.path)
        return f"sqlite+aiosqlite:///{self.path}"

    async def dump(self) -> list[str]:
        """Have SQLite spell its rows."""
        with closing(sqlite3.connect(self.path)) as connection:
            return list(connection.iterdump())

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder)


class PostgresTables:
    """The database that all tests share."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    async def empty(self) -> str:
        """Empty it."""
        return await self._server.empty()

    async def dump(self) -> list[str]:
        """Have PostgreSQL spell its rows."""
        return await self._server.dump()

    def close(self) -> None:
        """Whoever comes next empties it."""
