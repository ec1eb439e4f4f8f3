"""How often is SQLite's thread gone to, and does a transaction still begin and end where it should?"""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import structlog

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


async def test_a_whole_transaction_takes_one_trip(connection: CountedTrips) -> None:
    """Its statements and its commit are made where the thread is already; what it returns comes back."""

    async def transact() -> list[tuple[int]]:
        cursor = connection.cursor()
        await cursor.execute("INSERT INTO numbers VALUES (1)")
        await cursor.execute("SELECT n FROM numbers")
        await connection.commit()
        await connection.rollback()
        return await cursor.fetchall()

    assert await connection.run_inside(transact) == [(1,)]
    assert connection.trips == 1
    assert not connection.in_transaction


async def test_what_fails_inside_fails_outside_and_can_be_undone(connection: CountedTrips) -> None:
    """Also there, in the same trip."""

    async def transact() -> None:
        await connection.cursor().execute("INSERT INTO numbers VALUES (1)")
        await connection.rollback()
        await connection.cursor().execute("INSERT INTO letters VALUES (1)")

    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await connection.run_inside(transact)
    assert connection.trips == 1
    await connection.rollback()
    assert not connection.in_transaction


async def test_nothing_else_is_awaited_inside(connection: CountedTrips) -> None:
    """The thread has no loop that would come back to it."""
    with pytest.raises(RuntimeError, match="waits for something"):
        await connection.run_inside(lambda: asyncio.sleep(0))


async def test_no_statement_begins_inside_for_somebody_who_was_cancelled(connection: CountedTrips, tmp_path: Path) -> None:
    """The one that runs then is the last one."""
    is_running, goes_on = threading.Event(), threading.Event()

    async def transact() -> None:
        await connection.cursor().execute("INSERT INTO numbers VALUES (1)")
        is_running.set()
        assert goes_on.wait(10)
        await connection.commit()

    waiting = asyncio.create_task(connection.run_inside(transact))
    assert await asyncio.to_thread(is_running.wait, 10)
    waiting.cancel()
    await asyncio.wait([waiting])
    goes_on.set()
    assert waiting.cancelled()
    await connection.close()
    with closing(sqlite3.connect(tmp_path / "trips.db")) as left:
        assert left.execute("SELECT count(*) FROM numbers").fetchall() == [(0,)]


async def test_what_is_logged_inside_says_whose_it_is(connection: CountedTrips) -> None:
    """The thread has the context of whoever waits."""

    async def transact() -> object:
        return structlog.contextvars.get_contextvars()

    with structlog.contextvars.bound_contextvars(job="J"):
        assert await connection.run_inside(transact) == {"job": "J"}
