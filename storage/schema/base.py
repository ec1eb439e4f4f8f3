"""What all tables are made of.

No text has a length: SQLite would not mind it, and PostgreSQL would.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import JSON, BigInteger, Dialect, Index, MetaData, TypeDecorator
from sqlalchemy.sql.expression import ColumnElement

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept as whole microseconds since 1970 in UTC: it orders alike and comes back aware on every engine."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the type's own protocol
        """Return the microseconds; a moment without a zone is the caller's mistake and raises `TypeError`."""
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

JSON_VALUE = JSON(none_as_null=True)


def partial_index(name: str, *columns: ColumnElement[object], where: ColumnElement[bool]) -> Index:
    """Return an index of a part of a table; queries use it if they repeat `where` to the letter, without parameters."""
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)
