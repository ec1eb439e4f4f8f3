"""The records of a house, fresh for each test, over every engine they can be kept in, and in memory.

To add an engine: one more name in `ENGINES`, and a fixture for its URL.
What unit tests keep in memory keeps the same promises, so it is asked too;
tests of two houses on one database are `ON_DISK` only. PostgreSQL is slow to
ask: about everything but who owns and pays what, that is marked as `long`.
"""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_asyncio

from bot.domain.jobs import Job
from bot.domain.people import PREMIUM, REGISTERED, AccountId
from bot.domain.pictures import Picture
from bot.ports.accounts import Accounts, Ledger
from bot.ports.batches import Batches
from bot.ports.billing import Billing
from bot.ports.cases import Cases
from bot.ports.collections import Collections
from bot.ports.credits import Credits
from bot.ports.inputs import Inputs
from bot.ports.jobs import Jobs
from bot.ports.moderation_log import ModerationLog
from bot.ports.page_messages import PageMessages
from bot.ports.picture_search import PictureSearch
from bot.ports.pictures import Pictures
from bot.ports.references import References
from bot.ports.refusals import Refusals
from bot.ports.removals import BlockedPictures, PictureRemovals, SentMessages
from bot.ports.reports import Reports
from bot.ports.rules import Rulebook
from bot.ports.sanctions import SanctionBook
from bot.ports.seen_keys import SeenKeys
from bot.ports.shares import Shares
from bot.ports.wish_history import WishHistory
from storage.migrate import upgrade
from storage.sql.accounts import SqlAccounts
from storage.sql.batches import SqlBatches
from storage.sql.billing import SqlBilling
from storage.sql.blocked_pictures import SqlBlockedPictures
from storage.sql.cases import SqlCases
from storage.sql.collections import SqlCollections
from storage.sql.credits import SqlCredits
from storage.sql.database import Database
from storage.sql.inputs import SqlInputs
from storage.sql.jobs import SqlJobs
from storage.sql.ledger import SqlLedger
from storage.sql.moderation_log import SqlModerationLog
from storage.sql.page_messages import SqlPageMessages
from storage.sql.picture_search import SqlPictureSearch
from storage.sql.pictures import SqlPictures
from storage.sql.references import SqlReferences
from storage.sql.refusals import SqlRefusals
from storage.sql.removals import SqlPictureRemovals
from storage.sql.reports import SqlReports
from storage.sql.rules import SqlRulebook
from storage.sql.sanctions import SqlSanctionBook
from storage.sql.seen_keys import SqlSeenKeys
from storage.sql.sent_messages import SqlSentMessages
from storage.sql.shares import SqlShares
from storage.sql.wish_history import SqlWishHistory
from tests.contract.examples import ANN, LEASE, a_hold, a_job, some_pictures
from tests.contract.paying import TillIds
from tests.contract.tables import patient_database
from tests.fakes.accounts import MemoryAccounts, MemoryLedger
from tests.fakes.batches import MemoryBatches
from tests.fakes.cases import MemoryCases
from tests.fakes.clock import StoppedClock
from tests.fakes.collections import MemoryCollections
from tests.fakes.credits import MemoryCredits
from tests.fakes.ids import CountingIds
from tests.fakes.inputs import MemoryInputs
from tests.fakes.jobs import MemoryJobs
from tests.fakes.moderation_log import MemoryModerationLog
from tests.fakes.page_messages import MemoryPageMessages
from tests.fakes.picture_search import MemoryPictureSearch
from tests.fakes.pictures import MemoryPictures
from tests.fakes.postgres import PostgresServer
from tests.fakes.references import MemoryReferences
from tests.fakes.refusals import MemoryRefusals
from tests.fakes.removals import MemoryBlockedPictures, MemoryPictureRemovals, MemorySentMessages
from tests.fakes.reports import MemoryReports
from tests.fakes.rules import MemoryRulebook
from tests.fakes.sanctions import MemorySanctionBook
from tests.fakes.seen_keys import MemorySeenKeys
from tests.fakes.shares import MemoryShares
from tests.fakes.stripe_events import StripeWebhookSender
from tests.fakes.wish_history import MemoryWishHistory

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]
MEMORY = "memory"

ON_DISK = pytest.mark.parametrize("engine_name", ENGINES, indirect=True)
"""Marks a test that opens the same database twice."""


_ALWAYS = (
    "test_accounts",
    "test_billing.py",
    "test_cases",
    "test_claims",
    "test_credits",
    "test_joining",
    "test_ledger",
    "test_rules",
)
"""How the modules begin that ask PostgreSQL in `make test` too."""


