"""Asks whether every failure of a database gets a name that tells whoever runs the house what to mend."""

import socket

import pytest
from sqlalchemy.exc import DBAPIError, NoSuchTableError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from bot.errors import BadInput, StorageFailed
from storage.sql.failures import NotCommitted, reason_of, translate_errors


class PostgresError(Exception):
    """An error as drivers of PostgreSQL raise it."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("Key (name)=(somebody's secret) already exists.")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "reason"),
    [
        ("23505", "breaks a constraint"),
        ("25006", "read-only"),
        ("28P01", "login refused"),
        ("3D000", "no such database"),
        ("40P01", "locked"),
        ("42P01", "wrong statement or tables"),
        ("53100", "disk full"),
        ("53300", "out of resources"),
        ("57P01", "unreachable"),
        ("XX000", "sqlstate XX000"),
    ],
)
def test_postgres_failures_are_named_by_their_class(sqlstate: str, reason: str) -> None:
    """The driver's own words are not repeated."""
    assert reason_of(DBAPIError("INSERT", {}, PostgresError(sqlstate))) == reason


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NoConnectionFree(), "busy"),
        (ConnectionRefusedError(), "unreachable"),
        (socket.gaierror(), "unreachable"),
        (DBAPIError("INSERT", {}, Exception("connection is closed"), connection_invalidated=True), "unreachable"),
        (PermissionError(), "cannot open"),
        (ModuleNotFoundError(), "no driver for its URL"),
        (NoSuchTableError(), "NoSuchTableError"),
    ],
)
def test_other_failures_are_named_too(error: Exception, reason: str) -> None:
    """At least by their kind."""
    assert reason_of(error) == reason


@pytest.mark.parametrize(("sqlstate", "is_sure"), [("40001", True), ("40P01", True), ("40003", False), ("23505", False)])
def test_only_what_was_surely_not_written_may_be_done_again(sqlstate: str, is_sure: bool) -> None:
    """40003 says that nobody knows, as CockroachDB does of a commit."""
    with pytest.raises(StorageFailed) as caught, translate_errors():
        raise DBAPIError("COMMIT", {}, PostgresError(sqlstate))
    assert isinstance(caught.value, NotCommitted) is is_sure


def test_failures_are_translated_and_ours_are_not() -> None:
    """With the cause kept for the log."""
    cause = ConnectionRefusedError()
    with pytest.raises(StorageFailed, match="store=database reason=unreachable") as caught, translate_errors():
        raise cause
    assert caught.value.__cause__ is cause
    with pytest.raises(BadInput), translate_errors():
        raise BadInput("No.")
