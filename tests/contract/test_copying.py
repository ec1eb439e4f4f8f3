"""Do all records arrive at the other database as they were, or none of them?"""

import asyncio
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.credits import CreditKind, CreditMove
from bot.domain.people import HOUSE, REGISTERED
from bot.domain.rules import Actor
from bot.errors import BadInput, StorageFailed
from storage.copying import copy_records, count_rows
from storage.migrate import head, upgrade
from storage.schema import metadata
from storage.sql.accounts import SqlAccounts
from storage.sql.credits import SqlCredits
from storage.sql.database import Database, open_database
from tests.contract.examples import ANN
from tests.contract.rows import MANY, fill_tables
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.postgres import PostgresServer

pytestmark = pytest.mark.needs("postgresql")

FORGETFUL = """
CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.spent = 0; RETURN NEW; END';
CREATE TRIGGER forget BEFORE INSERT ON usage FOR EACH ROW EXECUTE FUNCTION forget();
"""


@pytest.fixture
async def filled(sqlite_url: str) -> str:
    """Write something into every table of a file, and return its URL."""
    async with open_database(sqlite_url) as database, database.write_transaction() as connection:
        await fill_tables(connection)
    return sqlite_url


@pytest.fixture
async def empty(postgres: PostgresServer) -> str:
    """Return the URL of a PostgreSQL that has no rows."""
    return await postgres.empty()


@pytest.fixture
def new_file(tmp_path: Path) -> Path:
    """Return where a file could be."""
    return tmp_path / "back" / "records.db"


@pytest.fixture
async def running(empty: str) -> AsyncIterator[Database]:
    """Have an easel run on the PostgreSQL."""
    async with open_database(empty) as database:
        yield database


def url_of(file: Path) -> str:
    """Return the URL of a file."""
    return f"sqlite+aiosqlite:///{file}"


def dump(url: str) -> list[str]:
    """Return every row of a file, spelled by SQLite."""
    with closing(sqlite3.connect(url.removeprefix("sqlite+aiosqlite:///"))) as connection:
        return sorted(connection.iterdump())


def names_in(folder: Path) -> list[str]:
    """Return what is there."""
    return [path.name for path in folder.iterdir()]


def watch_nothing(_table: str, _rows: int) -> None:
    """See rows arrive."""


async def test_there_and_back_everything_is_as_it_was(filled: str, empty: str, new_file: Path) -> None:
    """Times, JSON, bytes, large numbers, and what is empty; every table, and more rows than are copied at once."""
    seen = []
    there = await copy_records(filled, empty, lambda table, rows: seen.append((table, rows)))
    back = await copy_records(empty, url_of(new_file), watch_nothing)
    assert there == back
    assert there["happened"].rows == MANY
    assert there["credit_balances"].by_column["balance"] > 0
    assert set(dict(seen)) == {table.name for table in metadata.sorted_tables}
    assert sum(rows for _, rows in seen) == await count_rows(filled)
    assert dump(url_of(new_file)) == dump(filled)


async def test_numbers_go_on_behind_those_that_were_copied(filled: str, empty: str) -> None:
    """PostgreSQL would begin at 1 again, where there is a row already."""
    await copy_records(filled, empty, watch_nothing)
    clock = StoppedClock()
    async with open_database(empty) as database:
        ann = await SqlAccounts(database, clock, CountingIds()).get_or_create(ANN, REGISTERED)
        by = Actor(ann.id, "Ann")
        move = CreditMove(community=HOUSE, account=ann.id, delta=5, kind=CreditKind.GRANT, key="after the move", by=by, why="")
        assert await SqlCredits(database, clock, CountingIds()).move(move) is not None


@pytest.mark.long
async def test_a_backup_by_pg_dump_is_brought_back_whole(
    filled: str, empty: str, postgres: PostgresServer, tmp_path: Path
) -> None:
    """As the guide says: it is made while an easel has the database open, and goes into an empty one."""
    sent = await copy_records(filled, empty, watch_nothing)
    async with open_database(empty):
        await postgres.run("pg_dump", "--format=custom", f"--file={tmp_path}/easel.dump", "postgres")
    restored = await postgres.new_database("restored")
    await postgres.run("pg_restore", "--dbname=restored", f"{tmp_path}/easel.dump")
    assert await upgrade(restored) == (head(), head())
    assert await copy_records(restored, url_of(tmp_path / "back.db"), watch_nothing) == sent
    assert dump(url_of(tmp_path / "back.db")) == dump(filled)


