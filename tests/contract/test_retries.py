"""Does what PostgreSQL undoes happen all the same, once, and is what it may have done not done again?"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from bot.errors import StorageFailed
from storage.sql.database import Database, open_database
from storage.sql.retries import retry_uncommitted
from tests.fakes.postgres import PostgresServer

pytestmark = pytest.mark.needs("postgresql")

TABLES = """
CREATE TABLE sums (name text PRIMARY KEY, total int NOT NULL);
INSERT INTO sums VALUES ('one', 0), ('other', 0);
CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
"""
DIE_IN_COMMIT = (
    "CREATE CONSTRAINT TRIGGER dying AFTER UPDATE ON sums DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()"
)
ADD = text("UPDATE sums SET total = total + 1 WHERE name = :name")
DIE = text("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.fixture
async def made(postgres: PostgresServer) -> str:
    """Make a database with sums, and return its name."""
    await postgres.new_database("made")
    await postgres.execute(TABLES, database="made")
    return "made"


@pytest.fixture
async def database(postgres: PostgresServer, made: str) -> AsyncIterator[Database]:
    """Open it."""
    async with open_database(postgres.url_of(made)) as database:
        yield database


async def totals(postgres: PostgresServer, made: str) -> dict[str, int]:
    """Read the sums from outside."""
    return {row["name"]: row["total"] for row in await postgres.fetch("SELECT * FROM sums", database=made)}


async def test_of_two_who_wait_for_each_other_both_come_through(postgres: PostgresServer, made: str, database: Database) -> None:
    """PostgreSQL ends one of them, which begins again."""
    meeting = asyncio.Barrier(2)
    tries = []

    @retry_uncommitted
    async def add_both(first: str, second: str) -> None:
        tries.append(first)
        async with database.write_transaction() as connection:
            await connection.execute(ADD, {"name": first})
            if len(tries) <= 2:
                await meeting.wait()
            await connection.execute(ADD, {"name": second})

    await asyncio.gather(add_both("one", "other"), add_both("other", "one"))
    assert len(tries) == 3
    assert await totals(postgres, made) == {"one": 2, "other": 2}


async def test_a_connection_lost_before_the_commit_costs_nothing(postgres: PostgresServer, made: str, database: Database) -> None:
    """Nothing of the first time is there."""
    tries = 0

    @retry_uncommitted
    async def add() -> None:
        nonlocal tries
        tries += 1
        async with database.write_transaction() as connection:
            await connection.execute(ADD, {"name": "one"})
            if tries == 1:
                await connection.execute(DIE)

    await add()
    assert tries == 2
    assert (await totals(postgres, made))["one"] == 1


async def test_connections_that_died_while_nobody_looked_are_replaced(postgres: PostgresServer, database: Database) -> None:
    """As after a restart at night."""
    await asyncio.gather(*(database.check_writable() for _ in range(5)))
    await postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'easel'")
    await asyncio.gather(*(database.check_writable() for _ in range(5)))


async def test_a_connection_lost_during_the_commit_is_said(postgres: PostgresServer, made: str, database: Database) -> None:
    """Whether it was written is not known, so it is not done again."""
    await postgres.execute(DIE_IN_COMMIT, database=made)
    tries = []

    @retry_uncommitted
    async def add() -> None:
        tries.append(1)
        async with database.write_transaction() as connection:
            await connection.execute(ADD, {"name": "one"})

    with pytest.raises(StorageFailed) as caught:
        await add()
    assert caught.value.reason == "the connection was lost during the commit"
    assert len(tries) == 1
