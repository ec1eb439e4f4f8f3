"""The tables, once for every engine.

Two columns of `jobs` (`platform`, `quality`) copy what its JSON says, so that
indexes can find it; like the JSON they are written once and never change.
No text has a length: SQLite would not mind it, and PostgreSQL would.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
    false,
    literal_column,
)
from sqlalchemy.sql.expression import ColumnElement

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept as whole microseconds since 1970 in UTC: it orders alike and comes back aware on every engine."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the type's own protocol
        """Count the microseconds; a moment without a zone is a mistake of the caller's and raises `TypeError`."""
        return None if value is None else (value - _EPOCH) // _TICK

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the type's own protocol
        """Return the moment back, in UTC."""
        return None if value is None else _EPOCH + value * _TICK


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

_JSON = JSON(none_as_null=True)


def _partial(name: str, *columns: ColumnElement[object], where: ColumnElement[bool]) -> Index:
    """Index a part of a table only; queries find it by repeating `where` to the letter, without parameters."""
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


accounts = Table(
    "accounts",
    metadata,
    Column("id", String, primary_key=True),
    Column("tier", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("joined_to", String),
)

IS_JOINED: ColumnElement[bool] = accounts.c.joined_to.is_not(None)

_partial("ix_accounts_joined", accounts.c.joined_to, where=IS_JOINED)

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
    Column("author", _JSON, nullable=False),
    Column("place", _JSON, nullable=False),
    Column("wish", _JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("lease_until", Moment),
    Column("not_before", Moment),
    Column("message", _JSON),
    Column("message_key", String),
    Column("words", Text),
    Column("words_microusd", BigInteger, nullable=False),
    Column("words_is_estimate", Boolean, nullable=False),
    Column("ending", _JSON),
    Column("started_at", Moment),
    Column("kept_at", Moment),
    Column("finished_at", Moment),
    Column("told_at", Moment),
    CheckConstraint("(finished_at IS NULL) = (state IN ('queued', 'running', 'kept'))", name="finished_when_final"),
    Index("ix_jobs_account", "account", "created_at", "id"),
)

IS_OPEN: ColumnElement[bool] = jobs.c.finished_at.is_(None)
IS_UNNOTIFIED: ColumnElement[bool] = and_(jobs.c.finished_at.is_not(None), jobs.c.told_at.is_(None))
IS_DONE: ColumnElement[bool] = jobs.c.state == literal_column("'done'")

_partial("ix_jobs_open", jobs.c.created_at, jobs.c.id, where=IS_OPEN)
_partial("ix_jobs_open_account", jobs.c.account, where=IS_OPEN)
_partial("ix_jobs_untold", jobs.c.created_at, jobs.c.id, where=IS_UNNOTIFIED)
HAS_MESSAGE: ColumnElement[bool] = jobs.c.message_key.is_not(None)

_partial("ix_jobs_done", jobs.c.quality, jobs.c.finished_at, where=IS_DONE)
_partial("ix_jobs_message", jobs.c.platform, jobs.c.message_key, where=HAS_MESSAGE)

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
    Column("files", _JSON, nullable=False),
    Column("notes", _JSON, nullable=False),
    Index(None, "job", "started_at", "id"),
)

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
    Column("media_type", String, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("remove_at", Moment),
    UniqueConstraint("job", "position"),
)

IS_VISIBLE: ColumnElement[bool] = pictures.c.state == literal_column("'visible'")
IS_TO_BE_REMOVED: ColumnElement[bool] = pictures.c.state.in_([literal_column("'hidden'"), literal_column("'removing'")])

_partial("ix_pictures_visible", pictures.c.account, pictures.c.kept_at, pictures.c.job, pictures.c.position, where=IS_VISIBLE)
_partial("ix_pictures_going", pictures.c.remove_at, where=IS_TO_BE_REMOVED)
_partial("ix_pictures_kept", pictures.c.community, pictures.c.kept_at, where=IS_VISIBLE)

reports = Table(
    "reports",
    metadata,
    Column("picture", String, ForeignKey("pictures.id"), primary_key=True),
    Column("reporter", String, ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("reported_at", Moment, nullable=False),
)

usage = Table(
    "usage",
    metadata,
    Column("community", String, primary_key=True),
    Column("account", String, primary_key=True, index=True),
    Column("day", Date, primary_key=True),
    Column("held", Integer, nullable=False),
    Column("spent", Integer, nullable=False),
    CheckConstraint("held >= 0 AND spent >= 0", name="not_negative"),
)

holds = Table(
    "holds",
    metadata,
    Column("job", String, ForeignKey("jobs.id"), primary_key=True),
    Column("community", String, nullable=False),
    Column("account", String, nullable=False, index=True),
    Column("day", Date, nullable=False),
    Column("n", Integer, nullable=False),
    Column("spent", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("each", Integer, nullable=False, server_default="1"),
    Column("from_credits", Integer, nullable=False, server_default="0"),
    Column("crowd", String),
    Column("estimate", BigInteger, nullable=False, server_default="0"),
    Column("is_billed", Boolean, nullable=False, server_default=false()),
    CheckConstraint("n >= 0 AND spent BETWEEN 0 AND n", name="in_bounds"),
    Index("ix_holds_day", "community", "day"),
)

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

_partial("ix_messages_there", messages.c.channel, messages.c.position, where=IS_NOT_DELETED)
