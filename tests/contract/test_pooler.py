"""Do the records keep their promises behind a pooler that gives each transaction another session?"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from bot.domain.people import REGISTERED
from bot.errors import StorageFailed
from storage.migrate import current, head, upgrade
from storage.sql.accounts import SqlAccounts
from storage.sql.database import Database, open_database
from storage.sql.jobs import SqlJobs
from storage.sql.postgres import PostgresOptions
from tests.contract.examples import ANN, DONE, LEASE, TODAY, a_drawing, a_hold, a_job, some_pictures
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds
from tests.fakes.pgbouncer import pgbouncer
from tests.fakes.postgres import PostgresServer

pytestmark = [pytest.mark.needs("postgresql"), pytest.mark.needs("pgbouncer")]

SESSIONS = 2
PROCESSES = 4
OPTIONS = PostgresOptions(pool_size=4, prepared_statements=False)


@pytest.fixture(scope="module")
def pooler(postgres: PostgresServer) -> Iterator[str]:
    """Run one with fewer sessions than anybody wants, and yield how to reach it."""
    with pgbouncer(postgres, connections=SESSIONS) as where:
        yield where


@pytest.fixture
async def url(postgres: PostgresServer, pooler: str) -> str:
    """Empty the database, and return its URL by way of the pooler."""
    await postgres.empty()
    return f"postgresql://postgres@/postgres?{pooler}"


@pytest.fixture
async def processes(url: str) -> AsyncIterator[list[Database]]:
    """Open the database as often as processes would."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(open_database(url, OPTIONS)) for _ in range(PROCESSES)]


async def test_many_processes_share_few_sessions(processes: list[Database]) -> None:
    """Each takes jobs from end to end, several at a time; nothing of one is left in the session of another."""
    clock = StoppedClock()
    ann = (await SqlAccounts(processes[0], clock, CountingIds()).get_or_create(ANN, REGISTERED)).id

    async def work(name: str, jobs: SqlJobs) -> None:
        fox = (await jobs.accept(a_job(name, ann), a_hold(ann, 1, replace(TODAY, limit=1000)))).job
        claimed = await jobs.claim(fox.id, LEASE)
        assert claimed is not None
        await jobs.open_drawing(a_drawing(f"{name}.drawing", claimed))
        await jobs.renew(fox.id, claimed.attempt, LEASE)
        await jobs.keep(fox.id, claimed.attempt, some_pictures(fox.id))
        await jobs.finish(fox.id, claimed.attempt, DONE)

    all_jobs = [SqlJobs(database, clock) for database in processes]
    async with asyncio.TaskGroup() as group:
        for number in range(10 * PROCESSES):
            group.create_task(work(f"job {number}", all_jobs[number % PROCESSES]))
    assert await all_jobs[0].count_open(ann) == 0
    assert len(await all_jobs[0].of_account(ann, most=1000)) == 10 * PROCESSES


async def test_the_tables_are_made_through_it(postgres: PostgresServer, pooler: str) -> None:
    """Once, however many processes start at once: the lock belongs to the transaction, not to the session."""
    await postgres.new_database("pooled")
    url = f"postgresql://postgres@/pooled?{pooler}"
    versions = await asyncio.gather(*(upgrade(url) for _ in range(3)))
    assert sorted(versions, key=str) == [(head(), head())] * 2 + [(None, head())]
    assert await current(url) == head()


async def test_a_setting_that_it_needs_is_named(url: str) -> None:
    """It refuses connections with settings of their own, so nobody runs into it later."""
    with pytest.raises(StorageFailed) as caught:
        await Database(url).open()
    assert caught.value.reason.endswith("is a pooler, so [records] prepared_statements has to be false")


@pytest.mark.parametrize(
    ("who", "database", "reason"),
    [
        ("stranger", "postgres", "refuses the user stranger or the password"),
        ("postgres", "nowhere", "has no database called nowhere"),
    ],
)
async def test_its_own_refusals_are_named_too(pooler: str, who: str, database: str, reason: str) -> None:
    """As the server's are."""
    with pytest.raises(StorageFailed) as caught:
        await current(f"postgresql://{who}@/{database}?{pooler}")
    assert caught.value.reason.endswith(reason)
