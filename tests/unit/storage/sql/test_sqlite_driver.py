"""How often is SQLite's thread gone to, and does a transaction still begin and end where it should?"""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.sql.sqlite_driver import SingleHopConnection


class CountedTrips(SingleHopConnection):
    """Counts the ways to the thread."""

    trips = 0

    async def _execute(self, fn, *args, **kwargs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003, ANN202 - as the driver's
        self.trips += 1
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # the driver's is not typed


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[CountedTrips]:
    """An open connection to a file with a table of numbers."""

    def connect() -> sqlite3.Connection:
        made = sqlite3.connect(tmp_path / "trips.db", isolation_level=None, check_same_thread=False)
        made.execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
        return made

    opened = CountedTrips(connect, "BEGIN IMMEDIATE")
    async with opened:
        yield opened


async def test_a_statement_and_its_rows_take_one_trip(connection: CountedTrips) -> None:
    """BEGIN before the first is on the way."""
    cursor = connection.cursor()
    await cursor.execute("INSERT INTO numbers VALUES (?), (?) RETURNING n", (1, 2))
    assert await cursor.fetchall() == [(1,), (2,)]
    await cursor.close()
    assert connection.trips == 1
    assert connection.in_transaction


async def test_many_values_take_one_trip(connection: CountedTrips) -> None:
    """And say how many rows they made."""
    cursor = connection.cursor()
    await cursor.executemany("INSERT INTO numbers VALUES (?)", [(1,), (2,), (3,)])
    assert (cursor.rowcount, connection.trips) == (3, 1)


async def test_nothing_is_undone_where_nothing_was_begun(connection: CountedTrips) -> None:
    """Neither before the first statement, nor after the end."""
    await connection.rollback()
    await connection.cursor().execute("INSERT INTO numbers VALUES (1)")
    await connection.commit()
    await connection.rollback()
    assert connection.trips == 2
    assert not connection.in_transaction


async def test_a_statement_that_fails_leaves_its_transaction_to_be_undone(connection: CountedTrips) -> None:
    """What went before it in the transaction goes too."""
    await connection.cursor().execute("INSERT INTO numbers VALUES (1)")
    with pytest.raises(sqlite3.IntegrityError):
        await connection.cursor().execute("INSERT INTO numbers VALUES (1)")
    assert connection.in_transaction
    await connection.rollback()
    left = connection.cursor()
    await left.execute("SELECT count(*) FROM numbers")
    assert await left.fetchall() == [(0,)]
