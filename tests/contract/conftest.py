"""The records of a house, fresh for each test, over every engine they can be kept in.

To add an engine: one more name in `ENGINES`, and a branch in `records_url`.
"""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.domain.jobs import Job
from bot.domain.people import REGISTERED, AccountId
from bot.ports.accounts import Accounts, Ledger
from bot.ports.jobs import Jobs
from bot.ports.messages import Messages
from bot.ports.pictures import Pictures
from storage.migrate import upgrade
from storage.sql.accounts import SqlAccounts
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from storage.sql.ledger import SqlLedger
from storage.sql.messages import SqlMessages
from storage.sql.pictures import SqlPictures
from tests.contract.examples import ANN, LEASE, a_hold, a_job
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds

ENGINES = ["sqlite"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate once; tests start from copies."""
    path = tmp_path_factory.mktemp("records") / "empty.db"
    await upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(params=ENGINES)
def records_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database with all tables and no rows."""
    assert request.param == "sqlite"
    shutil.copy(request.getfixturevalue("empty_file"), tmp_path / "records.db")
    return f"sqlite+aiosqlite:///{tmp_path / 'records.db'}"


@pytest.fixture
async def database(records_url: str) -> AsyncIterator[Database]:
    """Open it."""
    database = Database(records_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def clock() -> StoppedClock:
    """Stop the time."""
    return StoppedClock()


@pytest.fixture
def jobs(database: Database, clock: StoppedClock) -> Jobs:
    """Give the table of jobs."""
    return SqlJobs(database, clock)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """Give the ledger."""
    return SqlLedger(database)


@pytest.fixture
def pictures(database: Database) -> Pictures:
    """Give the record of pictures."""
    return SqlPictures(database)


@pytest.fixture
def accounts(database: Database, clock: StoppedClock) -> Accounts:
    """Give the accounts."""
    return SqlAccounts(database, clock, CountingIds())


@pytest.fixture
def messages(database: Database, clock: StoppedClock) -> Messages:
    """Give the web page's messages."""
    return SqlMessages(database, clock, CountingIds())


@pytest.fixture
async def ann(accounts: Accounts) -> AccountId:
    """Give the account of somebody who is known here."""
    return (await accounts.of(ANN, REGISTERED)).id


@pytest.fixture
async def fox(jobs: Jobs, ann: AccountId) -> Job:
    """Accept a job."""
    return (await jobs.accept(a_job("fox", ann), a_hold(ann))).job


@pytest.fixture
async def running(jobs: Jobs, fox: Job) -> Job:
    """Claim it."""
    claimed = await jobs.claim(fox.id, LEASE)
    assert claimed is not None
    return claimed
