"""What looks for objects that nothing needs any more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.app.foundation import Foundation
from bot.app.stores import open_objects, open_records, open_spool
from bot.app.system import SystemClock
from bot.config import Settings
from bot.services.orphans import Orphans
from storage.migrate import current, head
from storage.sql.references import SqlReferences


def build_orphans(base: Foundation) -> Orphans:
    """Build the sweep of a running house."""
    return Orphans(SqlReferences(base.database), base.objects, base.clock, spool=open_spool(base.settings))


@asynccontextmanager
async def open_orphans(settings: Settings) -> AsyncIterator[Orphans | None]:
    """Open what a dry run needs and nothing else; None where there is no database of this version yet.

    Raises:
        ConfigError: The store's address makes no sense, or its package is not installed.
        StorageFailed: The database cannot be opened.
    """
    if await current(settings.records_url) != head():
        yield None
        return
    async with open_records(settings) as database, open_objects(settings) as objects:
        yield Orphans(SqlReferences(database), objects, SystemClock())
