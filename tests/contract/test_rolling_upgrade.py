"""Can a program of the version before go on working on tables of this version, beside one that made them so?

That is the rule for migrations (CONTRIBUTING.md): whatever a program of before
writes has a place, and means the same. A version that breaks it on purpose is
named here with its reason, and cannot be rolled out without a stop.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Connection, MetaData, Table, delete, insert, make_url, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.domain.jobs import Job, JobId, JobState
from bot.domain.people import REGISTERED
from storage.migrate import head, upgrade
from storage.schema import metadata
from storage.schema.base import JSON_VALUE
from storage.sql.accounts import SqlAccounts
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from tests.contract.conftest import ENGINES
from tests.contract.examples import ANN, LEASE, SECOND, a_drawing, a_hold, a_job, some_pictures
from tests.contract.tables import bring_to
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds

NEEDS_A_STOP = {"0009": "a program of before would count what servers use where nobody reads it"}

ROLLS = pytest.mark.skipif(head() in NEEDS_A_STOP, reason=NEEDS_A_STOP.get(head(), ""))
BEFORE = f"{int(head()) - 1:04d}"


@dataclass(frozen=True)
class Upgraded:
    """A database of this version, and the tables as a program of the version before knows them."""

    database: Database
    clock: StoppedClock
    before: MetaData

    @property
    def jobs(self) -> SqlJobs:
        """The table of jobs, for a program of this version."""
        return SqlJobs(self.database, self.clock)


@pytest.fixture(params=ENGINES)
async def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Upgraded]:
    """Make tables of the version before, look at them, and bring them to this one."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'rolled.db'}"
    else:
        url = await request.getfixturevalue("postgres").new_database("rolled")
    before, engine = MetaData(), create_async_engine(make_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(bring_to, BEFORE)
        await connection.run_sync(before.reflect)
    for column in (column for table in before.tables.values() for column in table.c if isinstance(column.type, JSON)):
        column.type = JSON_VALUE  # the database does not say how a program writes None
    await engine.dispose()
    await upgrade(url)
    database = Database(url)
    await database.open()
    yield Upgraded(database, StoppedClock(), before)
    await database.close()


@pytest.fixture
async def job(upgraded: Upgraded) -> Job:
    """Fill most tables with what a job has from its beginning to its pictures."""
    accounts = SqlAccounts(upgraded.database, upgraded.clock, CountingIds())
    ann = await accounts.get_or_create(ANN, REGISTERED)
    await upgraded.jobs.accept(a_job("fox", ann.id), a_hold(ann.id))
    job = await upgraded.jobs.claim(JobId("fox"), LEASE)
    assert job is not None
    await upgraded.jobs.open_drawing(a_drawing("one", job))
    return job


def tables(upgraded: Upgraded) -> list[Table]:
    """Return the tables of before, those first that others refer to."""
    return [upgraded.before.tables[table.name] for table in metadata.sorted_tables if table.name in upgraded.before.tables]


async def rows_of(table: Table, connection: AsyncConnection) -> list[dict[str, Any]]:
    """Read all rows as a program of before does."""
    return [dict(row) for row in (await connection.execute(select(table))).mappings()]


@ROLLS
async def test_what_a_program_of_before_writes_is_read_as_it_was_meant(upgraded: Upgraded, job: Job) -> None:
    """Row for row, with no column but those that it knows."""
    await upgraded.jobs.keep(job.id, job.attempt, some_pictures(job.id))
    kept, drawn = await upgraded.jobs.get(job.id), await upgraded.jobs.drawings(job.id)
    known = tables(upgraded)
    async with upgraded.database.write_transaction() as connection:
        rows = {table.name: await rows_of(table, connection) for table in known}
        for table in reversed(known):
            await connection.execute(delete(table))
        for table in known:
            if rows[table.name]:
                await connection.execute(insert(table), rows[table.name])
    assert {name for name, found in rows.items() if found} >= {"accounts", "identities", "jobs", "holds", "usage", "drawings"}
    assert (await upgraded.jobs.get(job.id), await upgraded.jobs.drawings(job.id)) == (kept, drawn)


@ROLLS
async def test_what_a_program_of_before_changes_may_be_changed_further(upgraded: Upgraded, job: Job) -> None:
    """Each claims what the other has left, and the fence holds between them."""
    jobs_of_before = upgraded.before.tables["jobs"]
    claim = (
        update(jobs_of_before)
        .where(jobs_of_before.c.id == job.id)
        .values(attempt=jobs_of_before.c.attempt + 1, state=str(JobState.RUNNING), lease_until=0)
        .returning(*jobs_of_before.c)
    )
    async with upgraded.database.write_transaction() as connection:
        assert (await connection.execute(claim)).one().attempt == 2
    upgraded.clock.move(SECOND)
    again = await upgraded.jobs.claim(job.id, LEASE)
    assert again is not None
    assert (again.attempt, again.lapses) == (3, 1)


@ROLLS
async def test_a_program_of_before_finds_whatever_it_knows(upgraded: Upgraded) -> None:
    """No table and no column has gone, or means something else, and nothing has to be said that it does not say."""

    def look(connection: Connection) -> MetaData:
        now = MetaData()
        now.reflect(connection)
        return now

    async with upgraded.database.read_transaction() as connection:
        now = await connection.run_sync(look)
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar() == head()
    for table in tables(upgraded):
        found = now.tables[table.name]
        assert {column.name: str(column.type) for column in found.c if column.name in table.c} == {
            column.name: str(column.type) for column in table.c
        }
        added = [column for column in found.c if column.name not in table.c]
        assert [column.name for column in added if not column.nullable and column.server_default is None] == []