async def test_a_copy_that_was_interrupted_leaves_nothing_and_can_be_made_again(
    filled: str, empty: str, postgres: PostgresServer
) -> None:
    """Half a database would be taken for a whole one."""

    def interrupt(table: str, _rows: int) -> None:
        if table == "pictures":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await copy_records(filled, empty, interrupt)
    assert await postgres.dump() == []
    await copy_records(filled, empty, watch_nothing)


async def test_a_copy_that_had_arrived_when_it_was_interrupted_is_found_there(filled: str, empty: str) -> None:
    """Whoever did not read that it was done tries again; nothing is copied twice."""
    sent = await copy_records(filled, empty, watch_nothing)
    again: list[str] = []
    assert await copy_records(filled, empty, lambda table, _: again.append(table)) == sent
    assert again == []


COPY_AND_DIE = """
import asyncio, os, signal, sys
from storage.copying import copy_records
source, target, chunks = sys.argv[1], sys.argv[2], int(sys.argv[3])
def die(_table, _rows):
    global chunks
    chunks -= 1
    if not chunks:
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(copy_records(source, target, die))
"""


@pytest.mark.long
@pytest.mark.parametrize("is_back", [False, True], ids=["to PostgreSQL", "to SQLite"])
async def test_a_copy_that_is_killed_at_any_part_can_be_made_again(
    filled: str, empty: str, new_file: Path, *, is_back: bool
) -> None:
    """At the first, one in the middle, and the last, one after the other, and into the same database."""
    parts: list[str] = []
    source, target = filled, empty
    if is_back:
        await copy_records(filled, empty, watch_nothing)
        source, target = empty, url_of(new_file)
    await copy_records(source, url_of(new_file.parent / "counted.db"), lambda table, _: parts.append(table))
    for part in (1, len(parts) // 2, len(parts)):
        command = (sys.executable, "-c", COPY_AND_DIE, source, target, str(part))
        child = await asyncio.create_subprocess_exec(*command)
        assert await child.wait() == -signal.SIGKILL
    arrived = await copy_records(source, target, watch_nothing)
    assert sum(sums.rows for sums in arrived.values()) == await count_rows(source)


@pytest.mark.long
async def test_what_arrives_otherwise_than_it_was_sent_is_not_kept(filled: str, postgres: PostgresServer) -> None:
    """Counts and sums are compared before anything counts."""
    url = await postgres.new_database("made")
    await upgrade(url)
    await postgres.execute(FORGETFUL, database="made")
    with pytest.raises(StorageFailed, match="what arrived in the table usage is not what was sent; nothing was copied"):
        await copy_records(filled, url, watch_nothing)
    assert await postgres.fetch("SELECT * FROM accounts", database="made") == []


async def test_a_database_with_other_data_is_refused(filled: str, empty: str, tmp_path: Path) -> None:
    """In both directions, and before a row is written."""
    await copy_records(filled, empty, watch_nothing)
    other = tmp_path / "other.db"
    shutil.copy(filled.removeprefix("sqlite+aiosqlite:///"), other)
    for file in (filled.removeprefix("sqlite+aiosqlite:///"), other):
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("UPDATE spending SET spent = spent + 1")
    for source, target in ((filled, empty), (empty, url_of(other))):
        with pytest.raises(BadInput) as caught:
            await copy_records(source, target, watch_nothing)
        assert "has other data already" in caught.value.user_text


async def test_a_running_easel_is_not_copied_from_or_to(filled: str, empty: str, new_file: Path, running: Database) -> None:
    """It would write on while its records are copied."""
    await running.check_writable()
    async with open_database(filled):
        for source, target in ((filled, empty), (empty, url_of(new_file))):
            with pytest.raises(BadInput) as caught:
                await copy_records(source, target, watch_nothing)
            assert "stop every easel that uses it" in caught.value.user_text
    with pytest.raises(BadInput) as caught:
        await copy_records(filled, empty, watch_nothing)
    assert "stop every easel" in caught.value.user_text


async def test_only_tables_of_this_version_are_copied(filled: str, empty: str, new_file: Path, tmp_path: Path) -> None:
    """An older or newer program knows other ones; and what is no database of easel's has none."""
    with closing(sqlite3.connect(filled.removeprefix("sqlite+aiosqlite:///"))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(BadInput) as caught:
        await copy_records(filled, empty, watch_nothing)
    assert f"are version 0001, and this easel copies {head()} only" in caught.value.user_text
    with pytest.raises(BadInput) as caught:
        await count_rows(url_of(new_file))
    assert caught.value.user_text == f"There is no database {new_file}."
    assert "back" not in names_in(tmp_path)


async def test_a_database_is_not_copied_onto_itself(filled: str) -> None:
    """Somebody has named the same one twice."""
    with pytest.raises(BadInput) as caught:
        await copy_records(filled, filled, watch_nothing)
    assert "the same database" in caught.value.user_text
