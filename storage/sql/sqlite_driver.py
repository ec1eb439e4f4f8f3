"""An aiosqlite connection that runs each statement in one round trip to its thread.

The driver itself crosses for a cursor, the statement, its rows and the
cursor's end, and each crossing costs more than SQLite needs for the work.
It stands on private attributes of the driver, whose minor version is therefore
pinned; `plain_driver_ratio` of `python -m benchmarks.ledger` says what it brings.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Self

import aiosqlite

_ROWS_IN_ONE_GO = 64
"""What the driver takes by default; here all rows come at once."""


class SingleHopConnection(aiosqlite.Connection):
    """A connection whose transactions begin with `begin`, on the way to their first statement, unless `begins` is false."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], begin: str) -> None:
        super().__init__(connect, _ROWS_IN_ONE_GO)
        self._begin = begin
        self.begins = True
        # SQLAlchemy does so with the driver's own: a connection that was forgotten must not keep the process alive.
        self._thread.daemon = True

    def cursor(self) -> "SingleHopCursor":  # type: ignore[override]  # it can all that SQLAlchemy asks of a cursor
        """Return what takes one statement over."""
        return SingleHopCursor(self)

    async def rollback(self) -> None:
        """Undo the transaction, if one was begun; SQLAlchemy asks for that after each commit too."""
        if self.in_transaction:
            await super().rollback()

    async def run(self, statement: str, values: Sequence[Any], *, many: bool) -> tuple[sqlite3.Cursor, list[Any]]:
        """Run a statement, and return its cursor and all its rows."""
        crossing = self._execute(self._run, statement, values, many)  # type: ignore[no-untyped-call]  # the driver's is not typed
        found: tuple[sqlite3.Cursor, list[Any]] = await crossing
        return found

    def _run(self, statement: str, values: Sequence[Any], many: bool) -> tuple[sqlite3.Cursor, list[Any]]:
        if self.begins and not self._conn.in_transaction:
            self._conn.execute(self._begin)
        cursor = self._conn.executemany(statement, values) if many else self._conn.execute(statement, values)
        return cursor, cursor.fetchall()


class SingleHopCursor:
    """One statement and what it found, as SQLAlchemy asks for them."""

    def __init__(self, connection: SingleHopConnection) -> None:
        self._connection = connection
        self._cursor: sqlite3.Cursor | None = None
        self._rows: list[Any] = []

    @property
    def description(self) -> Any:
        """Return the columns; None where the statement gives no rows."""
        return self._cursor.description if self._cursor else None

    @property
    def rowcount(self) -> int:
        """Return how many rows were changed; -1 where that means nothing."""
        return self._cursor.rowcount if self._cursor else -1

    @property
    def lastrowid(self) -> int | None:
        """Return SQLite's own number of the row inserted last."""
        return self._cursor.lastrowid if self._cursor else None

    async def __aenter__(self) -> Self:
        """Begin; nothing is taken over yet."""
        return self

    async def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Run the statement, and bring its rows back."""
        self._cursor, self._rows = await self._connection.run(statement, values, many=False)

    async def executemany(self, statement: str, values: Sequence[Any]) -> None:
        """Run the statement once for each of the values."""
        self._cursor, self._rows = await self._connection.run(statement, values, many=True)

    async def fetchall(self) -> list[Any]:
        """Return the rows that are here already."""
        return self._rows

    async def close(self) -> None:
        """End; a statement whose rows were all read holds nothing."""
