"""Copies all records from one database to another, whole or not at all: what arrives is one transaction."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import URL, Column, Integer, NullPool, Row, Table, bindparam, func, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import BadInput, StorageFailed
from storage.migrate import LOCK, head, read_version, upgrade
from storage.schema import metadata
from storage.sql.database import parse_url
from storage.sql.failures import translate_errors, translate_lost_commit
from storage.sql.postgres import APPLICATION, PostgresOptions, describe_place, postgres_engine
from storage.sql.sqlite import is_sqlite, sqlite_engine, sqlite_file

OnProgress = Callable[[str, int], None]
"""Is told the table, and how many of its rows have arrived since the last time."""

_CHUNK = 1000
_PATIENCE = timedelta(seconds=1)
_OPTIONS = PostgresOptions(statement_timeout=timedelta(minutes=10), prepared_statements=False)
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = :easel AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True)
class Sums:
    """What is compared at the end: the rows of a table, and the sum of each of its numbers."""

    rows: int
    by_column: Mapping[str, int]


async def count_rows(url: str) -> int:
    """Return how many rows there are to be copied.

    Raises:
        BadInput: There is no database of this version, or something else has it open.
        StorageFailed: It cannot be read.
    """
    async with _open(url, writes=False) as connection:
        await _require_head(connection, url)
        return sum(sums.rows for sums in (await _add_up(connection)).values())


async def copy_records(source: str, target: str, on_progress: OnProgress) -> Mapping[str, Sums]:
    """Copy every row, compare, and return what arrived by table. Whatever is raised, the target is as it was.

    Where all has arrived before, as when it was interrupted at the very end,
    nothing is copied and all is well.

    Raises:
        BadInput: The source is not of this version, the target is not empty, or something else has one of them open.
        StorageFailed: One of them cannot be used, or what arrived is not what was sent.
    """
    if parse_url(source) == parse_url(target):
        raise BadInput("Both are the same database: name another one to copy to.")
    async with AsyncExitStack() as stack:
        from_ = await stack.enter_async_context(_open(source, writes=False))
        await _require_head(from_, source)
        await upgrade(target)
        to = await stack.enter_async_context(_open(target, writes=True))
        full = await _find_rows(to)
        if full is not None:
            return await _compare_copied(from_, to, target, full)
        for table in metadata.sorted_tables:
            await _copy_table(table, from_, to, on_progress)
        await _continue_numbers(to)
        arrived = await _compare(from_, to)
        with translate_errors(), translate_lost_commit():
            await to.commit()
    return arrived


@asynccontextmanager
async def _open(url: str, *, writes: bool) -> AsyncIterator[AsyncConnection]:
    """Yield a connection in a transaction, with nobody else at the database as far as that can be known."""
    parsed = parse_url(url)
    if is_sqlite(parsed) and not sqlite_file(parsed).exists():
        raise BadInput(f"There is no database {_name(parsed)}.")
    if is_sqlite(parsed):
        # In this mode SQLite gives the file to nobody else, and does not take it while somebody has it open.
        alone = ("locking_mode=EXCLUSIVE", "synchronous=FULL", "foreign_keys=ON")
        engine = sqlite_engine(parsed, begin="BEGIN IMMEDIATE", busy=_PATIENCE, pragmas=alone, pool=NullPool)
    else:
        engine = postgres_engine(parsed, _OPTIONS, application=f"{APPLICATION} db copy", pool=NullPool)
        if not writes:
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    try:
        with translate_errors():
            async with engine.connect() as connection:
                await _require_alone(connection, parsed, writes=writes)
                yield connection
    except StorageFailed as error:
        if error.reason == "locked":
            raise _not_alone(parsed) from error
        raise
    finally:
        await engine.dispose()


async def _require_alone(connection: AsyncConnection, url: URL, *, writes: bool) -> None:
    if is_sqlite(url):
        await connection.execute(text("SELECT 1"))
        return
    if writes:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    if (await connection.execute(_OTHERS, {"easel": APPLICATION})).scalar_one():
        raise _not_alone(url)


def _not_alone(url: URL) -> BadInput:
    return BadInput(f"Something has {_name(url)} open: stop every easel that uses it, and try again.")


async def _require_head(connection: AsyncConnection, url: str) -> None:
    version = await read_version(connection)
    if version is None:
        raise BadInput(f"{_name(parse_url(url))} is not a database of easel's: there is nothing to copy.")
    if version != head():
        raise BadInput(
            f"The tables of {_name(parse_url(url))} are version {version}, and this easel copies {head()} only: "
            "bring them up to date first, or use the easel that made them."
        )


async def _find_rows(connection: AsyncConnection) -> Table | None:
    """Return the first table that has any."""
    for table in metadata.sorted_tables:
        if (await connection.execute(select(text("1")).select_from(table).limit(1))).first() is not None:
            return table
    return None


async def _compare_copied(source: AsyncConnection, target: AsyncConnection, url: str, full: Table) -> Mapping[str, Sums]:
    """Return what is there if it is all that would be copied.

    Raises:
        BadInput: It is something else.
    """
    found = await _add_up(target)
    if found != await _add_up(source):
        raise BadInput(f"{_name(parse_url(url))} has other data already (in the table {full.name}): name an empty database.")
    return found


async def _copy_table(table: Table, source: AsyncConnection, target: AsyncConnection, on_progress: OnProgress) -> None:
    fill = insert(table)
    async for rows in _chunks(table, source):
        try:
            with translate_errors():
                await target.execute(fill, [dict(row._mapping) for row in rows])  # noqa: SLF001 - SQLAlchemy's public name
        except StorageFailed as error:
            raise StorageFailed(error.store, f"{error.reason}, in the table {table.name}; nothing was copied") from error
        on_progress(table.name, len(rows))


async def _chunks(table: Table, source: AsyncConnection) -> AsyncIterator[Sequence[Row[Any]]]:
    """Yield a table's rows in the order of its key, which has an index, so that each part begins where the last one ended."""
    keys = list(table.primary_key.columns)
    first = select(table).order_by(*keys).limit(_CHUNK)
    after = first.where(tuple_(*keys) > tuple_(*(bindparam(f"after_{key.name}", type_=key.type) for key in keys)))
    rows = (await source.execute(first)).all()
    while rows:
        yield rows
        last = rows[-1]._mapping  # noqa: SLF001 - see above
        rows = (await source.execute(after, {f"after_{key.name}": last[key] for key in keys})).all()


