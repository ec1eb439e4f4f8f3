"""Does the database keep its promises where it is PostgreSQL: made once, limited, and clear about what is wrong with it?"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.errors import ConfigError, StorageFailed
from storage.migrate import current, head, upgrade
from storage.sql.database import Database, open_database, parse_url
from storage.sql.postgres import PostgresOptions, describe_place
from tests.fakes.postgres import GUARDED, PostgresServer

pytestmark = pytest.mark.needs("postgresql")

SHORT = PostgresOptions(pool_size=2, statement_timeout=timedelta(seconds=1))
"""Short for a test, and long for what a busy machine does between two statements: all of a transaction has twice as long."""

BOTH = pytest.mark.parametrize("options", [SHORT, replace(SHORT, prepared_statements=False)], ids=["sessions", "pooler"])
PASSWORD = "not-shown"


@pytest.fixture
async def made(postgres: PostgresServer) -> str:
    """Make a database without tables, and return its name."""
    await postgres.new_database("made")
    return "made"


@asynccontextmanager
async def opened(postgres: PostgresServer, options: PostgresOptions) -> AsyncIterator[Database]:
    """Open the database that has all tables."""
    async with open_database(await postgres.empty(), options) as database:
        yield database


async def test_of_many_upgrades_at_once_one_does_it(postgres: PostgresServer, made: str) -> None:
    """Each has connections of its own, as processes have; all of them see an empty database first."""
    versions = await asyncio.gather(*(upgrade(postgres.url_of(made)) for _ in range(4)))
    assert sorted(versions, key=str) == [(head(), head())] * 3 + [(None, head())]


@pytest.mark.long
async def test_of_two_processes_at_once_one_upgrades(postgres: PostgresServer, made: str) -> None:
    """The other waits, and finds it done."""
    program = "import asyncio, sys; from storage.migrate import upgrade; print(*asyncio.run(upgrade(sys.argv[1])))"
    command = (sys.executable, "-c", program, postgres.url_of(made))
    both = [await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE) for _ in range(2)]
    said = [(await process.communicate())[0].decode().strip() for process in both]
    assert sorted(said) == [f"{head()} {head()}", f"None {head()}"]


async def test_tables_of_a_newer_program_are_not_touched(postgres: PostgresServer, made: str) -> None:
    """An old program must not write into what it does not know."""
    await upgrade(postgres.url_of(made))
    await postgres.execute("UPDATE alembic_version SET version_num = '9999'", database=made)
    with pytest.raises(StorageFailed, match="its tables are version 9999, and this program knows"):
        await upgrade(postgres.url_of(made))
    assert await current(postgres.url_of(made)) == "9999"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
async def test_people_name_postgresql_in_three_ways(postgres: PostgresServer, scheme: str) -> None:
    """As providers print it, too: with how to encrypt behind it."""
    url = (await postgres.empty()).replace("postgresql+asyncpg", scheme)
    async with open_database(f"{url}&sslmode=disable") as database:
        await database.check_writable()
    async with open_database(f"{url}&ssl=disable") as database:
        await database.check_writable()


async def test_a_wrong_password_is_named_and_not_shown(postgres: PostgresServer) -> None:
    """Whoever mends it learns which user it is about."""
    await postgres.execute(f"DROP ROLE IF EXISTS {GUARDED}; CREATE ROLE {GUARDED} LOGIN PASSWORD 'right'")
    with pytest.raises(StorageFailed) as caught:
        await upgrade(postgres.url_of("postgres", user=f"{GUARDED}:{PASSWORD}"))
    assert caught.value.reason == f"{postgres.socket} refuses the user {GUARDED} or the password"
    async with open_database(postgres.url_of("postgres", user=f"{GUARDED}:right")):
        pass


async def test_a_database_that_is_not_there_is_named(postgres: PostgresServer) -> None:
    """PostgreSQL has many databases, and makes none by itself."""
    with pytest.raises(StorageFailed, match="has no database called nowhere"):
        await current(postgres.url_of("nowhere"))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1:1", "nothing answers at 127.0.0.1:1"),
        ("no.such.host.invalid", "no machine is called no.such.host.invalid:5432"),
    ],
)
async def test_a_host_that_does_not_answer_is_named(address: str, reason: str) -> None:
    """By its address, without the password."""
    url = f"postgresql://easel:{PASSWORD}@{address}/easel"
    for asked in (current(url), upgrade(url), Database(url).open()):
        with pytest.raises(StorageFailed) as caught:
            await asked
        assert caught.value.reason == reason


async def test_a_place_is_described_without_its_password() -> None:
    """It is shown on screens and in logs."""
    assert describe_place(parse_url(f"postgresql://me:{PASSWORD}@db.example.org/easel")) == "db.example.org:5432"
    assert describe_place(parse_url(f"postgres://me:{PASSWORD}@/easel?host=db&port=6432")) == "db:6432"


async def test_without_its_extra_there_is_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the first use, before anything is tried."""
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    for asked in (upgrade("postgresql://me@host/easel"), Database("postgresql://me@host/easel").open()):
        with pytest.raises(ConfigError, match=r"pip install easel\[postgres\]"):
            await asked


@BOTH
async def test_a_statement_ends_after_its_time(postgres: PostgresServer, options: PostgresOptions) -> None:
    """The server ends it, so that it does not go on behind our back."""
    async with opened(postgres, options) as database:
        with pytest.raises(StorageFailed, match="took too long"):
            async with database.write_transaction() as connection:
                await connection.execute(text("SELECT pg_sleep(60)"))
        await database.check_writable()


@BOTH
async def test_a_transaction_that_stands_idle_lets_go_of_what_it_has_locked(
    postgres: PostgresServer, options: PostgresOptions
) -> None:
    """A process that is stopped in the middle of one would keep all others waiting."""
    async with opened(postgres, options) as database:
        stopped = database.write_transaction()
        connection = await stopped.__aenter__()
        await connection.execute(text("LOCK TABLE jobs"))
        async with database.write_transaction() as waiting:
            await waiting.execute(text("SET LOCAL statement_timeout = '60s'"))
            await waiting.execute(text("LOCK TABLE jobs"))
        with pytest.raises(StorageFailed):
            await stopped.__aexit__(None, None, None)
        await database.check_writable()


@pytest.mark.parametrize("is_pooled", [False, True])
async def test_a_database_that_takes_no_writes_is_found_out(postgres: PostgresServer, made: str, *, is_pooled: bool) -> None:
    """A standby, or one whose provider has locked it because the disk is full."""
    await postgres.execute(f"ALTER DATABASE {made} SET default_transaction_read_only = on")
    async with open_database(postgres.url_of(made), PostgresOptions(prepared_statements=not is_pooled)) as database:
        with pytest.raises(StorageFailed, match="read-only"):
            await database.check_writable()


async def test_the_clock_of_its_machine_can_be_asked(postgres: PostgresServer) -> None:
    """It is an aware moment; SQLite has the clock of this machine."""
    async with open_database(await postgres.empty()) as database:
        now = await database.now()
    assert now is not None
    assert now.tzinfo is not None
