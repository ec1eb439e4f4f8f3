"""Asks every database what becomes of paid calls that version 0.1 left open: does the money add up after the upgrade?"""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, MetaData, create_engine, text

from bot.domain.allowances import Budget, Period, Spending
from bot.domain.jobs import Drawing, DrawingState, JobId
from bot.domain.money import Cost
from bot.domain.people import HOUSE, AccountId
from storage.migrate import upgrade
from storage.schema import metadata
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from storage.sql.ledger import SqlLedger
from tests.contract.conftest import ON_DISK
from tests.contract.examples import FAILED, LEASE, TODAY, a_drawing, a_hold, a_job
from tests.contract.sums import DIFFERENCES
from tests.contract.tables import bring_to
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds

pytestmark = ON_DISK

BEFORE = "0007"
"""The version whose program wrote no price down, and closed nothing."""

RENAMED = {("holds", "tenant"): "crowd"}


_PROMPT_INDEX = {
    "sqlite": (
        "DROP TRIGGER index_prompt",
        "DROP TRIGGER index_changed_prompt",
        "DROP TRIGGER drop_indexed_prompt",
        "DROP TABLE prompt_index",
        "DROP TABLE indexed_jobs",
    ),
    "postgresql": ("DROP INDEX ix_jobs_prompt", "DROP FUNCTION easel_prompt_words"),
}
"""What version 0028 made beside tables."""


def go_back(connection: Connection, before: MetaData) -> None:
    """Make of a database of today one of the version before: without what it did not have."""
    for statement in _PROMPT_INDEX[connection.dialect.name]:
        connection.execute(text(statement))
    for table in reversed(metadata.sorted_tables):
        known = before.tables.get(table.name)
        if known is None:
            connection.execute(text(f"DROP TABLE {table.name}"))
            continue
        for index in {str(one.name) for one in table.indexes} - {str(one.name) for one in known.indexes}:
            connection.execute(text(f"DROP INDEX {index}"))
        for column in set(table.c.keys()) - set(known.c.keys()):
            old = RENAMED.get((table.name, column))
            change = f"RENAME COLUMN {column} TO {old}" if old else f"DROP COLUMN {column}"
            connection.execute(text(f"ALTER TABLE {table.name} {change}"))
    connection.execute(text("UPDATE drawings SET state = 'open', microusd = 0"))
    connection.execute(text("UPDATE alembic_version SET version_num = :before"), {"before": BEFORE})


@pytest.fixture
def before() -> MetaData:
    """Return the tables of the version before."""
    tables, engine = MetaData(), create_engine("sqlite://")
    with engine.begin() as connection:
        bring_to(connection, BEFORE)
        tables.reflect(connection)
    engine.dispose()
    return tables


async def test_calls_that_were_left_open_end_with_what_they_probably_cost(
    records_url: str, database: Database, clock: StoppedClock, ann: AccountId, before: MetaData
) -> None:
    """Where the job is over; what still runs keeps its call, with a price. Both ask for what was wished for."""
    jobs, ledger = SqlJobs(database, clock), SqlLedger(database, clock, CountingIds())
    for name, estimate in (("over", 700), ("free", 0), ("running", 300)):
        wish = replace(a_job(name, ann).wish, count=3)
        await jobs.accept(replace(a_job(name, ann), wish=wish), replace(a_hold(ann), estimate=estimate))
        claimed = await jobs.claim(JobId(name), LEASE)
        assert claimed is not None
        await jobs.open_drawing(a_drawing(f"of {name}", claimed))
        if name != "running":
            await jobs.finish(JobId(name), 1, FAILED)
    async with database.write_transaction() as connection:
        await connection.run_sync(go_back, before)
    await database.close()
    for _ in range(2):
        await upgrade(records_url)
    await database.open()

    async def ended(name: str) -> Drawing:
        [drawing] = await jobs.drawings(JobId(name))
        return drawing

    for name, state, cost in (("over", "unknown", 700), ("free", "unknown", 0), ("running", "open", 300)):
        drawing = await ended(name)
        assert (drawing.state, drawing.cost, drawing.asked) == (DrawingState(state), Cost(cost, is_estimate=True), 3)
    assert await ledger.spending(Budget(HOUSE, Period.DAY, 0), TODAY.day) == Spending(held=300, spent=700)
    await jobs.finish(JobId("running"), 1, FAILED)
    assert await ledger.spending(Budget(HOUSE, Period.DAY, 0), TODAY.day) == Spending(held=0, spent=1000)
    async with database.read_transaction() as connection:
        for what, differences in DIFFERENCES.items():
            assert (await connection.execute(text(differences))).all() == [], what
