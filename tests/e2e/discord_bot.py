"""A bot with commands of a test's own, on a Discord of ours: the whole front end, and nothing of the house behind it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.adapters.discord.front_end import DiscordFrontEnd, DiscordOptions
from bot.adapters.discord.gateway import ShardOptions
from bot.app.system import SystemClock
from bot.commands.dispatcher import Dispatcher
from bot.commands.spec import AnyCommand
from bot.commands.translations import load_translations
from bot.services.picture_lookup import PictureLookup
from storage.limits.local import LocalRateLimiter
from storage.no_shared_files import NoSharedFiles
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.client import pointed_at
from tests.fakes.jobs import MemoryJobs
from tests.fakes.objects import MemoryObjects
from tests.fakes.owners import nobody
from tests.fakes.pictures import MemoryPictures
from tests.fakes.removals import MemorySentMessages


@asynccontextmanager
async def a_bot(discord: FakeDiscord, folder: Path, commands: Iterable[AnyCommand]) -> AsyncIterator[None]:
    """Run it, connected and with its commands registered."""
    clock = SystemClock()
    dispatcher, jobs = Dispatcher(commands, lambda: "c0ffee", nobody), MemoryJobs(clock)
    lookup = PictureLookup(jobs, MemoryPictures(jobs), MemorySentMessages(jobs))
    options = DiscordOptions(discord.token, folder / "lock", ShardOptions(), translations=load_translations())
    with pointed_at(discord):
        async with (
            DiscordFrontEnd(options, MemoryObjects(), clock, LocalRateLimiter(clock), NoSharedFiles()) as front,
            front.listen(dispatcher, lookup),
        ):
            await discord.gateway.ready()
            await discord.commands_synced(next(iter(dispatcher.commands.values())).group)
            yield
