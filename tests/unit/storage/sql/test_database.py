"""Asks what a database does when something is in its way: wait, say what it is in a word, and leave nothing half done."""

import asyncio
import itertools
import sqlite3
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import Busy, StorageFailed
from storage.schema.messages import channels
from storage.sql.database import Database

MOMENT = timedelta(milliseconds=50)
DAY = timedelta(days=1)


@pytest.fixture
async def hasty(database: Database, database_url: str) -> AsyncIterator[Database]:
    """Open the same file once more, without patience."""
    hasty = Database(database_url, busy=MOMENT)
    await hasty.open()
    yield hasty
    await hasty.close()


@contextmanager
def held(path: Path) -> Iterator[sqlite3.Connection]:
    """Be another process that writes, and takes its time."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


async def add(database: Database, *names: str) -> None:
    """Write rows, one after the other, in one transaction."""
    async with database.write_transaction() as connection:
        for name in names:
            await connection.execute(insert(channels).values(name=name, version=1))


async def add_inside(database: Database, *names: str) -> None:
    """Write rows, one after the other, in one transaction that runs in the driver's thread."""

    async def write(connection: AsyncConnection) -> None:
        for name in names:
            await connection.execute(insert(channels).values(name=name, version=1))

    await database.transact(write)


async def count(database: Database) -> int:
    """Count the rows there are."""
    async with database.read_transaction() as connection:
        return (await connection.execute(select(func.count()).select_from(channels))).scalar_one()


async def ask(database: Database, pragma: str, *, writer: bool) -> object:
    """Ask SQLite how it is set."""
    async with database.write_transaction() if writer else database.read_transaction() as connection:
        return (await connection.execute(text(f"PRAGMA {pragma}"))).scalar()


@pytest.mark.parametrize(
    ("pragma", "writer", "reader"),
    [
        ("journal_mode", "wal", "wal"),
        ("synchronous", 2, 2),
        ("foreign_keys", 1, 1),
        ("busy_timeout", 5000, 5000),
        ("query_only", 0, 1),
    ],
)
async def test_every_connection_is_set_up(database: Database, pragma: str, writer: object, reader: object) -> None:
    """Nothing that was acknowledged is lost with the power."""
    assert await ask(database, pragma, writer=True) == writer
    assert await ask(database, pragma, writer=False) == reader


