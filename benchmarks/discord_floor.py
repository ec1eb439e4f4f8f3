"""The floor under the Discord front end: a bot of nothing but discord.py and OpenAI's SDK.

A program of its own: `python -m benchmarks.discord_floor API_URL GATEWAY_URL TOKEN [OPENAI_URL]`. Its command is called as
easel's is. Without the last address it answers with one word; with it, it defers, has the words drawn as they are, and puts
the picture into its answer.
"""

import asyncio
import base64
import io
import sys
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from openai import AsyncOpenAI

MODEL = "gpt-image-2"


class Floor(discord.Client):
    """Answers `/imagine`, and does nothing else."""

    def __init__(self, openai: AsyncOpenAI | None) -> None:
        super().__init__(intents=discord.Intents(guilds=True, guild_reactions=True))
        self.openai = openai
        self.tree: app_commands.CommandTree[Any] = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        """Register the command."""

        async def imagine(interaction: discord.Interaction[Any], prompt: str) -> None:
            if self.openai is None:
                await interaction.response.send_message(f"Drawing: {prompt}")
                return
            await interaction.response.defer()
            answer = await self.openai.images.generate(model=MODEL, prompt=prompt)
            assert answer.data
            picture = io.BytesIO(base64.b64decode(answer.data[0].b64_json or ""))
            file = discord.File(picture, "picture.png")
            await interaction.edit_original_response(content="AI-generated", attachments=[file])

        command: app_commands.Command[Any, ..., None] = app_commands.Command(name="imagine", description="Draw", callback=imagine)
        self.tree.add_command(command)
        await self.tree.sync()


async def main(api_url: str, gateway_url: str, token: str, openai_url: str = "") -> None:
    """Run until killed."""
    Route.BASE = api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
    openai = AsyncOpenAI(api_key="sk-bench", base_url=openai_url) if openai_url else None
    async with Floor(openai) as bot:
        await bot.start(token)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
