"""Checks whether the store has the pictures that the record names, and whether any wait for it here."""

import asyncio

from bot.app.stores import open_objects, open_records, open_spool
from bot.config import Settings
from bot.domain.health import Finding, Health
from bot.domain.pictures import PICTURES_FOLDER
from bot.errors import ConfigError, ObjectMissing, StorageFailed
from bot.ports.objects import ObjectStore
from bot.text import pluralize
from storage.migrate import current, head
from storage.sql.references import SqlReferences

_NEWEST = 10
"""Pictures that are looked for: what is forgotten when a house moves, or an old copy is brought back, are the newest."""

_PAGE = 500

_MEND = "Copy the pictures there with easel objects copy; if they are nowhere else, bring them back from a backup."


async def check_newest_pictures(settings: Settings) -> tuple[Finding, ...]:
    """Check that the store has the newest pictures. Trouble with the database or the store is left to their own checks."""
    try:
        if await current(settings.records_url) != head():
            return ()
        async with open_records(settings) as database, open_objects(settings) as store:
            keys = await SqlReferences(database).newest(_NEWEST)
            missing = (await asyncio.gather(*(_is_there(store, key) for key in keys))).count(False)
    except (ConfigError, StorageFailed):
        return ()
    if not missing:
        return ()
    text = f"Of the {pluralize(len(keys), 'picture')} drawn last {missing} cannot be found in {settings.objects_url}."
    return (Finding("pictures", Health.WRONG, text, _MEND),)


async def check_spool(settings: Settings) -> tuple[Finding, ...]:
    """Return how many pictures are on this machine only, so that nobody discards it with them."""
    spool = open_spool(settings)
    if spool is None:
        return ()
    count = sum([len(page) async for page in spool.list(PICTURES_FOLDER, page=_PAGE)])
    if not count:
        return ()
    text = f"{pluralize(count, 'picture')} in {settings.home / 'spool'} wait{'s' if count == 1 else ''} for the store."
    mend = "Keep this machine, and that folder, until a worker or easel run on it has brought them there."
    return (Finding("pictures", Health.NOTE, text, mend),)


async def _is_there(store: ObjectStore, key: str) -> bool:
    try:
        await store.get(key)
    except ObjectMissing:
        return False
    return True
