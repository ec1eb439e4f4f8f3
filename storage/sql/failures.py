"""Turns what drivers and SQLAlchemy raise into `StorageFailed`, without a word of what was being written."""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from bot.errors import StorageFailed

_STORE = "database"

_SQLITE = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_FULL: "disk full",
    sqlite3.SQLITE_CANTOPEN: "cannot open",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_PERM: "no permission",
    sqlite3.SQLITE_IOERR: "disk error",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "not a database",
    sqlite3.SQLITE_CONSTRAINT: "breaks a constraint",
}

_POSTGRES = {
    "08": "unreachable",
    "22": "a value it cannot keep",
    "23": "breaks a constraint",
    "25": "read-only",
    "25P03": "took too long",
    "28": "login refused",
    "3D": "no such database",
    "40": "locked",
    "42": "wrong statement or tables",
    "53": "out of resources",
    "53100": "disk full",
    "55": "locked",
    "57": "unreachable",
    "57014": "took too long",
}
"""By SQLSTATE, or by its class, which is the first two characters."""


_ROLLED_BACK = ("40000", "40001", "40002", "40P01")
"""Deadlocks, and what two did at once that one after the other would not have done. Nobody knows how 40003 ended."""

_LOST = ("08", "57P01", "57P02", "57P03", "25P03")
"""The server ended the connection, or the network did."""


class NotCommitted(StorageFailed):
    """The database has surely written nothing, and may do so when it is asked again."""


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise every failure of the database inside as `StorageFailed`; ours pass through."""
    try:
        yield
    except TimeoutError as error:
        raise StorageFailed(_STORE, "took too long") from error
    except (SQLAlchemyError, sqlite3.Error, OSError, UnicodeError, ImportError) as error:
        kind = NotCommitted if _is_rolled_back(error) or _is_lost(error) else StorageFailed
        raise kind(_STORE, reason_of(error)) from error


@contextmanager
def translate_lost_commit() -> Iterator[None]:
    """Raise a connection that is lost inside, while it commits, as what it is: nobody knows whether it was written."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        if _is_lost(error):
            raise StorageFailed(_STORE, "the connection was lost during the commit") from error
        raise


def _is_rolled_back(error: BaseException) -> bool:
    return _state_of(error).startswith(_ROLLED_BACK)


def _is_lost(error: BaseException) -> bool:
    is_invalid = isinstance(error, DBAPIError) and error.connection_invalidated
    return is_invalid or isinstance(error, ConnectionError) or _state_of(error).startswith(_LOST)


def _state_of(error: BaseException) -> str:
    """Return the SQLSTATE; empty where PostgreSQL has not given one."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(cause, "sqlstate", None) or "")


def reason_of(error: BaseException) -> str:
    """Return the cause in a few words of ours: vendors' texts may quote values."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(cause, sqlite3.Error):
        return _reason_of_sqlite(cause)
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return _POSTGRES.get(state) or _POSTGRES.get(state[:2], f"sqlstate {state}")
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return "unreachable"
    return _reason_of_python(cause)


def _reason_of_sqlite(error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the rest tells kinds of the same failure apart
    return _SQLITE.get(code, "wrong statement or tables")


def _reason_of_python(error: BaseException) -> str:
    if isinstance(error, NoConnectionFree):
        return "busy"
    if isinstance(error, (NoSuchModuleError, ImportError)):
        return "no driver for its URL"
    if isinstance(error, ArgumentError):
        return "its URL cannot be read"
    if isinstance(error, UnicodeError):
        return "text that is not Unicode"
    if isinstance(error, (ConnectionError, socket.gaierror)):
        return "unreachable"
    return "cannot open" if isinstance(error, OSError) else type(error).__name__
