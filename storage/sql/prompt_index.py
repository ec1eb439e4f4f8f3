"""Has SQLite's index of prompts forget for good what was taken out of it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_OPTIMIZE = text("INSERT INTO prompt_index (prompt_index) VALUES ('optimize')")


async def purge_erased_words(connection: AsyncConnection) -> None:
    """Write the index anew without words that are in no prompt any more: FTS5 only marks them until it merges its parts."""
    if connection.dialect.name == "sqlite":
        await connection.execute(_OPTIMIZE)
