"""Accounts and who they belong to: identities, keys, one-time codes, and where the bot is installed."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table, Text, literal_column
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.base import Moment, metadata, partial_index

accounts = Table(
    "accounts",
    metadata,
    Column("id", String, primary_key=True),
    Column("tier", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("joined_to", String),
)

IS_JOINED: ColumnElement[bool] = accounts.c.joined_to.is_not(None)

partial_index("ix_accounts_joined", accounts.c.joined_to, where=IS_JOINED)

identities = Table(
    "identities",
    metadata,
    Column("platform", String, primary_key=True),
    Column("realm", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("account", String, ForeignKey("accounts.id", deferrable=True, initially="DEFERRED"), nullable=False, index=True),
    Column("tier", String),
    Column("first_account", String),
)
"""`tier` is what an identity began with, and `first_account` the account that it had then or since it was parted; for
those that are older than these columns, what they had when the columns came."""

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("key_hash", String, nullable=False, unique=True),
    Column("account", String, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("platform", String, nullable=False),
    Column("realm", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("community", String, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

codes = Table(
    "codes",
    metadata,
    Column("purpose", String, primary_key=True),
    Column("code_hash", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

HAS_HOLDER: ColumnElement[bool] = codes.c.holder > literal_column("''")

Index(
    "uq_codes_holder",
    codes.c.purpose,
    codes.c.holder,
    unique=True,
    sqlite_where=HAS_HOLDER,
    postgresql_where=HAS_HOLDER,
)

installations = Table(
    "installations",
    metadata,
    Column("platform", String, primary_key=True),
    Column("client", String, primary_key=True),
    Column("organisation", String, primary_key=True),
    Column("workspace", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("installed_at", Moment, nullable=False),
    Index("ix_installations_newest", "platform", "client", "organisation", "workspace", "installed_at", "user_id"),
)
