"""Requests about what is kept of people, and the hashes of those who were forgotten."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.base import JSON_VALUE, Moment, metadata, partial_index

privacy_requests = Table(
    "privacy_requests",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("account", String, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("identity", JSON_VALUE),
    Column("requested_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("finished_at", Moment),
    Column("expires_at", Moment),
    Column("told_at", Moment),
    Column("counts", JSON_VALUE, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
)

IS_UNFINISHED: ColumnElement[bool] = privacy_requests.c.told_at.is_(None)

partial_index("ix_privacy_requests_unfinished", privacy_requests.c.kind, privacy_requests.c.requested_at, where=IS_UNFINISHED)

forgotten_identities = Table(
    "forgotten_identities",
    metadata,
    Column("hash", String, primary_key=True),
    Column("account", String, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("tier", String),
    Column("first_account", String),
    Column("forgotten_at", Moment, nullable=False, index=True),
)
"""Identities that `/forget-me` removed, by a keyed hash: who comes back has the account again, and no ban or quota is shed."""
