"""What the house stands on: records, pictures, and whoever draws."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.app.chance import RandomIds, SystemClock
from bot.app.makers import Makers, open_makers
from bot.app.stores import open_objects
from bot.config import Settings
from bot.ports.accounts import Accounts, Ledger
from bot.ports.clock import Clock, Ids
from bot.ports.jobs import Jobs
from bot.ports.messages import Messages
from bot.ports.objects import ObjectStore
from bot.ports.pictures import Pictures
from bot.ports.reports import Reports
from storage.migrate import upgrade
from storage.sql.accounts import SqlAccounts
from storage.sql.database import Database
from storage.sql.jobs import SqlJobs
from storage.sql.ledger import SqlLedger
from storage.sql.messages import SqlMessages
from storage.sql.pictures import SqlPictures
from storage.sql.reports import SqlReports


@dataclass(frozen=True, slots=True)
class Records:
    """The tables, by port."""

    jobs: Jobs
    pictures: Pictures
    accounts: Accounts
    ledger: Ledger
    messages: Messages
    reports: Reports


@dataclass(frozen=True, slots=True)
class Foundation:
    """Everything that is opened before, and closed after, the house runs."""

    settings: Settings
    clock: Clock
    ids: Ids
    records: Records
    objects: ObjectStore
    makers: Makers


@asynccontextmanager
async def open_foundation(settings: Settings) -> AsyncIterator[Foundation]:
    """Open it, and close it in reverse order.

    Raises:
        ConfigError: A setting names something that is not there.
        StorageFailed: The database cannot be opened or brought up to date.
    """
    clock, ids = SystemClock(), RandomIds()
    async with AsyncExitStack() as stack:
        makers = await stack.enter_async_context(open_makers(settings, clock))
        records = await stack.enter_async_context(_open_records(settings, clock, ids))
        objects = await stack.enter_async_context(open_objects(settings))
        yield Foundation(settings, clock, ids, records, objects, makers)


@asynccontextmanager
async def _open_records(settings: Settings, clock: Clock, ids: Ids) -> AsyncIterator[Records]:
    await upgrade(settings.records_url)
    database = Database(settings.records_url)
    await database.open()
    try:
        yield Records(
            jobs=SqlJobs(database, clock),
            pictures=SqlPictures(database),
            accounts=SqlAccounts(database, clock, ids),
            ledger=SqlLedger(database),
            messages=SqlMessages(database, clock, ids),
            reports=SqlReports(database, clock),
        )
    finally:
        await database.close()
