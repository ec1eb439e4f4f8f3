"""Jobs with their drawings, pictures and reports.

Three columns of `jobs` (`platform`, `quality`, `lane`) copy what its JSON says, so that
indexes can find it; like the JSON they are written once and never change.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
)
from sqlalchemy.sql.expression import ColumnElement

from storage.schema.base import JSON_VALUE, Moment, metadata, partial_index

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("community", String, nullable=False),
    Column("account", String, ForeignKey("accounts.id"), nullable=False),
    Column("tier", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("quality", String, nullable=False),
    Column("lane", String, nullable=False, server_default="fast"),
    Column("author", JSON_VALUE, nullable=False),
    Column("place", JSON_VALUE, nullable=False),
    Column("wish", JSON_VALUE, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("lapses", Integer, nullable=False, server_default="0"),
    Column("lease_until", Moment),
    Column("not_before", Moment),
    Column("missing_since", Moment),  # when its drawn pictures were first found in no place that can be reached
    Column("waits_for", String),  # the provider that has no room for its next drawing
    Column("message", JSON_VALUE),
    Column("message_key", String),
    Column("words", Text),  # the prepared prompt, and what preparing it cost
    Column("words_microusd", BigInteger, nullable=False),
    Column("words_is_estimate", Boolean, nullable=False),
    Column("ending", JSON_VALUE),
    Column("started_at", Moment),
    Column("kept_at", Moment),
    Column("finished_at", Moment),
    Column("told_at", Moment),  # when people were notified of the end
    Column("erased_at", Moment),  # when its words were erased
    Column("batch", String),  # the batch that tells of it, in place of a message of its own
    CheckConstraint("(finished_at IS NULL) = (state IN ('queued', 'running', 'kept'))", name="finished_when_final"),
    Index("ix_jobs_account", "account", "created_at", "id"),
)

IS_FAST: ColumnElement[bool] = jobs.c.lane == literal_column("'fast'")
IS_OPEN: ColumnElement[bool] = jobs.c.finished_at.is_(None)
IS_UNNOTIFIED: ColumnElement[bool] = and_(jobs.c.finished_at.is_not(None), jobs.c.told_at.is_(None))
IS_NOTIFIED: ColumnElement[bool] = jobs.c.told_at.is_not(None)
HAS_WORDS: ColumnElement[bool] = and_(jobs.c.finished_at.is_not(None), jobs.c.erased_at.is_(None))
IS_DONE: ColumnElement[bool] = jobs.c.state == literal_column("'done'")
ENDED_WITHOUT_PICTURE: ColumnElement[bool] = jobs.c.state.in_(
    [literal_column(f"'{state}'") for state in ("refused", "failed", "cancelled")]
)

WAITS_FOR_PROVIDER: ColumnElement[bool] = and_(jobs.c.waits_for.is_not(None), jobs.c.finished_at.is_(None))

IS_OF_BATCH: ColumnElement[bool] = jobs.c.batch.is_not(None)

partial_index("ix_jobs_batch", jobs.c.batch, jobs.c.key, where=IS_OF_BATCH)
partial_index("ix_jobs_open", jobs.c.created_at, jobs.c.id, where=IS_OPEN)
partial_index("ix_jobs_open_account", jobs.c.account, jobs.c.created_at, jobs.c.id, where=IS_OPEN)
partial_index("ix_jobs_no_picture", jobs.c.account, jobs.c.created_at, jobs.c.id, where=ENDED_WITHOUT_PICTURE)
partial_index("ix_jobs_waits", jobs.c.waits_for, jobs.c.created_at, jobs.c.id, where=WAITS_FOR_PROVIDER)
partial_index("ix_jobs_untold", jobs.c.created_at, jobs.c.id, where=IS_UNNOTIFIED)
HAS_MESSAGE: ColumnElement[bool] = jobs.c.message_key.is_not(None)

partial_index("ix_jobs_words", jobs.c.community, jobs.c.finished_at, where=HAS_WORDS)
Index("ix_jobs_old", jobs.c.community, jobs.c.finished_at, jobs.c.id)
partial_index("ix_jobs_done", jobs.c.quality, jobs.c.finished_at, where=IS_DONE)
partial_index("ix_jobs_message", jobs.c.platform, jobs.c.message_key, where=HAS_MESSAGE)

drawings = Table(
    "drawings",
    metadata,
    Column("id", String, primary_key=True),
    Column("job", String, ForeignKey("jobs.id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("provider", String, nullable=False),
    Column("model", String, nullable=False),
    Column("state", String, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("asked", Integer, nullable=False, server_default="1"),
    Column("microusd", BigInteger, nullable=False),
    Column("is_estimate", Boolean, nullable=False),
    Column("request_id", String),
    Column("files", JSON_VALUE, nullable=False),
    Column("notes", JSON_VALUE, nullable=False),
    Column("ticket", JSON_VALUE),  # by which any worker collects what was drawn
    Column("ticket_expires_at", Moment),
    Column("shortfall", Text),  # which of the notes says why there are too few pictures; drawings of earlier versions do not say
    Index(None, "job", "started_at", "id"),
    Index("ix_drawings_provider", "provider", "started_at"),
)

IS_OUT: ColumnElement[bool] = drawings.c.state == literal_column("'open'")

IS_UNKNOWN: ColumnElement[bool] = drawings.c.state == literal_column("'unknown'")

partial_index("ix_drawings_open", drawings.c.provider, drawings.c.job, where=IS_OUT)
partial_index("ix_drawings_unknown", drawings.c.ticket_expires_at, where=IS_UNKNOWN)

providers = Table(
    "providers",
    metadata,
    Column("name", String, primary_key=True),
    Column("faults", Integer, nullable=False, server_default="0"),
    Column("fault", String),
    Column("rests", Integer, nullable=False, server_default="0"),
    Column("rests_until", Moment),
    Column("limited_since", Moment),
    Column("blocked_until", Moment),
    Column("per_minute", Integer),
    Column("slowed_at", Moment),
)
"""The states of the providers, as `ProviderState` has them. Whoever is about to make a call that is counted locks its row."""

pictures = Table(
    "pictures",
    metadata,
    Column("id", String, primary_key=True),
    Column("job", String, ForeignKey("jobs.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("account", String, ForeignKey("accounts.id"), nullable=False),
    Column("community", String, nullable=False, server_default="house"),
    Column("kept_at", Moment, nullable=False),
    Column("key", String, nullable=False, index=True),
    Column("sha256", String, nullable=False),
    Column("fingerprint", String),  # the perceptual hash; pictures of earlier versions have none
    Column("media_type", String, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("remove_at", Moment),
    Column("starred_at", Moment),  # since when it is a favourite of whoever it belongs to
    UniqueConstraint("job", "position"),
)

IS_VISIBLE: ColumnElement[bool] = pictures.c.state == literal_column("'visible'")
IS_TO_BE_REMOVED: ColumnElement[bool] = pictures.c.state.in_([literal_column("'hidden'"), literal_column("'removing'")])

partial_index(
    "ix_pictures_visible", pictures.c.account, pictures.c.kept_at, pictures.c.job, pictures.c.position, where=IS_VISIBLE
)
IS_FAVOURITE: ColumnElement[bool] = and_(IS_VISIBLE, pictures.c.starred_at.is_not(None))

partial_index(
    "ix_pictures_favourite", pictures.c.account, pictures.c.kept_at, pictures.c.job, pictures.c.position, where=IS_FAVOURITE
)
partial_index("ix_pictures_going", pictures.c.remove_at, where=IS_TO_BE_REMOVED)
partial_index("ix_pictures_kept", pictures.c.community, pictures.c.kept_at, where=IS_VISIBLE)

reports = Table(
    "reports",
    metadata,
    Column("picture", String, ForeignKey("pictures.id"), primary_key=True),
    Column("reporter", String, ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("reported_at", Moment, nullable=False),
    Column("reason", String),
    Column("standing", String, nullable=False, server_default="known"),
    Column("outcome", String),
    Column("decided_case", String),
    Column("withdrawn_at", Moment),
    Column("completed_at", Moment),  # when all was done that follows from it
)
"""Who reported which picture. Where a person is forgotten, their reports that are decided may go: they name nobody else."""

IS_WITHDRAWN: ColumnElement[bool] = reports.c.withdrawn_at.is_not(None)
IS_PENDING: ColumnElement[bool] = reports.c.completed_at.is_(None)

partial_index("ix_reports_pending", reports.c.reported_at, where=IS_PENDING)