async def _continue_numbers(target: AsyncConnection) -> None:
    """Have PostgreSQL's own numbers go on behind those that were copied; SQLite counts by what is there."""
    if target.dialect.name == "sqlite":
        return
    for table in metadata.sorted_tables:
        for column in (column for column in table.columns if column.autoincrement is True):
            highest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            await target.execute(select(func.setval(sequence, highest, False)))


async def _compare(source: AsyncConnection, target: AsyncConnection) -> Mapping[str, Sums]:
    sent, arrived = await _add_up(source), await _add_up(target)
    for name, sums in sent.items():
        if arrived[name] != sums:
            raise StorageFailed("database", f"what arrived in the table {name} is not what was sent; nothing was copied")
    return arrived


async def _add_up(connection: AsyncConnection) -> Mapping[str, Sums]:
    return {table.name: await _sums_of(table, connection) for table in metadata.sorted_tables}


async def _sums_of(table: Table, connection: AsyncConnection) -> Sums:
    numbers = [column for column in table.columns if _is_number(column)]
    asked = select(func.count(), *(func.sum(column) for column in numbers)).select_from(table)
    count, *sums = (await connection.execute(asked)).one()
    return Sums(int(count), {column.name: int(found or 0) for column, found in zip(numbers, sums, strict=True)})


def _is_number(column: Column[Any]) -> bool:
    """Whether it is an amount: moments are numbers too where they are kept, but nobody adds them up."""
    return isinstance(column.type, Integer)


def _name(url: URL) -> str:
    return str(sqlite_file(url)) if is_sqlite(url) else f"{url.database} at {describe_place(url)}"
