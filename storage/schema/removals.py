"""Pictures that moderators took out of sight, what is left to do for that, and pictures that may not come back.

None of these tables names an author: whose a picture is, its own row says, so
that joined accounts need nothing here. `removals.decided_by` and
`blocked_pictures.blocked_by` are who decided, for the record. Of a person who
wants to be forgotten, all of it stays: it says nothing but that a picture of
some id is gone, and keeps it from coming back. `sent_messages` go with the
person's jobs, once the messages are deleted.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.base import JSON_VALUE, Moment, metadata, partial_index

removals = Table(
    "removals",
    metadata,
    Column("picture", String, ForeignKey("pictures.id"), primary_key=True),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_case", String),
    Column("tells_author", Boolean, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("due_at", Moment),
)

IS_UNDONE: ColumnElement[bool] = removals.c.due_at.is_not(None)

partial_index("ix_removals_due", removals.c.due_at, where=IS_UNDONE)

removal_steps = Table(
    "removal_steps",
    metadata,
    Column("picture", String, ForeignKey("removals.picture"), primary_key=True),
    Column("place", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("noted_at", Moment, nullable=False),
)

blocked_pictures = Table(
    "blocked_pictures",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("fingerprint", String),
    Column("picture", String, ForeignKey("pictures.id"), index=True),
    Column("reason", String, nullable=False),
    Column("blocked_by", String, nullable=False),
    Column("blocked_at", Moment, nullable=False),
)

sent_messages = Table(
    "sent_messages",
    metadata,
    Column("job", String, ForeignKey("jobs.id"), primary_key=True),
    Column("platform", String, primary_key=True),
    Column("message_key", String, primary_key=True),
    Column("message", JSON_VALUE, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("turned_at", Moment),  # since when it shows this job's pictures in the place of those that it is for
    Index("ix_sent_messages_message", "platform", "message_key"),
)
