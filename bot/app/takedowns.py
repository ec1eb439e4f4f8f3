"""What an operator's takedown needs: the records, and nothing that runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.adapters.discord import DISCORD
from bot.adapters.discord.message_links import parse_message_link as parse_discord_link
from bot.adapters.slack import SLACK
from bot.adapters.slack.message_links import parse_message_link as parse_slack_link
from bot.app.stores import open_records
from bot.app.system import RandomIds, SystemClock
from bot.config import Settings
from bot.ports.accounts import Accounts
from bot.ports.removals import PictureRemovals
from bot.services.picture_lookup import PictureLookup
from bot.services.removal import Removals
from bot.services.takedowns import Takedowns
from storage.migrate import upgrade
from storage.sql.accounts import SqlAccounts
from storage.sql.blocked_pictures import SqlBlockedPictures
from storage.sql.jobs import SqlJobs
from storage.sql.pictures import SqlPictures
from storage.sql.removals import SqlPictureRemovals
from storage.sql.sent_messages import SqlSentMessages


@dataclass(frozen=True, slots=True)
class TakedownTools:
    """Finds pictures and people, takes them down, and lists what is left of them."""

    takedowns: Takedowns
    lookup: PictureLookup
    accounts: Accounts
    removals: PictureRemovals


@asynccontextmanager
async def open_takedowns(settings: Settings) -> AsyncIterator[TakedownTools]:
    """Open the records alone: a running house sees to what follows.

    Raises:
        StorageFailed: The database cannot be opened.
    """
    await upgrade(settings.records_url)
    clock = SystemClock()
    async with open_records(settings) as database:
        pictures, removals = SqlPictures(database), SqlPictureRemovals(database, clock)
        yield TakedownTools(
            Takedowns(Removals(removals, clock), pictures, SqlBlockedPictures(database, clock)),
            PictureLookup(
                SqlJobs(database, clock),
                pictures,
                SqlSentMessages(database, clock),
                {DISCORD: parse_discord_link, SLACK: parse_slack_link},
            ),
            SqlAccounts(database, clock, RandomIds()),
            removals,
        )
