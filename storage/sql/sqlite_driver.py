"""An aiosqlite connection that runs each statement, or a whole transaction, in one round trip to its thread.

The driver itself crosses for a cursor, the statement, its rows and the
cursor's end, and each crossing costs more than SQLite needs for the work.
It stands on private attributes of the driver, whose minor version is therefore
pinned; `plain_driver_ratio` of `python -m benchmarks.ledger` says what it brings.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from contextvars import copy_context
from typing import Any, Self, TypeVar

import aiosqlite

T = TypeVar("T")

_ROWS_IN_ONE_GO = 64
"""What the driver takes by default; here all rows come at once."""


class SingleHopConnection(aiosqlite.Connection):
    """A connection whose transactions begin with `begin`, on the way to their first statement, unless `begins` is false."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], begin: str) -> None:
        super().__init__(connect, _ROWS_IN_ONE_GO)
        self._begin = begin
        self.begins = True
        self._is_inside = False
        self._is_given_up = False
        # SQLAlchemy does so with the driver's own: a connection that was forgotten must not keep the process alive.
        self._thread.daemon = True

    def cursor(self) -> "SingleHopCursor":  # type: ignore[override]  # it can all that SQLAlchemy asks of a cursor
        """Return what takes one statement over."""
        return SingleHopCursor(self)

    async def commit(self) -> None:
        """Commit the transaction."""
        await self._cross(self._commit)

    async def rollback(self) -> None:
        """Undo the transaction, if one was begun; SQLAlchemy asks for that after each commit too."""
        if self.in_transaction:
            await self._cross(self._rollback)

    async def run(self, statement: str, values: Sequence[Any], *, many: bool) -> tuple[sqlite3.Cursor, list[Any]]:
        """Run a statement, and give its cursor and all its rows."""
        return await self._cross(lambda: self._run(statement, values, many))

    async def run_inside(self, act: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run `act`, which awaits nothing but statements of this connection, in the thread: all of them cross once together.

        Where whoever waits is cancelled, no further statement begins, and nothing is committed
        after that. The thread may still be at one then, so the connection is of no use any more.
        """
        context = copy_context()  # what is logged inside says whose it is
        crossing = self._execute(lambda: context.run(self._finish, act))  # type: ignore[no-untyped-call]  # the driver's is not typed
        try:
            done: T = await crossing
        except asyncio.CancelledError:
            self._is_given_up = True
            raise
        return done

    def _finish(self, act: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine to its end here, where its statements need not wait for this thread."""
        self._is_inside = True
        coroutine = act()
        try:
            coroutine.send(None)
        except StopIteration as end:
            done: T = end.value
            return done
        finally:
            self._is_inside = False
            coroutine.close()
        raise RuntimeError("a transaction waits for something that is no statement of its own")

    async def _cross(self, function: Callable[[], T]) -> T:
        """Have the thread call a function, unless this is the thread."""
        if not self._is_inside:
            done: T = await self._execute(function)  # type: ignore[no-untyped-call]  # the driver's is not typed
            return done
        if self._is_given_up:
            raise sqlite3.OperationalError("interrupted")  # as SQLite says it
        return function()

    def _run(self, statement: str, values: Sequence[Any], many: bool) -> tuple[sqlite3.Cursor, list[Any]]:
        if self.begins and not self._conn.in_transaction:
            self._conn.execute(self._begin)
        cursor = self._conn.executemany(statement, values) if many else self._conn.execute(statement, values)
        return cursor, cursor.fetchall()

    def _commit(self) -> None:
        self._conn.commit()

    def _rollback(self) -> None:
        self._conn.rollback()


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
