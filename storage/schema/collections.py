"""Collections of pictures. A picture that is not its owner's any more, as after accounts were parted, is passed over."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, literal_column
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.base import Moment, metadata, partial_index

collections = Table(
    "collections",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", String, ForeignKey("accounts.id"), nullable=False),
    Column("community", String, nullable=False),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False),
    Column("audience", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("page", String),
    Index("uq_collections_name", "account", "name_key", unique=True),
)

IS_FOR_COMMUNITY: ColumnElement[bool] = collections.c.audience == literal_column("'community'")

HAS_PAGE: ColumnElement[bool] = collections.c.page.is_not(None)

Index("uq_collections_page", collections.c.page, unique=True, sqlite_where=HAS_PAGE, postgresql_where=HAS_PAGE)
partial_index("ix_collections_community", collections.c.community, collections.c.name_key, where=IS_FOR_COMMUNITY)

ended_pages = Table("ended_pages", metadata, Column("id", String, primary_key=True))
"""What pages of collections were that have another one now, or were dropped. Whose they were is known no more."""

collection_pictures = Table(
    "collection_pictures",
    metadata,
    Column("collection", String, ForeignKey("collections.id"), primary_key=True),
    Column("picture", String, ForeignKey("pictures.id"), primary_key=True, index=True),
    Column("added_at", Moment, nullable=False),
)
