"""Share pages of pictures. Whose one is, its picture says, so that joined and parted accounts need nothing here."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.base import Moment, metadata

shares = Table(
    "shares",
    metadata,
    Column("id", String, primary_key=True),
    Column("picture", String, ForeignKey("pictures.id"), nullable=False, index=True),
    Column("shows_words", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

IS_SHARED: ColumnElement[bool] = shares.c.revoked_at.is_(None)

Index("uq_shares_shared", shares.c.picture, unique=True, sqlite_where=IS_SHARED, postgresql_where=IS_SHARED)