class TestTrouble:
    """Each in a word of ours."""

    async def test_a_locked_database_is_waited_for(self, database: Database, database_file: Path) -> None:
        """Somebody else's transaction is only a matter of time."""
        with held(database_file) as other:
            waiting = asyncio.create_task(add(database, "a"))
            assert await count(database) == 0
            other.execute("COMMIT")
            await waiting
        assert await count(database) == 1

    async def test_a_database_that_stays_locked_is_a_failure(self, hasty: Database, database_file: Path) -> None:
        """Nothing is half written, reading goes on, and afterwards all is well."""
        with held(database_file):
            with pytest.raises(StorageFailed, match="store=database reason=locked"):
                await add(hasty, "a")
            assert await count(hasty) == 0
        await add(hasty, "a")
        assert await count(hasty) == 1

    async def test_a_commit_that_fails_leaves_nothing_for_the_next_one_to_commit(self, database: Database) -> None:
        """The connection is used again, and what the failed one had written is not."""
        assert isinstance(database._writer, AsyncEngine)

        def refuse(_connection: object) -> None:
            event.remove(engine, "commit", refuse)
            raise OSError("no space left")

        engine = database._writer.sync_engine
        event.listen(engine, "commit", refuse)
        with pytest.raises(StorageFailed):
            await add(database, "failed")
        await add(database, "next")
        assert await count(database) == 1

    async def test_a_full_disk_is_a_failure(self, database: Database) -> None:
        """What came before in the same transaction is taken back, what came before it stays."""
        await add(database, "before")
        async with database.write_transaction() as connection:
            pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
            await connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
        with pytest.raises(StorageFailed, match="reason=disk full"):
            await add(database, "fits", "does not fit " * 10_000)
        assert await count(database) == 1
        async with database.write_transaction() as connection:
            await connection.execute(text("PRAGMA max_page_count = 1000000"))
        await add(database, "does not fit " * 10_000)
        assert await count(database) == 2

    async def test_a_broken_rule_is_a_failure_that_quotes_nothing(self, database: Database) -> None:
        """Not even to whoever logs the whole chain of causes."""
        secret = hex(0xF0C5)
        await add(database, secret)
        with pytest.raises(StorageFailed, match="reason=breaks a constraint") as caught:
            await add(database, secret)
        assert secret not in "".join(traceback.format_exception(caught.value))
        assert await count(database) == 1

    async def test_missing_tables_are_a_failure(self, database_url: str) -> None:
        """Somebody has not migrated."""
        database = Database(database_url)
        await database.open()
        with pytest.raises(StorageFailed, match="reason=wrong statement or tables"):
            await count(database)
        await database.close()

    async def test_readers_cannot_write(self, database: Database) -> None:
        """They would write past the one writer."""
        with pytest.raises(StorageFailed, match="reason=read-only"):
            async with database.read_transaction() as connection:
                await connection.execute(insert(channels).values(name="a", version=1))
        assert await count(database) == 0

    async def test_text_that_is_not_unicode_is_a_failure(self, database: Database) -> None:
        """Half an emoji, as some platforms cut them."""
        with pytest.raises(StorageFailed, match="reason=text that is not Unicode"):
            await add(database, "\ud83e")
        await add(database, "fine")

    async def test_a_writer_that_takes_too_long_is_a_failure(self, hasty: Database) -> None:
        """It gives its turn up and leaves nothing."""

        async def dawdle() -> None:
            async with hasty.write_transaction() as connection:
                await connection.execute(insert(channels).values(name="a", version=1))
                await asyncio.Event().wait()

        with pytest.raises(StorageFailed, match="reason=took too long"):
            await dawdle()
        await add(hasty, "b")
        assert await count(hasty) == 1

    async def test_a_broken_rule_undoes_what_was_written_inside(self, database: Database) -> None:
        """It is said as outside, and the connection is used again."""
        with pytest.raises(StorageFailed, match="reason=breaks a constraint"):
            await add_inside(database, "a", "b", "a")
        assert await count(database) == 0
        await add_inside(database, "a")
        assert await count(database) == 1

    async def test_a_commit_that_fails_inside_leaves_nothing(self, database: Database) -> None:
        """Nor for the next one to commit."""
        assert isinstance(database._writer, AsyncEngine)

        def refuse(_connection: object) -> None:
            event.remove(engine, "commit", refuse)
            raise OSError("no space left")

        engine = database._writer.sync_engine
        event.listen(engine, "commit", refuse)
        with pytest.raises(StorageFailed):
            await add_inside(database, "failed")
        await add_inside(database, "next")
        assert await count(database) == 1

    async def test_our_own_errors_pass_through_and_undo_the_transaction(self, database: Database) -> None:
        """A refusal in the middle of a transaction is not the database's fault."""

        async def change_ones_mind() -> None:
            async with database.write_transaction() as connection:
                await connection.execute(insert(channels).values(name="a", version=1))
                raise Busy("Later.", retry_after=timedelta(seconds=1))

        with pytest.raises(Busy):
            await change_ones_mind()
        assert await count(database) == 0


class TestOpening:
    """It fails at once, or not at all."""

    async def test_folders_are_made(self, database_url: str, database_file: Path) -> None:
        """As many as are missing."""
        database = Database(database_url)
        await database.open()
        await database.close()
        assert [path.name for path in database_file.parent.iterdir()] == [database_file.name]

    async def test_closing_twice_is_no_error_and_opening_again_works(self, database: Database) -> None:
        """Nothing is lost in between."""
        await add(database, "a")
        for _ in range(2):
            await database.close()
        with pytest.raises(StorageFailed, match="reason=not open"):
            await count(database)
        await database.open()
        assert await count(database) == 1

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("what?", "its URL cannot be read"),
            ("sqlite+aiosqlite://", "its URL names no file"),
            ("sqlite+aiosqlite:///:memory:", "its URL names no file"),
            ("nosuch+driver://host/easel", "no driver for its URL"),
            ("sqlite:///easel.db", "no asynchronous driver in its URL"),
        ],
    )
    async def test_a_wrong_url_is_named_as_such(self, url: str, reason: str) -> None:
        """Without repeating it: it may hold a password."""
        with pytest.raises(StorageFailed, match=reason):
            await Database(url).open()

    async def test_a_place_where_no_file_can_be_is_a_failure(self, tmp_path: Path) -> None:
        """A folder in its place, or a file in its folder's."""
        (tmp_path / "file").touch()
        for place in (tmp_path, tmp_path / "file" / "easel.db"):
            with pytest.raises(StorageFailed, match="reason=cannot open"):
                await Database(f"sqlite+aiosqlite:///{place}").open()

    async def test_a_file_that_is_no_database_is_a_failure(self, database_url: str, is_letter_whole: Callable[[], bool]) -> None:
        """It is not overwritten."""
        with pytest.raises(StorageFailed, match="reason=not a database"):
            await Database(database_url).open()
        assert is_letter_whole()


