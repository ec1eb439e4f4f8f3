"""Asks every database what becomes of paid calls that version 0.1 left open: does the money add up after the upgrade?"""

from dataclasses import replace

from sqlalchemy import text

from bot.domain.allowances import Budget, Period, Spending
from bot.domain.jobs import Drawing, DrawingState, JobId
from bot.domain.money import Cost
from bot.domain.people import HOUSE, AccountId
from storage.migrate import upgrade
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from storage.sql.ledger import SqlLedger
from tests.contract.conftest import ON_DISK
from tests.contract.examples import FAILED, LEASE, TODAY, a_drawing, a_hold, a_job
from tests.contract.sums import DIFFERENCES
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds

pytestmark = ON_DISK

BEFORE = (
    "DROP TABLE leader_leases",
    "ALTER TABLE jobs DROP COLUMN lapses",
    "ALTER TABLE jobs DROP COLUMN missing_since",
    "DROP TABLE tenant_usage",
    "ALTER TABLE holds RENAME COLUMN tenant TO crowd",
    "ALTER TABLE drawings DROP COLUMN asked",
    "UPDATE drawings SET state = 'open', microusd = 0",
    "UPDATE alembic_version SET version_num = '0007'",
)
"""What makes of a database one of the version before; its program wrote no price down, and closed nothing."""


async def test_calls_that_were_left_open_end_with_what_they_probably_cost(
    records_url: str, database: Database, clock: StoppedClock, ann: AccountId
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
        for statement in BEFORE:
            await connection.execute(text(statement))
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
