"""What is opened before the house runs: the database, the object store and the AI services."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from bot.adapters.monitoring.observers import Observers
from bot.app.ai_services import AiServices, open_ai_services
from bot.app.content_credentials import open_copy_signer
from bot.app.data_folder import make_data_folder
from bot.app.events import open_events
from bot.app.shared_state import SharedState, open_shared_state
from bot.app.stores import open_objects, open_records
from bot.app.system import RandomIds, SystemClock
from bot.app.worker_slots import available_memory, fit_slots
from bot.config import Settings
from bot.moderation.guard import Guard
from bot.moderation.input_check import InputCheck
from bot.moderation.word_filter import CommunityWords, WordFilter
from bot.pipeline.input_keeping import InputKeeping
from bot.ports.accounts import Accounts, Ledger
from bot.ports.cases import Cases
from bot.ports.clock import Clock, Ids
from bot.ports.copy_signer import CopySigner
from bot.ports.events import Events
from bot.ports.inputs import Inputs
from bot.ports.jobs import Jobs
from bot.ports.objects import ObjectStore
from bot.ports.observer import Observer
from bot.ports.pictures import Pictures
from bot.ports.removals import PictureRemovals, SentMessages
from bot.ports.rules import Rulebook
from storage.migrate import upgrade
from storage.sql.accounts import SqlAccounts
from storage.sql.blocked_pictures import SqlBlockedPictures
from storage.sql.cases import SqlCases
from storage.sql.database import Database
from storage.sql.inputs import SqlInputs
from storage.sql.jobs import SqlJobs
from storage.sql.ledger import SqlLedger
from storage.sql.pictures import SqlPictures
from storage.sql.removals import SqlPictureRemovals
from storage.sql.rules import SqlRulebook
from storage.sql.sent_messages import SqlSentMessages

log = structlog.get_logger(__name__)

_UNOBSERVED = Observers()


@dataclass(frozen=True, slots=True)
class Records:
    """The tables that everything stands on, by port. A feature that has one of its own opens it on the database."""

    jobs: Jobs
    pictures: Pictures
    inputs: Inputs
    removals: PictureRemovals
    sent_messages: SentMessages
    accounts: Accounts
    ledger: Ledger
    rulebook: Rulebook
    cases: Cases


@dataclass(frozen=True, slots=True)
class Foundation:
    """Everything that is opened before, and closed after, the house runs."""

    settings: Settings
    clock: Clock
    ids: Ids
    database: Database
    records: Records
    objects: ObjectStore
    copy_signer: CopySigner
    ai_services: AiServices
    events: Events
    observer: Observer
    word_filter: WordFilter
    guard: Guard
    shared: SharedState
    inputs: InputKeeping


@asynccontextmanager
async def open_foundation(settings: Settings, observer: Observer = _UNOBSERVED) -> AsyncIterator[Foundation]:
    """Open the foundation, and close it in reverse order. `observer` is told what happens in the house.

    Raises:
        ConfigError: A setting names something that is not there, or a data folder that cannot be written to.
        StorageFailed: The database cannot be opened or brought up to date.
    """
    settings = fit_slots(settings, available_memory())
    for sentence in settings.outdated:
        log.warning("setting.outdated", text=sentence)
    await asyncio.to_thread(make_data_folder, settings.home)
    clock, ids = SystemClock(), RandomIds()
    copy_signer = await open_copy_signer(settings, clock)
    async with AsyncExitStack() as stack:
        ai_services = await stack.enter_async_context(open_ai_services(settings, clock))
        await upgrade(settings.records_url)
        database = await stack.enter_async_context(open_records(settings))
        records = _build_records(database, clock, ids)
        objects = await stack.enter_async_context(open_objects(settings))
        events = await stack.enter_async_context(open_events(settings, ids))
        shared = await stack.enter_async_context(open_shared_state(settings, database, clock, ids))
        word_filter = WordFilter(ai_services.matcher, CommunityWords(records.rulebook))
        guard = Guard(
            local=(word_filter,),
            models=ai_services.model_stages,
            pictures=ai_services.picture_stages,
        )
        yield Foundation(
            settings,
            clock,
            ids,
            database,
            records,
            objects,
            copy_signer,
            ai_services,
            events,
            observer,
            word_filter=word_filter,
            guard=guard,
            shared=shared,
            inputs=InputKeeping(check=InputCheck(blocked=SqlBlockedPictures(database, clock)), objects=objects, ids=ids),
        )


def _build_records(database: Database, clock: Clock, ids: Ids) -> Records:
    return Records(
        jobs=SqlJobs(database, clock),
        pictures=SqlPictures(database),
        inputs=SqlInputs(database),
        removals=SqlPictureRemovals(database, clock),
        sent_messages=SqlSentMessages(database, clock),
        accounts=SqlAccounts(database, clock, ids),
        ledger=SqlLedger(database, clock, ids),
        rulebook=SqlRulebook(database, clock, ids),
        cases=SqlCases(database, clock, ids),
    )