class TestTogether:
    """Many at once."""

    async def test_readers_go_on_while_somebody_writes(self, database: Database) -> None:
        """They see what was there before, until it is done."""
        async with database.write_transaction() as connection:
            await connection.execute(insert(channels).values(name="a", version=1))
            assert await asyncio.gather(*(count(database) for _ in range(8))) == [0] * 8
        assert await count(database) == 1

    async def test_a_reader_sees_one_moment(self, database: Database) -> None:
        """Whatever is written between two of its questions."""
        question = select(func.count()).select_from(channels)
        async with database.read_transaction() as connection:
            assert (await connection.execute(question)).scalar_one() == 0
            await add(database, "a")
            assert (await connection.execute(question)).scalar_one() == 0
        assert await count(database) == 1

    async def test_writers_take_turns(self, database: Database, database_url: str) -> None:
        """In one process and in two: nobody writes by what has changed since it was read."""
        second = Database(database_url)
        await second.open()
        async with database.write_transaction() as connection:
            await connection.execute(insert(channels).values(name="counter", version=0))

        async def raise_by_one(some: Database) -> None:
            async with some.write_transaction() as connection:
                now = (await connection.execute(select(channels.c.version))).scalar_one()
                await asyncio.sleep(0)
                await connection.execute(channels.update().values(version=now + 1))

        await asyncio.gather(*(raise_by_one(some) for some in [database, second] * 15))
        await second.close()
        async with database.read_transaction() as connection:
            assert (await connection.execute(select(channels.c.version))).scalar_one() == 30

    @pytest.mark.parametrize("statement", range(1, 4))
    async def test_whoever_is_cancelled_in_the_thread_leaves_nothing(self, database: Database, statement: int) -> None:
        """The statement ends, the transaction does not; and the next writer goes on."""
        assert isinstance(database._writer, AsyncEngine)
        seen, loop, is_cancelled = itertools.count(1), asyncio.get_running_loop(), threading.Event()

        def cancel() -> None:
            writing.cancel()
            loop.call_soon(is_cancelled.set)

        def cancel_at_the_statement(*_: object) -> None:
            if next(seen) == statement:
                loop.call_soon_threadsafe(cancel)
                assert is_cancelled.wait(10)

        event.listen(database._writer.sync_engine, "before_cursor_execute", cancel_at_the_statement)
        writing = asyncio.create_task(add_inside(database, "a", "b", "c"))
        await asyncio.wait([writing])
        assert writing.cancelled()
        assert await count(database) == 0
        await add_inside(database, "next")
        assert await count(database) == 1

    @pytest.mark.parametrize("statement", range(1, 4))
    async def test_whoever_is_cancelled_during_a_statement_leaves_nothing(self, database: Database, statement: int) -> None:
        """The first brings BEGIN with it; and the next writer goes on."""
        assert isinstance(database._writer, AsyncEngine)
        seen = itertools.count(1)

        def cancel_at_the_statement(*_: object) -> None:
            if next(seen) == statement:
                writing.cancel()

        event.listen(database._writer.sync_engine, "before_cursor_execute", cancel_at_the_statement)
        writing = asyncio.create_task(add(database, "a", "b", "c"))
        await asyncio.wait([writing])
        assert writing.cancelled()
        assert await count(database) == 0
        await add(database, "next")
        assert await count(database) == 1

    async def test_whoever_is_cancelled_at_the_end_has_written_all_or_nothing(self, database: Database) -> None:
        """Nobody can know which; and the next writer goes on."""
        assert isinstance(database._writer, AsyncEngine)
        event.listen(database._writer.sync_engine, "commit", lambda _: writing.cancel())
        writing = asyncio.create_task(add(database, "a", "b", "c"))
        await asyncio.wait([writing])
        assert writing.cancelled()
        rows = await count(database)
        assert rows in {0, 3}
        await add(database, "next")
        assert await count(database) == rows + 1

    async def test_whoever_is_cancelled_while_waiting_for_a_turn_does_not_take_it(self, database: Database) -> None:
        """And those behind it move up."""
        async with database.write_transaction() as connection:
            await connection.execute(insert(channels).values(name="first", version=1))
            waiting = [asyncio.create_task(add(database, name)) for name in ("second", "third")]
            await asyncio.sleep(0)
            waiting[0].cancel()
        await asyncio.wait(waiting)
        assert waiting[0].cancelled()
        assert await count(database) == 2