_NO_PARAMETERS = SimpleNamespace(params={})


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what PostgreSQL is asked in the long run only."""
    for item in items:
        parameters = getattr(item, "callspec", _NO_PARAMETERS).params.values()
        # Its name may stand behind other parameters in the test's own, so the values are looked at.
        is_asked = any(value == "postgresql" for value in parameters if isinstance(value, str))
        if is_asked and not item.path.name.startswith(_ALWAYS):
            item.add_marker(pytest.mark.long)


@dataclass(frozen=True, slots=True)
class ContractTables:
    """Everything that one house keeps."""

    jobs: Jobs
    batches: Batches
    ledger: Ledger
    pictures: Pictures
    picture_search: PictureSearch
    wish_history: WishHistory
    shares: Shares
    collections: Collections
    inputs: Inputs
    accounts: Accounts
    messages: PageMessages
    reports: Reports
    rulebook: Rulebook
    credits: Credits
    seen_keys: SeenKeys
    references: References
    removals: PictureRemovals
    blocked: BlockedPictures
    sent_messages: SentMessages
    sanctions: SanctionBook
    cases: Cases
    refusals: Refusals
    moderation_log: ModerationLog


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate once; tests start from copies."""
    path = tmp_path_factory.mktemp("records") / "empty.db"
    await upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(params=[*ENGINES, MEMORY])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Say what the records are kept in."""
    return str(request.param)


@pytest.fixture
def sqlite_url(empty_file: Path, tmp_path: Path) -> str:
    """Copy the file."""
    shutil.copy(empty_file, tmp_path / "records.db")
    return f"sqlite+aiosqlite:///{tmp_path / 'records.db'}"


@pytest.fixture
async def postgresql_url(postgres: PostgresServer) -> str:
    """Empty the database."""
    return await postgres.empty()


@pytest.fixture
def records_url(engine_name: str, request: pytest.FixtureRequest) -> str:
    """Return the URL of a database with all tables and no rows."""
    return str(request.getfixturevalue(f"{engine_name}_url"))


@pytest.fixture
async def database(records_url: str) -> AsyncIterator[Database]:
    """Open it."""
    database = patient_database(records_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def clock() -> StoppedClock:
    """Stop the time."""
    return StoppedClock()


@pytest.fixture
def records(engine_name: str, clock: StoppedClock, request: pytest.FixtureRequest) -> ContractTables:
    """Return a house's records."""
    if engine_name == MEMORY:
        memory, ids = MemoryJobs(clock), CountingIds()
        moderation_log = MemoryModerationLog(clock)
        cases = MemoryCases(clock, CountingIds(), moderation_log)
        return ContractTables(
            jobs=memory,
            batches=MemoryBatches(memory),
            ledger=MemoryLedger(memory, ids),
            pictures=MemoryPictures(memory, cases),
            picture_search=MemoryPictureSearch(memory, collections := MemoryCollections(memory)),
            wish_history=MemoryWishHistory(memory),
            shares=MemoryShares(),
            collections=collections,
            inputs=MemoryInputs(memory),
            accounts=MemoryAccounts(CountingIds(), memory),
            messages=MemoryPageMessages(clock, CountingIds()),
            reports=MemoryReports(clock),
            rulebook=MemoryRulebook(memory.books, clock, ids),
            credits=MemoryCredits(memory.books, clock, ids),
            seen_keys=MemorySeenKeys(),
            references=MemoryReferences(memory),
            removals=MemoryPictureRemovals(memory, blocked := MemoryBlockedPictures()),
            blocked=blocked,
            sent_messages=MemorySentMessages(memory),
            cases=cases,
            refusals=MemoryRefusals(),
            moderation_log=moderation_log,
            sanctions=MemorySanctionBook(memory, clock, moderation_log),
        )
    database: Database = request.getfixturevalue("database")
    ids = CountingIds()
    return ContractTables(
        jobs=SqlJobs(database, clock),
        batches=SqlBatches(database),
        ledger=SqlLedger(database, clock, ids),
        pictures=SqlPictures(database),
        picture_search=SqlPictureSearch(database),
        wish_history=SqlWishHistory(database),
        shares=SqlShares(database),
        collections=SqlCollections(database),
        inputs=SqlInputs(database),
        accounts=SqlAccounts(database, clock, CountingIds()),
        messages=SqlPageMessages(database, clock, CountingIds()),
        reports=SqlReports(database, clock),
        rulebook=SqlRulebook(database, clock, ids),
        credits=SqlCredits(database, clock, ids),
        seen_keys=SqlSeenKeys(database, clock),
        references=SqlReferences(database),
        removals=SqlPictureRemovals(database, clock),
        blocked=SqlBlockedPictures(database, clock),
        sent_messages=SqlSentMessages(database, clock),
        sanctions=SqlSanctionBook(database, clock),
        cases=SqlCases(database, clock, ids),
        refusals=SqlRefusals(database),
        moderation_log=SqlModerationLog(database, clock),
    )


