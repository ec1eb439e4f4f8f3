"""The record of collections."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.collections import Collection, CollectionAudience, CollectionId, ListedCollection
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import Picture, PictureId
from bot.domain.shares import ShareId
from storage.schema.collections import HAS_PAGE, IS_FOR_COMMUNITY, collection_pictures, collections, ended_pages
from storage.schema.jobs import IS_VISIBLE, pictures
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import columns_of, picture_of
from storage.sql.upsert import Upsert

_COLLECTION = TypeAdapter(Collection)
_ADD = Upsert(
    lambda insert_into: insert_into(collections).on_conflict_do_nothing(
        index_elements=[collections.c.account, collections.c.name_key]
    )
)
_END_PAGE = Upsert(lambda insert_into: insert_into(ended_pages).on_conflict_do_nothing())
_PAGE_OF = select(collections.c.page).where(collections.c.id == bindparam("of_collection"), HAS_PAGE)
_PUT = Upsert(lambda insert_into: insert_into(collection_pictures).on_conflict_do_nothing())
_FIND = select(collections).where(collections.c.account == bindparam("whose"), collections.c.name_key == bindparam("called"))
_IN_IT = and_(collection_pictures.c.picture == pictures.c.id, pictures.c.account == collections.c.account, IS_VISIBLE)
_COUNT = (
    select(func.count())
    .select_from(collection_pictures.join(pictures, _IN_IT))
    .where(collection_pictures.c.collection == collections.c.id)
    .scalar_subquery()
)
_IS_MINE = collections.c.account == bindparam("whose")
_LISTED = (
    select(collections, _COUNT.label("pictures"))
    .where(or_(_IS_MINE, and_(IS_FOR_COMMUNITY, collections.c.community == bindparam("here"))))
    .order_by(_IS_MINE.desc(), collections.c.name_key, collections.c.id)
)
_PICTURES = (
    select(pictures)
    .select_from(collection_pictures.join(collections).join(pictures, _IN_IT))
    .where(collections.c.id == bindparam("of_collection"))
    .order_by(collection_pictures.c.added_at.desc(), pictures.c.id.desc())
)


@retry_all_uncommitted
class SqlCollections:
    """Keeps collections in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, collection: Collection) -> Collection:
        """Insert the collection unless the account has one of that name, and return the one that is there."""
        values = asdict(collection) | {"name_key": collection.name_key}
        async with self._database.write_transaction() as connection:
            await _ADD.run(connection, values)
            named = {"whose": collection.account, "called": collection.name_key}
            return _collection_of((await connection.execute(_FIND, named)).one())

    async def find(self, account: AccountId, name_key: str) -> Collection | None:
        """Return the account's collection of that name."""
        async with self._database.read_statement() as connection:
            row = (await connection.execute(_FIND, {"whose": account, "called": name_key})).first()
        return None if row is None else _collection_of(row)

    async def list_visible(self, account: AccountId, community: CommunityId) -> tuple[ListedCollection, ...]:
        """Return the collections, with the numbers of their pictures."""
        async with self._database.read_statement() as connection:
            found = await connection.execute(_LISTED, {"whose": account, "here": community})
            return tuple(ListedCollection(_collection_of(row), row.pictures) for row in found)

    async def put(self, collection: CollectionId, pictures: Sequence[PictureId], at: datetime) -> None:
        """Insert the pictures that are not in the collection yet."""
        async with self._database.write_transaction() as connection:
            for picture in pictures:
                await _PUT.run(connection, {"collection": collection, "picture": picture, "added_at": at})

    async def take_out(self, collection: CollectionId, pictures: Sequence[PictureId]) -> int:
        """Take pictures out of the collection."""
        taken = delete(collection_pictures).where(
            collection_pictures.c.collection == collection, collection_pictures.c.picture.in_(pictures)
        )
        async with self._database.write_transaction() as connection:
            return (await connection.execute(taken)).rowcount

    async def remove(self, collection: CollectionId) -> None:
        """Delete the collection and its rows of pictures, and note that its page is over."""
        async with self._database.write_transaction() as connection:
            await _end_page(connection, collection)
            await connection.execute(delete(collection_pictures).where(collection_pictures.c.collection == collection))
            await connection.execute(delete(collections).where(collections.c.id == collection))

    async def open_to(self, collection: CollectionId, audience: CollectionAudience, page: ShareId | None = None) -> None:
        """Write down who may see the collection, and by which page."""
        values = {"audience": audience} | ({} if page is None else {"page": page})
        async with self._database.write_transaction() as connection:
            if page is not None:
                await _end_page(connection, collection, unless=page)
            await connection.execute(update(collections).where(collections.c.id == collection).values(values))

    async def of_page(self, page: ShareId) -> Collection | None:
        """Return the collection that the page shows."""
        async with self._database.read_statement() as connection:
            row = (await connection.execute(select(collections).where(collections.c.page == page))).first()
        return None if row is None else _collection_of(row)

    async def is_ended_page(self, page: ShareId) -> bool:
        """Return whether it was the page of a collection that was dropped since, or has another page now."""
        async with self._database.read_statement() as connection:
            return (await connection.execute(select(ended_pages.c.id).where(ended_pages.c.id == page))).first() is not None

    async def pictures(self, collection: CollectionId, most: int) -> tuple[Picture, ...]:
        """Return the newest pictures of the collection."""
        async with self._database.read_statement() as connection:
            found = await connection.execute(_PICTURES.limit(most), {"of_collection": collection})
            return tuple(picture_of(row) for row in found)


async def _end_page(connection: AsyncConnection, collection: CollectionId, *, unless: ShareId | None = None) -> None:
    """Note that the present page of a collection is over, unless it stays the collection's page."""
    page = (await connection.execute(_PAGE_OF, {"of_collection": collection})).scalar()
    if page is not None and page != unless:
        await _END_PAGE.run(connection, {"id": page})


def _collection_of(row: Row[Any]) -> Collection:
    return _COLLECTION.validate_python(columns_of(row))
