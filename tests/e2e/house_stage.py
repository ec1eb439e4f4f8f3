"""The whole house in this process, in front of a chat platform of our own."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

from bot.app.chat_platforms import WebExtension, open_chat_platforms
from bot.app.foundation import Foundation, open_foundation
from bot.app.house import House, run_house
from bot.config import Settings
from bot.domain.jobs import Job
from bot.domain.people import Platform
from bot.ports.clock import Clock
from tests.e2e.tables import give_tables
from tests.fakes.observer import RecordingObserver


@dataclass(kw_only=True)
class HouseStage:
    """A house that may leave and come back."""

    settings: Settings
    house: House | None = None
    observer: RecordingObserver = field(default_factory=RecordingObserver)
    extension: WebExtension = field(default_factory=WebExtension)
    shares_clock: bool = False
    """Whether the house goes by the platform's clock."""
    _open: AsyncExitStack | None = field(default=None)

    async def _open_house(self, platform_clock: Clock) -> None:
        stack = AsyncExitStack()
        await give_tables(self.settings.home)
        base = await stack.enter_async_context(open_foundation(self.settings, self.observer))
        base = replace(base, clock=platform_clock) if self.shares_clock else base
        chats = await stack.enter_async_context(open_chat_platforms(base))
        self.house = await stack.enter_async_context(run_house(base, chats.surfaces))
        self.extension = await stack.enter_async_context(chats.listen(self.house.services.features, self.house.dispatcher))
        self._open = stack

    async def close(self) -> None:
        """Close the house."""
        if self._open is not None:
            await self._open.aclose()
        self._open = None

    @property
    def base(self) -> Foundation:
        """What the open house stands on."""
        assert self.house is not None
        return self.house.base

    async def _wait_for_job(self, platform: Platform, channel: str, message: str) -> Job:
        """Return the job that a message speaks of, once that is written down."""
        jobs = self.base.records.jobs
        async with asyncio.timeout(10):
            while (job := await jobs.by_message(platform, channel, message)) is None:  # noqa: ASYNC110 - the database is looked at
                await asyncio.sleep(0.01)
        return job
