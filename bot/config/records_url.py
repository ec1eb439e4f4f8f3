"""The URL of the records: SQLite's file, or PostgreSQL, whose URL has a password in it."""

from typing import Annotated
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pydantic import AfterValidator, SecretStr

_POSTGRES = ("postgresql", "postgresql+asyncpg", "postgres")
_PARAMETERS = frozenset(
    {
        "host",
        "passfile",
        "port",
        "ssl",
        "ssl_max_protocol_version",
        "ssl_min_protocol_version",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslnegotiation",
        "sslrootcert",
        "target_session_attrs",
    }
)
"""What asyncpg reads of an address itself; it would send anything else to the server as a setting."""

_SSL_MODES = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})

_SHAPES = "sqlite+aiosqlite:/// and the path of a file, or postgresql://user:password@host/database"


def check_records_url(url: str) -> str:
    """Return the URL; a `ValueError` says what it must be, without repeating it."""
    url = url.strip()
    if url.partition(":")[0] in _POSTGRES:
        _check_postgres(url)
    elif url:
        path = url.removeprefix("sqlite+aiosqlite:///")
        if path == url or not path or ":memory:" in path:
            raise ValueError(f"must be {_SHAPES}, or empty")
    return url


def _check(secret: SecretStr) -> SecretStr:
    return SecretStr(check_records_url(secret.get_secret_value()))


def _check_postgres(url: str) -> None:
    parts = urlsplit(url)
    is_split_right = url.count("@") <= 1 and "@" not in parts.path + parts.query
    if not is_split_right or not _is_readable(parts) or any(sign in url for sign in "# "):
        raise ValueError(
            "must be postgresql://user:password@host/database, "
            "where signs in the password are written as %40 for @, %3A for :, %2F for /, %23 for # and %25 for %"
        )
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not (parts.hostname or given.get("host")) or not parts.path.strip("/"):
        raise ValueError("must name a host and a database: postgresql://user:password@host/database")
    if unknown := sorted(given.keys() - _PARAMETERS):
        known = "sslmode, sslrootcert, target_session_attrs and the like"
        raise ValueError(f"may have {known} behind its question mark, but not {unknown[0][:16]}; take that out")
    if any(given.get(name, "disable") not in _SSL_MODES for name in ("ssl", "sslmode")):
        raise ValueError("must have one of disable, allow, prefer, require, verify-ca and verify-full as its sslmode")


def _is_readable(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


RecordsUrl = Annotated[SecretStr, AfterValidator(_check)]
"""Where the records are; empty means the file in the data folder. Kept like a secret, because it may hold one."""
