"""The index of prompts: FTS5 on SQLite and tsvector on PostgreSQL, which triggers and the engine keep by themselves (r0028)."""

from sqlalchemy import String, bindparam, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.jobs import jobs

_OPTIMIZE = text("INSERT INTO prompt_index (prompt_index) VALUES ('optimize')")
_MATCHING_FTS5 = text(
    "SELECT indexed_jobs.job FROM prompt_index JOIN indexed_jobs ON indexed_jobs.position = prompt_index.rowid"
    " WHERE prompt_index MATCH :words"
).columns(job=String)
_MATCHING_TSVECTOR = select(jobs.c.id).where(
    jobs.c.account == bindparam("whose"),
    func.easel_prompt_words(jobs.c.wish).op("@@")(func.to_tsquery(literal_column("'simple'"), bindparam("words", type_=String))),
)


def has_words(
    connection: AsyncConnection, job: ColumnElement[str], words: tuple[str, ...]
) -> tuple[ColumnElement[bool], dict[str, str]]:
    """Return the condition that a job of the account `:whose` was asked for with words, all of them, and its values."""
    if connection.dialect.name == "sqlite":
        return job.in_(_MATCHING_FTS5), {"words": _fts5_query(words)}
    return job.in_(_MATCHING_TSVECTOR), {"words": _tsquery(words)}


async def purge_erased_words(connection: AsyncConnection) -> None:
    """Write SQLite's index anew without words that are in no prompt any more: FTS5 only marks them until it merges its parts."""
    if connection.dialect.name == "sqlite":
        await connection.execute(_OPTIMIZE)


def _fts5_query(words: tuple[str, ...]) -> str:
    """Return the query: each word in quotes, of which it has none itself, as the beginning of a word."""
    return " AND ".join(f'"{word}"*' for word in words)


def _tsquery(words: tuple[str, ...]) -> str:
    return " & ".join(f"'{word}':*" for word in words)
