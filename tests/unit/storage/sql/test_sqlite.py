"""Asks whether several processes can turn a new file into a database at once."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from storage.sql.sqlite import make_sqlite_file


@pytest.fixture
def other(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Be another process that is about to write into the file, which has no write-ahead log yet."""
    with closing(sqlite3.connect(tmp_path / "easel.db", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE some (thing TEXT)")
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def mode_of(path: Path) -> str:
    """Return how the file keeps its journal."""
    with closing(sqlite3.connect(path)) as connection:
        [mode] = connection.execute("PRAGMA journal_mode").fetchone()
        return str(mode)


async def test_the_log_is_turned_on_as_soon_as_nobody_is_in_the_way(tmp_path: Path, other: sqlite3.Connection) -> None:
    """SQLite would give up at once."""
    path = tmp_path / "easel.db"
    making = asyncio.create_task(asyncio.to_thread(make_sqlite_file, path, timedelta(seconds=30)))
    await asyncio.wait([making], timeout=0.1)
    assert not making.done()
    other.execute("COMMIT")
    await making
    assert mode_of(path) == "wal"


def test_patience_ends(tmp_path: Path, other: sqlite3.Connection) -> None:
    """The other one may never be through."""
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        make_sqlite_file(tmp_path / "easel.db", timedelta(milliseconds=50))


def test_a_file_that_has_a_log_is_left_alone(tmp_path: Path, other: sqlite3.Connection) -> None:
    """Even while others use it."""
    other.execute("COMMIT")
    path = tmp_path / "easel.db"
    make_sqlite_file(path, timedelta(seconds=1))
    other.execute("BEGIN IMMEDIATE")
    make_sqlite_file(path, timedelta(seconds=1))
    assert mode_of(path) == "wal"
