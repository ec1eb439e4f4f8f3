"""Batches: many wishes in one go. Their jobs name them in `jobs.batch`."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, and_
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.base import JSON_VALUE, Moment, metadata, partial_index

batches = Table(
    "batches",
    metadata,
    Column("id", String, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("community", String, nullable=False),
    Column("account", String, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("platform", String, nullable=False),
    Column("author", JSON_VALUE, nullable=False),
    Column("place", JSON_VALUE, nullable=False),
    Column("draft", JSON_VALUE, nullable=False),
    Column("prompts", JSON_VALUE, nullable=False),  # until the jobs have them
    Column("count", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("message", JSON_VALUE),
    Column("shortfall", Text, nullable=False),
    Column("is_cancelled", Boolean, nullable=False),
    Column("confirmed_at", Moment),
    Column("told_at", Moment),
)

IS_OFFER: ColumnElement[bool] = batches.c.confirmed_at.is_(None)
IS_UNNOTIFIED: ColumnElement[bool] = and_(batches.c.confirmed_at.is_not(None), batches.c.told_at.is_(None))
IS_NOTIFIED: ColumnElement[bool] = batches.c.told_at.is_not(None)

partial_index("ix_batches_offered", batches.c.created_at, where=IS_OFFER)
partial_index("ix_batches_untold", batches.c.confirmed_at, where=IS_UNNOTIFIED)
partial_index("ix_batches_told", batches.c.community, batches.c.told_at, where=IS_NOTIFIED)
