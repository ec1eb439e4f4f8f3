"""The whole house on a Discord of our own, in this process, with the real client between them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.adapters.discord import DISCORD
from bot.config import Settings
from bot.domain.jobs import Job
from tests.e2e.house_stage import HouseStage
from tests.e2e.program import NOON
from tests.fakes.discord import Channel, DiscordPerson, FakeDiscord, Guild, Interaction, Limits, Message
from tests.fakes.discord.client import pointed_at


@dataclass(kw_only=True)
class DiscordStage(HouseStage):
    """A server with a channel and somebody in it, and a house that may leave and come back."""

    discord: FakeDiscord
    guild: Guild
    channel: Channel
    ada: DiscordPerson

    async def open(self, *, connected: bool = True) -> None:
        """Open the house, and wait until it hears."""
        await self._open_house(self.discord.clock)
        if connected:
            await self.discord.gateway.ready(within=15)
            await self.discord.commands_synced("imagine")

    async def close(self) -> None:
        """Close the house. The next one need not wait for its turn to identify."""
        if self._open is not None:
            await super().close()
            may_identify(self.settings.home)

    async def imagine(self, prompt: str = "a fox in the snow", **options: object) -> Interaction:
        """Have Ada type the command."""
        return await self.ada.type_command(self.channel, "imagine", prompt=prompt, **options)

    async def picture(self, prompt: str = "a fox in the snow", **options: object) -> Message:
        """Have Ada type the command, and wait for her picture."""
        interaction = await self.imagine(prompt, **options)
        return await interaction.message_when(is_done, within=20)

    async def read_in_private(self, person: DiscordPerson, text: str) -> None:
        """Wait until somebody reads something by direct message."""
        await self.discord.changes.until(
            lambda: any(text in one.text for one in person.dms), within=20, what=f"{text!r} by direct message"
        )

    async def job(self, message: Message) -> Job:
        """Return the job that a message speaks of, once that is written down."""
        return await self._wait_for_job(DISCORD, str(message.channel.id), str(message.id))


def may_identify(folder: Path) -> None:
    """Let the pause after the newest IDENTIFY be over: by the platform's own rule it takes five seconds."""
    (folder / "discord.identify").unlink(missing_ok=True)


def is_done(message: Message) -> bool:
    """Whether a message shows a finished picture."""
    return bool(message.files) and any(button.label == "Again" for button in message.buttons)


@asynccontextmanager
async def a_stage(
    folder: Path, *, limits: Limits | None = None, connected: bool = True, opened: bool = True, **sections: dict[str, Any]
) -> AsyncIterator[DiscordStage]:
    """Set everything up; `sections` are settings by section."""
    async with FakeDiscord(limits=limits) as discord:
        discord.limits.allow_late_answers()
        guild = discord.add_guild("Painters")
        channel, ada = guild.add_channel("general"), discord.add_user("ada")
        given: dict[str, Any] = {"quotas": {"first_tier": {"discord": "premium"}}, **sections}
        given["quotas"] = {"time_zone": NOON, **given["quotas"]}
        given["discord"] = {
            "token": discord.token,
            "api_url": discord.api_url,
            "gateway_url": discord.gateway_url,
            **given.get("discord", {}),
        }
        settings = Settings.model_validate({"data_dir": folder, **given})
        stage = DiscordStage(discord=discord, settings=settings, guild=guild, channel=channel, ada=ada)
        with pointed_at(discord):
            try:
                if opened:
                    await stage.open(connected=connected)
                yield stage
            finally:
                await stage.close()
