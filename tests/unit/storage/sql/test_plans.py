"""Asks SQLite's planner of every statement that the records run: none may read a whole table, however long its history."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.chat import MessageRef
from bot.domain.images import PictureId
from bot.domain.jobs import DrawingState, JobId, Words
from bot.domain.people import REGISTERED, AccountId
from storage.sql.accounts import SqlAccounts
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from storage.sql.ledger import SqlLedger
from storage.sql.messages import SqlMessages
from storage.sql.pictures import SqlPictures
from tests.contract.examples import (
    ANN,
    CANCELLED,
    DONE,
    LEASE,
    TODAY,
    WEB,
    a_drawing,
    a_hold,
    a_job,
    some_pictures,
)
from tests.fakes.clock import NOON, StoppedClock
from tests.fakes.ids import CountingIds

HARMLESS = {
    "SCAN CONSTANT ROW",
    "SCAN jobs USING INDEX ix_jobs_open",
    "SCAN jobs USING INDEX ix_jobs_untold",
}
"""No table at all; and whole indexes, but only of jobs that still want something: they do not grow with history."""

Statement = tuple[str, Any]


@contextmanager
def overheard(database: Database) -> Iterator[list[Statement]]:
    """Note every statement, with the values it was run with."""
    heard: dict[str, Any] = {}
    statements: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, is_many: bool) -> None:
        heard.setdefault(statement, values[0] if is_many else values)

    engines = [engine.sync_engine for engine in (database._writer, database._reader) if isinstance(engine, AsyncEngine)]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield statements
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    statements.extend((statement, values) for statement, values in heard.items() if not statement.startswith(("BEGIN", "PRAGMA")))


async def plan_of(database: Database, statement: str, values: Any) -> list[str]:
    """Ask how it would be run."""
    async with database.writing() as connection:
        found = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return [row.detail for row in found]


async def work_on_a_job(jobs: SqlJobs, account: AccountId) -> None:
    """Call everything that `Jobs` has."""
    job = JobId("fox")
    for _ in range(2):
        await jobs.accept(a_job(job, account), a_hold(account))
    await jobs.attach(job, MessageRef(a_job(job, account).place, "1"))
    await jobs.line(job)
    await jobs.unclaimed(frozenset({WEB}))
    claimed = await jobs.claim(job, LEASE)
    assert claimed is not None
    await jobs.renew(job, 1, LEASE)
    await jobs.record_words(job, 1, Words("a fox"))
    drawing = a_drawing("drawing", claimed)
    await jobs.open_drawing(drawing)
    await jobs.close_drawing(replace(drawing, state=DrawingState.DRAWN))
    await jobs.drawings(job)
    for _ in range(2):
        await jobs.keep(job, 1, some_pictures(job))
    await jobs.hand_back(job, 1, NOON)
    assert not await jobs.cancel(job, CANCELLED)
    for _ in range(2):
        await jobs.finish(job, 1, DONE)
    await jobs.told(job)
    await jobs.untold(frozenset({WEB}))
    await jobs.cost(job)
    await jobs.get(job)
    await jobs.by_key("fox")


async def look_at_pictures(pictures: SqlPictures, account: AccountId) -> None:
    """Call everything that `Pictures` has."""
    job, picture = JobId("fox"), PictureId("fox.0")
    await pictures.get(picture)
    await pictures.of_job(job)
    await pictures.latest(account, 10)
    await pictures.hide(job, NOON)
    await pictures.show(job)
    await pictures.due(NOON)
    await pictures.is_key_needed("key")
    await pictures.remove(picture)


async def talk(messages: SqlMessages) -> None:
    """Call everything that `Messages` has."""
    said = await messages.add(channel="lobby", author="easel", body="one", key="k")
    await messages.replace(said.id, "two")
    await messages.get(said.id)
    await messages.page("lobby", most=10)
    await messages.page("lobby", most=10, before=said.id)
    await messages.since("lobby", 0)
    await messages.delete(said.id)


async def test_no_statement_reads_a_whole_table(database: Database) -> None:
    """Rows that are looked for are found by an index."""
    clock, ids = StoppedClock(), CountingIds()
    with overheard(database) as statements:
        account = (await SqlAccounts(database, clock, ids).of(ANN, REGISTERED)).id
        await work_on_a_job(SqlJobs(database, clock), account)
        await SqlLedger(database).standing(a_hold(account).community, account, TODAY.day, TODAY.limit)
        await look_at_pictures(SqlPictures(database), account)
        await talk(SqlMessages(database, clock, ids))
    assert len(statements) > 40
    plans = {statement: await plan_of(database, statement, values) for statement, values in statements}
    slow = {
        statement: plan
        for statement, plan in plans.items()
        if any(step not in HARMLESS and ("SCAN" in step or "TEMP B-TREE" in step) for step in plan)
    }
    assert slow == {}


async def test_a_whole_table_would_be_noticed(database: Database) -> None:
    """The planner calls it a scan."""
    async with database.writing() as connection:
        await connection.execute(text("SELECT 1"))
    [step] = await plan_of(database, "SELECT * FROM jobs WHERE tier = ?", ("guest",))
    assert step == "SCAN jobs"
