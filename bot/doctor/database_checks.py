"""Checks of a PostgreSQL, and of the version of any database's tables."""

from bot.app.clock_skew import check_clock
from bot.app.stores import open_records
from bot.app.system import SystemClock
from bot.config import Settings
from bot.domain.health import Finding, Health
from bot.errors import StorageFailed
from storage.migrate import current, head
from storage.sql.database import parse_url
from storage.sql.postgres import describe_place

_PROCESSES = 2
"""One that is replaced by another for a while, at an update, is the least that a house has."""


def check_version(opening: str, version: str) -> Finding:
    """Return whether the tables are those of this program; `opening` is the first half of the sentence."""
    text = f"{opening}; its tables are version {version}"
    if version == head():
        return Finding("database", Health.OK, f"{text}, as they should be.")
    if version > head():
        mend = "Run the newer easel that made it, or bring back a copy from before."
        return Finding("database", Health.WRONG, f"{text}, and this easel knows {head()} at most.", mend)
    return Finding(
        "database", Health.NOTE, f"{text}, and {head()} is the newest.", "Run easel db upgrade; easel run does so too."
    )


async def check_postgres(settings: Settings) -> tuple[Finding, ...]:
    """Check that PostgreSQL answers, lets us write, has the tables of this version, and the same time as this machine."""
    place = describe_place(parse_url(settings.records_url))
    try:
        version = await current(settings.records_url)
        async with open_records(settings) as database:
            await database.check_writable()
            skew = await check_clock(database, SystemClock(), settings.worker.lease)
            most = await database.most_connections()
    except StorageFailed as error:
        mend = "See whether PostgreSQL runs there and lets this user in and write; else mend [records] url."
        return (Finding("database", Health.WRONG, f"PostgreSQL cannot be used: {error.reason}.", mend),)
    opening = f"PostgreSQL answers at {place}"
    if version is None:
        return (Finding("database", Health.OK, f"{opening}; the tables will be made at the first start."), *skew)
    return (check_version(opening, version), *_check_connections(settings, most), *skew)


def _check_connections(settings: Settings, most: int | None) -> tuple[Finding, ...]:
    """Compare each process's share of connections with the server's limit; a pooler shares them out by itself."""
    each = settings.records.pool_size
    if most is None or not settings.records.prepared_statements:
        return ()
    text = f"It lets {most} connections in, and each easel has up to {each}"
    if most < each * _PROCESSES:
        mend = "Lower [records] pool_size, or raise max_connections in PostgreSQL."
        return (Finding("database", Health.NOTE, f"{text}: that is not enough for {_PROCESSES} processes.", mend),)
    return (Finding("database", Health.OK, f"{text}: enough for {most // each} processes."),)
