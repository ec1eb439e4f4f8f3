"""Cases for moderators, their notes, and the moderation log."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, and_, literal_column, true
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.base import JSON_VALUE, Moment, metadata, partial_index

cases = Table(
    "cases",
    metadata,
    Column("id", String, primary_key=True),
    Column("about", String, nullable=False),  # `NewCase.about`
    Column("kind", String, nullable=False),
    Column("community", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("tenant", String, nullable=False),
    Column("account", String, nullable=False),
    Column("by_account", String),
    Column("by_name", String),
    Column("picture", String),
    Column("job", String),
    Column("appeals", String, unique=True),
    Column("reason", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("scores", JSON_VALUE, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("decision", String),
    Column("decided_by", String),
    Column("decided_by_name", String),
    Column("decided_at", Moment),
    Column("closed_at", Moment),
    Column("assignee", String),
    Column("assignee_name", String),
    Column("revision", Integer, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("is_enforced", Boolean, nullable=False, server_default=true()),
    Column("shown_revision", Integer, nullable=False, server_default="0"),
    Column("message", JSON_VALUE),
    Index("ix_cases_page", "community", "state", "opened_at", "id"),
    Index("ix_cases_page_of_all", "state", "opened_at", "id"),
    Index("ix_cases_account", "account", "opened_at"),
)
"""No reference to pictures, jobs or accounts: a case outlives what it was about.

Of a person who wants to be forgotten, `words` and the notes that they wrote
go, and names; the rest says what was decided, and is needed against abuse.
"""

IS_OPEN: ColumnElement[bool] = cases.c.state == literal_column("'open'")
IS_TO_CLOSE: ColumnElement[bool] = and_(cases.c.state == literal_column("'decided'"), cases.c.closed_at.is_(None))
IS_TO_ENFORCE: ColumnElement[bool] = literal_column("NOT is_enforced", Boolean)  # each engine would spell a comparison by itself
IS_TO_SHOW: ColumnElement[bool] = cases.c.shown_revision < cases.c.revision

Index("uq_cases_open", cases.c.about, unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
for _column in (cases.c.picture, cases.c.by_account, cases.c.decided_by, cases.c.assignee):
    partial_index(f"ix_cases_{_column.name}", _column, where=_column.is_not(None))
partial_index("ix_cases_to_close", cases.c.decided_at, where=IS_TO_CLOSE)
partial_index("ix_cases_to_enforce", cases.c.opened_at, where=IS_TO_ENFORCE)
partial_index("ix_cases_to_show", cases.c.opened_at, where=IS_TO_SHOW)

case_notes = Table(
    "case_notes",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("case", String, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("by_account", String, nullable=False, index=True),
    Column("by_name", String, nullable=False),
    Column("text", Text, nullable=False),
)

moderation_log = Table(
    "moderation_log",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", String, unique=True),
    Column("at", Moment, nullable=False, index=True),
    Column("community", String, nullable=False),
    Column("action", String, nullable=False),
    Column("by_account", String),
    Column("by_name", String),
    Column("subject", String),
    Column("picture", String),
    Column("job", String),
    Column("case", String),
    Column("detail", Text, nullable=False),
    Index("ix_moderation_log_by_account", "by_account", "position"),
    Index("ix_moderation_log_page", "community", "position"),
    Index("ix_moderation_log_subject", "subject", "position"),
    Index("ix_moderation_log_case", "case", "position"),
)
"""Lines that are only added, and deleted when they are too old. Whose a line is moves along when accounts are linked.

Of a person who wants to be forgotten, names go; the rest holds no words of
theirs, and is needed against abuse.
"""
