"""The whole house on a Slack of our own, in this process, with the real slack-bolt and slack-sdk between them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.adapters.slack import SLACK
from bot.adapters.slack.manifest import EASEL, EVENTS, IMAGINE, MAKE_PICTURE, MESSAGE_SHORTCUTS
from bot.config import Settings
from bot.domain.jobs import Job
from tests.e2e.house_stage import HouseStage
from tests.e2e.program import NOON
from tests.fakes.slack import Channel, FakeSlack, Limits, Member, Message, SlackEventDelivery, Workspace


@dataclass(kw_only=True)
class SlackStage(HouseStage):
    """A workspace with a channel and somebody in it, and a house that may leave and come back."""

    slack: FakeSlack
    team: Workspace
    channel: Channel
    ada: Member

    async def open(self) -> None:
        """Open the house, and wait until it hears."""
        await self._open_house(self.slack.clock)
        await self.slack.connected(within=15)

    async def imagine(self, text: str = "a fox in the snow", channel: Channel | None = None) -> SlackEventDelivery:
        """Have Ada type the command."""
        return await self.ada.command(channel or self.channel, IMAGINE, text)

    async def picture(self, text: str = "a fox in the snow", channel: Channel | None = None) -> Message:
        """Have Ada type the command, and wait for her picture."""
        there = {message.ts for message in (channel or self.channel).messages}
        await self.imagine(text, channel)
        return await self.done(channel, there)

    async def done(self, channel: Channel | None = None, but: set[str] | None = None) -> Message:
        """Wait for a finished picture that is not one of those named."""
        return await (channel or self.channel).message_when(lambda one: one.ts not in (but or set()) and is_done(one), within=20)

    async def jobs(self) -> list[Job]:
        """Return all jobs that messages in the channel speak of."""
        jobs = self.base.records.jobs
        found = [await jobs.by_message(SLACK, self.channel.id, one.ts) for one in self.channel.messages]
        return [one for one in found if one is not None]

    async def job(self, message: Message) -> Job:
        """Return the job that a message speaks of, once that is written down."""
        return await self._wait_for_job(SLACK, message.channel.id, message.ts)

    async def begun(self, job: Job) -> None:
        """Wait until somebody draws the job."""
        async with asyncio.timeout(10):
            while not await self.base.records.jobs.drawings(job.id):  # noqa: ASYNC110 - the database is looked at
                await asyncio.sleep(0.01)


def is_done(message: Message) -> bool:
    """Whether a message shows a finished picture."""
    return bool(message.alts) and "Again" in message.buttons


def settings_for(slack: FakeSlack, team: Workspace, folder: Path, **sections: dict[str, Any]) -> Settings:
    """Return settings by section, those of `[slack]` for one workspace over Socket Mode where nothing else is said."""
    given: dict[str, Any] = {"quotas": {"first_tier": {"slack": "premium"}}, **sections}
    given["quotas"] = {"time_zone": NOON, **given["quotas"]}
    usual = {"bot_token": team.bot_token, "app_token": slack.app_token} if team.is_installed else {"app_token": slack.app_token}
    given["slack"] = {"api_url": slack.api_url, "authorize_url": slack.authorize_url, **given.get("slack", usual)}
    return Settings.model_validate({"data_dir": folder, **given})


@asynccontextmanager
async def a_stage(
    folder: Path, *, limits: Limits | None = None, opened: bool = True, **sections: dict[str, Any]
) -> AsyncIterator[SlackStage]:
    """Set everything up; `sections` are settings by section."""
    async with FakeSlack(limits=limits) as slack:
        slack.limits.allow_late_answers()
        slack.app.commands = [IMAGINE, EASEL]
        slack.app.shortcuts = [MAKE_PICTURE, *MESSAGE_SHORTCUTS]
        slack.app.events = list(EVENTS)
        team = slack.add_workspace("acme")
        channel, ada = team.add_channel("general"), team.add_member("ada")
        settings = settings_for(slack, team, folder, **sections)
        stage = SlackStage(slack=slack, settings=settings, team=team, channel=channel, ada=ada)
        try:
            if opened:
                await stage.open()
            yield stage
        finally:
            await stage.close()
