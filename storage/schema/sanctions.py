"""Sanctions, and the accounts that they are on."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.base import Moment, metadata, partial_index

sanctions = Table(
    "sanctions",
    metadata,
    Column("id", String, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("account", String, nullable=False, index=True),
    Column("community", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("imposed_at", Moment, nullable=False),
    Column("by_account", String, nullable=False, index=True),
    Column("by_name", String, nullable=False),
    Column("until", Moment),
    Column("reason", Text, nullable=False),
    Column("case_id", String, index=True),
    Column("told_at", Moment),
    Column("lifted_at", Moment),
    Column("lifted_by_account", String),
    Column("lifted_by_name", String),
    Column("lifted_case_id", String, index=True),
    Index("ix_sanctions_community", "community", "imposed_at", "id"),
)
"""Sanctions, which are never deleted: one that was lifted says so.

Whoever is forgotten keeps them, as a ban that one sheds by being forgotten is
none: a row names accounts by id, who imposed it, and the moderator's reason,
but nothing that the person said or drew. `told_at` is when the person was told.
"""

IS_UNNOTIFIED: ColumnElement[bool] = sanctions.c.told_at.is_(None)

partial_index("ix_sanctions_untold", sanctions.c.imposed_at, where=IS_UNNOTIFIED)

sanctioned_accounts = Table(
    "sanctioned_accounts",
    metadata,
    Column("account", String, primary_key=True),
    Column("sanction", String, ForeignKey("sanctions.id"), primary_key=True, index=True),
)
"""Whom a sanction is on: the account that it was imposed on, and those that have been linked to it since."""

parted_accounts = Table(
    "parted_accounts",
    metadata,
    Column("account", String, primary_key=True),
    Column("other", String, primary_key=True, index=True),
    Column("parted_at", Moment, nullable=False),
)
"""Accounts that were one until a moment, each pair in both directions: nobody sheds a ban by unlinking just before it comes."""
