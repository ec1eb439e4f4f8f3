"""The record of share pages."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, Select, bindparam, select, update

from bot.domain.pictures import PictureId
from bot.domain.shares import Share, ShareId
from storage.schema.shares import IS_SHARED, shares
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import columns_of
from storage.sql.upsert import Upsert

_SHARE = TypeAdapter(Share)
_ADD = Upsert(
    lambda insert_into: insert_into(shares).on_conflict_do_nothing(index_elements=[shares.c.picture], index_where=IS_SHARED)
)
_SHARED = select(shares).where(shares.c.picture == bindparam("of_picture"), IS_SHARED)
_GET = select(shares).where(shares.c.id == bindparam("of_share"))


@retry_all_uncommitted
class SqlShares:
    """Keeps shares in SQL; of one picture one at a time is not revoked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, share: Share) -> Share:
        """Insert the share unless the picture has one, and return the one that is there."""
        async with self._database.write_transaction() as connection:
            await _ADD.run(connection, asdict(share))
            return _share_of((await connection.execute(_SHARED, {"of_picture": share.picture})).one())

    async def get(self, share: ShareId) -> Share | None:
        """Return the share."""
        return await self._read(_GET, of_share=share)

    async def of_picture(self, picture: PictureId) -> Share | None:
        """Return the picture's share that is not revoked."""
        return await self._read(_SHARED, of_picture=picture)

    async def show_words(self, pictures: Sequence[PictureId], *, shown: bool) -> None:
        """Write whether the shares that are not revoked show their words."""
        async with self._database.write_transaction() as connection:
            await connection.execute(update(shares).where(shares.c.picture.in_(pictures), IS_SHARED).values(shows_words=shown))

    async def revoke(self, pictures: Sequence[PictureId], now: datetime) -> int:
        """Write when the shares were revoked."""
        async with self._database.write_transaction() as connection:
            revoked = update(shares).where(shares.c.picture.in_(pictures), IS_SHARED).values(revoked_at=now)
            return (await connection.execute(revoked)).rowcount

    async def _read(self, found: Select[Any], **values: str) -> Share | None:
        async with self._database.read_statement() as connection:
            row = (await connection.execute(found, values)).first()
        return None if row is None else _share_of(row)


def _share_of(row: Row[Any]) -> Share:
    return _SHARE.validate_python(columns_of(row))
