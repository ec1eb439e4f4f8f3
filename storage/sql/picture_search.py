"""Full-text search by FTS5 on SQLite and tsvector on PostgreSQL; both indexes are kept by triggers (r0028)."""

from sqlalchemy import Select, String, bindparam, func, literal_column, select, text, tuple_
from sqlalchemy.sql.expression import ColumnElement

from bot.domain.collections import CollectionId
from bot.domain.images import Picture, PictureId
from bot.domain.people import AccountId
from bot.domain.picture_search import PictureQuery
from storage.schema.collections import collection_pictures, collections
from storage.schema.jobs import IS_FAVOURITE, IS_VISIBLE, jobs, pictures
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import picture_of

_ORDER = (pictures.c.kept_at, pictures.c.job, pictures.c.position)
_MATCHING_FTS5 = text(
    "SELECT indexed_jobs.job FROM prompt_index JOIN indexed_jobs ON indexed_jobs.position = prompt_index.rowid"
    " WHERE prompt_index MATCH :words"
).columns(job=String)
_MATCHING_TSVECTOR = select(jobs.c.id).where(
    jobs.c.account == bindparam("whose"),
    func.easel_prompt_words(jobs.c.wish).op("@@")(func.to_tsquery(literal_column("'simple'"), bindparam("words", type_=String))),
)


@retry_all_uncommitted
class SqlPictureSearch:
    """Finds pictures by the index of what accounts see, and of these those whose job has the words."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, account: AccountId, query: PictureQuery, *, most: int, before: PictureId | None = None
    ) -> tuple[Picture, ...]:
        """Read a page."""
        is_meant = IS_FAVOURITE if query.only_favourites else IS_VISIBLE
        found = select(pictures).where(pictures.c.account == bindparam("whose"), is_meant)
        if query.since is not None:
            found = found.where(pictures.c.kept_at >= query.since)
        if query.collection is not None:
            found = found.where(pictures.c.id.in_(_in_own_collection(query.collection)))
        if before is not None:
            found = found.where(_comes_after(before))
        found = found.order_by(*(column.desc() for column in _ORDER)).limit(most)
        async with self._database.read_statement() as connection:
            is_fts5 = connection.dialect.name == "sqlite"
            values: dict[str, str] = {"whose": account}
            if query.words:
                found = found.where(pictures.c.job.in_(_MATCHING_FTS5 if is_fts5 else _MATCHING_TSVECTOR))
                values["words"] = (_fts5_query if is_fts5 else _tsquery)(query.words)
            return tuple(picture_of(row) for row in await connection.execute(found, values))


def _in_own_collection(collection: CollectionId) -> Select[tuple[str]]:
    joined = collection_pictures.join(collections)
    is_meant = (collections.c.id == collection, collections.c.account == bindparam("whose"))
    return select(collection_pictures.c.picture).select_from(joined).where(*is_meant)


def _comes_after(before: PictureId) -> ColumnElement[bool]:
    last = pictures.alias("last")
    place: list[Select[tuple[object]]] = [select(last.c[column.name]).where(last.c.id == before) for column in _ORDER]
    return tuple_(*_ORDER) < tuple_(*(one.scalar_subquery() for one in place))


def _fts5_query(words: tuple[str, ...]) -> str:
    """Quote each word, which has no quotes itself, and look for what begins with it."""
    return " AND ".join(f'"{word}"*' for word in words)


def _tsquery(words: tuple[str, ...]) -> str:
    return " & ".join(f"'{word}':*" for word in words)
