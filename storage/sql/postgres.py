"""What PostgreSQL needs: its driver, which is an extra, and limits for what a connection does. Importing this needs nothing."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import URL, Connection, Pool, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import ConfigError, StorageFailed
from storage.sql.failures import NotCommitted

_STORE = "database"
_CONNECT_WITHIN = timedelta(seconds=5)
_SCHEMES = ("postgres", "postgresql")

_SYSTEM = "system"

APPLICATION = "easel"
"""What our connections are called in `pg_stat_activity`."""


@dataclass(frozen=True, slots=True)
class PostgresOptions:
    """How PostgreSQL is used: by at most `pool_size` connections at once.

    `statement_timeout` is how long one statement may run, and how long a
    transaction may stand idle before the server ends it. Without
    `prepared_statements` nothing is left in a session, so that a pooler may
    give each transaction another one.
    """

    pool_size: int = 10
    statement_timeout: timedelta = timedelta(seconds=10)
    prepared_statements: bool = True

    @property
    def limits(self) -> Mapping[str, str]:
        """Return the server's own settings for the time-outs."""
        milliseconds = str(int(self.statement_timeout.total_seconds() * 1000))
        return {"statement_timeout": milliseconds, "idle_in_transaction_session_timeout": milliseconds}


def with_driver(url: URL) -> URL:
    """Name the driver where the URL names PostgreSQL without one."""
    if url.drivername not in _SCHEMES:
        return url
    return url.set(drivername="postgresql+asyncpg")


def _address(url: URL) -> str:
    """Spell the URL as the driver reads it; `ssl` is what it calls `sslmode` itself."""
    query = {"sslmode" if key == "ssl" else key: value for key, value in url.query.items()}
    return url.set(drivername="postgresql", query=query).render_as_string(hide_password=False)


def describe_place(url: URL) -> str:
    """Return where the database is, without user and password: `db.example.org:5432`, or the folder of its socket."""
    host = url.host or url.query.get("host") or "localhost"
    if not isinstance(host, str):
        host = host[-1]
    return host if host.startswith("/") else f"{host}:{url.port or url.query.get('port') or 5432}"


def postgres_engine(
    url: URL, options: PostgresOptions, *, application: str = APPLICATION, pool: type[Pool] | None = None
) -> AsyncEngine:
    """Build an engine.

    Raises:
        ConfigError: `easel[postgres]` is not installed.
    """
    # A pooler takes no settings for a session: there each transaction is given them.
    settings = {"application_name": application, **(options.limits if options.prepared_statements else {})}
    sizes = {"pool_size": options.pool_size, "max_overflow": 0} if pool is None else {"poolclass": pool}
    caches = {} if options.prepared_statements else {"statement_cache_size": 0, "prepared_statement_cache_size": 0}

    async def connect(**arguments: Any) -> Any:
        return await _connect(url, {**arguments, "server_settings": settings})

    try:
        engine = create_async_engine(
            URL.create("postgresql+asyncpg"),
            connect_args={"async_creator_fn": connect, **caches},
            hide_parameters=True,
            **sizes,
        )
    except ModuleNotFoundError as error:
        raise ConfigError(
            "The records are to be in PostgreSQL, which needs one more package: pip install easel[postgres]."
        ) from error
    if not options.prepared_statements:
        event.listen(engine.sync_engine, "begin", _limits_setter(options.limits))
    return engine


def _limits_setter(limits: Mapping[str, str]) -> Any:
    settings = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in limits.items())

    def set_limits(connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT {settings}")  # names and numbers of ours

    return set_limits


async def _connect(url: URL, arguments: Mapping[str, Any]) -> Any:
    """Connect to the URL, which the driver parses itself: it knows what `sslmode` and the like mean."""
    import asyncpg  # noqa: PLC0415 - only for those who use PostgreSQL

    if url.query.get("sslrootcert") == _SYSTEM:
        arguments = {**arguments, "ssl": _system_trust()}
    try:
        return await asyncpg.connect(_address(url), timeout=_CONNECT_WITHIN.total_seconds(), **arguments)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        kind = NotCommitted if _may_pass(url, error) else StorageFailed
        raise kind(_STORE, _why_no_connection(url, error)) from error


@cache
def _system_trust() -> ssl.SSLContext:
    """Trust whom this machine trusts, under the address's name: libpq's `sslrootcert=system`, which the driver lacks."""
    return ssl.create_default_context()


def _may_pass(url: URL, error: Exception) -> bool:
    """Whether a server that starts again, or has no connection free, answers so."""
    if isinstance(error, OSError):
        return not (isinstance(error, (socket.gaierror, ssl.SSLError)) or _lacks_file(url, error) or _lacks_encryption(error))
    return str(getattr(error, "sqlstate", None) or "").startswith(("08", "53300", "57P03"))


def _why_no_connection(url: URL, error: Exception) -> str:
    """Return why there is no connection, in words of ours: the server's may quote the address."""
    place = describe_place(url)
    match error:
        case socket.gaierror():
            return f"no machine is called {place}"
        case ssl.SSLError():
            return f"{place} gives no encrypted connection that can be trusted"
        case OSError() if _lacks_file(url, error):
            return f"a certificate or key that is to be used for {place} cannot be read"
        case OSError():
            return f"{place} gives no encrypted connection" if _lacks_encryption(error) else f"nothing answers at {place}"
        case ValueError() if "root certificate" in str(error):
            return f"nobody is named whom to believe that it is {place}: add &sslrootcert=system, or the file of an authority"
        case _:
            return _reason_of_state(url, str(getattr(error, "sqlstate", None) or ""), str(error))


def _lacks_file(url: URL, error: Exception) -> bool:
    """Whether a file that the address names is not there, or not ours to read; a socket that is not there is no such file."""
    is_socket = describe_place(url).startswith("/")
    return not is_socket and isinstance(error, (FileNotFoundError, PermissionError, IsADirectoryError))


def _lacks_encryption(error: Exception) -> bool:
    """Whether a server that has none was asked for it: the driver has no error of its own for that."""
    return isinstance(error, ConnectionError) and "rejected SSL" in str(error)


def _reason_of_state(url: URL, state: str, text: str) -> str:
    """Return the reason for a SQLSTATE. A pooler has one state for everything, so `text` is searched too."""
    place, is_pooler = describe_place(url), state == "08P01"
    if is_pooler and "startup parameter" in text:
        return f"{place} is a pooler, so [records] prepared_statements has to be false"
    if state.startswith("28") or (is_pooler and "authentication" in text):
        return f"{place} refuses the user {url.username or 'name'} or the password"
    if state == "3D000" or (is_pooler and "does not exist" in text):
        return f"{place} has no database called {url.database}"
    match state:
        case "53300":
            return f"{place} has no connection free"
        case "57P03":
            return f"{place} is starting or stopping"
        case _:
            return f"{place} takes no connection (sqlstate {state or 'none'})"
