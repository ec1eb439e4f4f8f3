"""What is opened before the house runs: the database, the object store and the AI services."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from bot.app.ai_services import AiServices, open_ai_services
from bot.app.data_folder import make_data_folder
from bot.app.stores import open_objects
from bot.app.system import RandomIds, SystemClock
from bot.config import Settings
from bot.domain.people import Tier
from bot.ports.accounts import Accounts, Ledger
from bot.ports.api_keys import ApiKeys
from bot.ports.billing import Billing
from bot.ports.clock import Clock, Ids
from bot.ports.codes import Codes
from bot.ports.credits import Credits
from bot.ports.installations import Installations
from bot.ports.jobs import Jobs
from bot.ports.messages import Messages
from bot.ports.objects import ObjectStore
from bot.ports.once import Once
from bot.ports.pictures import Pictures
from bot.ports.references import References
from bot.ports.reports import Reports
from bot.ports.rules import Rulebook
from bot.ports.statistics import Statistics
from storage.migrate import upgrade
from storage.sql.accounts import SqlAccounts
from storage.sql.billing import SqlBilling
from storage.sql.codes import SqlCodes
from storage.sql.credits import SqlCredits
from storage.sql.database import open_database
from storage.sql.installations import SqlInstallations
from storage.sql.jobs import SqlJobs
from storage.sql.keys import SqlApiKeys
from storage.sql.ledger import SqlLedger
from storage.sql.messages import SqlMessages
from storage.sql.once import SqlOnce
from storage.sql.pictures import SqlPictures
from storage.sql.references import SqlReferences
from storage.sql.reports import SqlReports
from storage.sql.rules import SqlRulebook
from storage.sql.statistics import SqlStatistics

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Records:
    """The tables, by port; `check_writable` raises `StorageFailed` while nothing can be written to them."""

    jobs: Jobs
    pictures: Pictures
    accounts: Accounts
    ledger: Ledger
    messages: Messages
    reports: Reports
    installations: Installations
    codes: Codes
    rulebook: Rulebook
    credits: Credits
    once: Once
    keys: ApiKeys
    statistics: Statistics
    check_writable: Callable[[], Awaitable[None]]
    billing: Billing
    references: References


@dataclass(frozen=True, slots=True)
class Foundation:
    """Everything that is opened before, and closed after, the house runs."""

    settings: Settings
    clock: Clock
    ids: Ids
    records: Records
    objects: ObjectStore
    ai_services: AiServices


@asynccontextmanager
async def open_foundation(settings: Settings) -> AsyncIterator[Foundation]:
    """Open it, and close it in reverse order.

    Raises:
        ConfigError: A setting names something that is not there, or a data folder that cannot be written to.
        StorageFailed: The database cannot be opened or brought up to date.
    """
    for sentence in settings.outdated:
        log.warning("setting.outdated", text=sentence)
    await asyncio.to_thread(make_data_folder, settings.home)
    clock, ids = SystemClock(), RandomIds()
    async with AsyncExitStack() as stack:
        ai_services = await stack.enter_async_context(open_ai_services(settings, clock))
        records = await stack.enter_async_context(_open_records(settings, clock, ids))
        objects = await stack.enter_async_context(open_objects(settings))
        yield Foundation(settings, clock, ids, records, objects, ai_services)


@asynccontextmanager
async def _open_records(settings: Settings, clock: Clock, ids: Ids) -> AsyncIterator[Records]:
    await upgrade(settings.records_url)
    async with open_database(settings.records_url) as database:
        yield Records(
            jobs=SqlJobs(database, clock),
            pictures=SqlPictures(database),
            accounts=SqlAccounts(database, clock, ids),
            ledger=SqlLedger(database, clock, ids),
            messages=SqlMessages(database, clock, ids),
            reports=SqlReports(database, clock),
            installations=SqlInstallations(database),
            codes=SqlCodes(database, clock),
            rulebook=SqlRulebook(database, clock, ids),
            credits=SqlCredits(database, clock, ids),
            once=SqlOnce(database, clock),
            keys=SqlApiKeys(database, clock),
            statistics=SqlStatistics(database),
            check_writable=database.check_writable,
            billing=SqlBilling(database, clock, ids, Tier(settings.membership.tier)),
            references=SqlReferences(database),
        )
