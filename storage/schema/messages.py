"""The page's messages by channel, what has happened once, and who leads."""

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, Text, UniqueConstraint
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.base import Moment, metadata, partial_index

channels = Table(
    "channels",
    metadata,
    Column("name", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String, primary_key=True),
    Column("channel", String, ForeignKey("channels.name"), nullable=False),
    Column("key", String, nullable=False, unique=True),
    Column("author", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    UniqueConstraint("channel", "version"),
)

IS_NOT_DELETED: ColumnElement[bool] = messages.c.deleted_at.is_(None)

partial_index("ix_messages_there", messages.c.channel, messages.c.position, where=IS_NOT_DELETED)

happened = Table(
    "happened",
    metadata,
    Column("key", String, primary_key=True),
    Column("at", Moment, nullable=False),
)

leader_leases = Table(
    "leader_leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", Moment, nullable=False),
)
