"""The floor under the Discord front end: a bot of nothing but discord.py that acknowledges and does nothing else.

A program of its own: `python -m benchmarks.discord_floor API_URL GATEWAY_URL TOKEN`. Its command is called as easel's is.
"""

import asyncio
import sys
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route


class Floor(discord.Client):
    """Answers `/imagine` with one word."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True, guild_reactions=True))
        self.tree: app_commands.CommandTree[Any] = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        """Register the command."""

        async def imagine(interaction: discord.Interaction[Any], prompt: str) -> None:
            await interaction.response.send_message(f"Drawing: {prompt}")

        command: app_commands.Command[Any, ..., None] = app_commands.Command(name="imagine", description="Draw", callback=imagine)
        self.tree.add_command(command)
        await self.tree.sync()


async def main(api_url: str, gateway_url: str, token: str) -> None:
    """Run until killed."""
    Route.BASE = api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
    async with Floor() as bot:
        await bot.start(token)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
