"""INSERT … ON CONFLICT: the one statement that each engine's dialect spells by itself."""

from collections.abc import Callable

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

InsertInto = Callable[[Table], sqlite.Insert]


class Upsert:
    """Such a statement, built once for each engine by a function that is given the engine's `insert`."""

    def __init__(self, build: Callable[[InsertInto], sqlite.Insert]) -> None:
        self._by_dialect = {
            "sqlite": build(sqlite.insert),
            "postgresql": build(postgresql.insert),  # type: ignore[arg-type]  # another class with the same methods
        }

    async def run(self, connection: AsyncConnection, values: dict[str, object]) -> int:
        """Insert or update with `values`, and return the number of rows that were: 0 where a condition kept them out."""
        return (await connection.execute(self._by_dialect[connection.dialect.name], values)).rowcount

    async def run_each(self, connection: AsyncConnection, rows: list[dict[str, object]]) -> None:
        """Insert or update each of the rows, in their order, with one call."""
        await connection.execute(self._by_dialect[connection.dialect.name], rows)