@pytest.fixture
def jobs(records: ContractTables) -> Jobs:
    """Return the table of jobs."""
    return records.jobs


@pytest.fixture
def batches(records: ContractTables) -> Batches:
    """Return the record of batches."""
    return records.batches


@pytest.fixture
def ledger(records: ContractTables) -> Ledger:
    """Return the ledger."""
    return records.ledger


@pytest.fixture
def pictures(records: ContractTables) -> Pictures:
    """Return the record of pictures."""
    return records.pictures


@pytest.fixture
def picture_search(records: ContractTables) -> PictureSearch:
    """Return what finds pictures by their words."""
    return records.picture_search


@pytest.fixture
def wish_history(records: ContractTables) -> WishHistory:
    """Return what finds wishes whatever came of them."""
    return records.wish_history


@pytest.fixture
def shares(records: ContractTables) -> Shares:
    """Return the record of share pages."""
    return records.shares


@pytest.fixture
def collections(records: ContractTables) -> Collections:
    """Return the record of collections."""
    return records.collections


@pytest.fixture
def inputs(records: ContractTables) -> Inputs:
    """Return the record of brought pictures."""
    return records.inputs


@pytest.fixture
def references(records: ContractTables) -> References:
    """Return what the record still has of stored objects."""
    return records.references


@pytest.fixture
def removals(records: ContractTables) -> PictureRemovals:
    """Return the record of pictures that were taken out of sight."""
    return records.removals


@pytest.fixture
def blocked(records: ContractTables) -> BlockedPictures:
    """Return the pictures that may not come back."""
    return records.blocked


@pytest.fixture
def sent_messages(records: ContractTables) -> SentMessages:
    """Return the messages beside the jobs' own."""
    return records.sent_messages


@pytest.fixture
def accounts(records: ContractTables) -> Accounts:
    """Return the accounts."""
    return records.accounts


@pytest.fixture
def reports(records: ContractTables) -> Reports:
    """Return the reports."""
    return records.reports


@pytest.fixture
def cases(records: ContractTables) -> Cases:
    """Return the cases."""
    return records.cases


@pytest.fixture
def moderation_log(records: ContractTables) -> ModerationLog:
    """Return the moderation log."""
    return records.moderation_log


@pytest.fixture
def rulebook(records: ContractTables) -> Rulebook:
    """Return what admins have set."""
    return records.rulebook


@pytest.fixture
def credits_(records: ContractTables) -> Credits:
    """Return the credits, whose name alone is Python's own."""
    return records.credits


@pytest.fixture
def seen_keys(records: ContractTables) -> SeenKeys:
    """Return what has happened."""
    return records.seen_keys


@pytest.fixture
def refusals(records: ContractTables) -> Refusals:
    """Return the refusals."""
    return records.refusals


@pytest.fixture
def sanctions(records: ContractTables) -> SanctionBook:
    """Return the sanctions."""
    return records.sanctions


@pytest.fixture
def messages(records: ContractTables) -> PageMessages:
    """Return the web page's messages."""
    return records.messages


@pytest.fixture
async def ann(accounts: Accounts) -> AccountId:
    """Return the account of somebody who is known here."""
    return (await accounts.get_or_create(ANN, REGISTERED)).id


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


@pytest.fixture
async def fox_picture(jobs: Jobs, running: Job) -> Picture:
    """Keep a picture of it."""
    [picture] = some_pictures(running.id)
    await jobs.keep(running.id, 1, (picture,))
    return picture


@pytest.fixture
def billing(database: Database, clock: StoppedClock) -> Billing:
    """Keep what was paid for."""
    return SqlBilling(database, clock, TillIds(), PREMIUM)


@pytest.fixture
async def till(billing: Billing) -> AsyncIterator[StripeWebhookSender]:
    """Open Stripe's endpoint."""
    async with StripeWebhookSender(billing) as till:
        yield till
