"""Full-text search by the index of prompts."""

from sqlalchemy import Select, bindparam, select, tuple_
from sqlalchemy.sql.expression import ColumnElement

from bot.domain.collections import CollectionId
from bot.domain.people import AccountId
from bot.domain.picture_search import PictureQuery
from bot.domain.pictures import Picture, PictureId
from storage.schema.collections import collection_pictures, collections
from storage.schema.jobs import IS_FAVOURITE, IS_VISIBLE, pictures
from storage.sql.database import Database
from storage.sql.prompt_index import has_words
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import picture_of

_ORDER = (pictures.c.kept_at, pictures.c.job, pictures.c.position)


@retry_all_uncommitted
class SqlPictureSearch:
    """Finds pictures by the index of what accounts see, and of these those whose job has the words."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, account: AccountId, query: PictureQuery, *, most: int, before: PictureId | None = None
    ) -> tuple[Picture, ...]:
        """Return a page of pictures."""
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
            values: dict[str, str] = {"whose": account}
            if query.words:
                condition, words = has_words(connection, pictures.c.job, query.words)
                found, values = found.where(condition), values | words
            return tuple(picture_of(row) for row in await connection.execute(found, values))


def _in_own_collection(collection: CollectionId) -> Select[tuple[str]]:
    joined = collection_pictures.join(collections)
    is_meant = (collections.c.id == collection, collections.c.account == bindparam("whose"))
    return select(collection_pictures.c.picture).select_from(joined).where(*is_meant)


def _comes_after(before: PictureId) -> ColumnElement[bool]:
    last = pictures.alias("last")
    place: list[Select[tuple[object]]] = [select(last.c[column.name]).where(last.c.id == before) for column in _ORDER]
    return tuple_(*_ORDER) < tuple_(*(one.scalar_subquery() for one in place))
