"""Messages by the bot's own token, through a client of discord.py that is logged in and never connected."""

import asyncio
from datetime import timedelta

import discord

from bot.adapters.discord import DISCORD
from bot.adapters.discord.errors import translate_errors
from bot.adapters.discord.rendering import RenderedMessage
from bot.errors import SurfaceFailed

_TIMEOUT = timedelta(seconds=40)
_LOGIN_TIMEOUT = timedelta(seconds=15)
_SHORTEST_TIMEOUT = 30.0


class DiscordBotClient:
    """Posts, changes and deletes messages. It logs in when it is first needed, and again when that failed.

    `proxy` is the address of a proxy, or empty.
    """

    def __init__(self, token: str, *, proxy: str = "") -> None:
        self._token = token
        self.proxy = proxy
        self._login_lock = asyncio.Lock()
        self._client: discord.Client | None = None

    async def client(self) -> discord.Client:
        """Return the client, logged in.

        Raises:
            SurfaceFailed: Discord cannot be reached, or does not know the token.
        """
        async with self._login_lock:
            if self._client is None:
                client = discord.Client(
                    intents=discord.Intents(guilds=True), max_ratelimit_timeout=_SHORTEST_TIMEOUT, proxy=self.proxy or None
                )
                try:
                    async with translate_errors(_LOGIN_TIMEOUT):
                        await client.login(self._token)
                except BaseException:
                    await client.close()
                    raise
                self._client = client
            return self._client

    async def close(self) -> None:
        """Close the session."""
        if self._client is not None:
            await self._client.close()

    async def post(self, channel: int, rendered: RenderedMessage, nonce: str, *, reply_to: int | None = None) -> int:
        """Post in a channel and return the message's id; the same nonce within minutes is the same message."""
        client = await self.client()
        async with translate_errors(_TIMEOUT):
            with rendered.parameters(nonce=nonce, reply_to=reply_to) as parameters:
                return int((await client.http.send_message(channel, params=parameters))["id"])

    async def edit(self, channel: int, message: int, rendered: RenderedMessage) -> None:
        """Replace a message of ours."""
        client = await self.client()
        async with translate_errors(_TIMEOUT):
            with rendered.parameters() as parameters:
                await client.http.edit_message(channel, message, params=parameters)

    async def delete(self, channel: int, message: int) -> None:
        """Delete a message."""
        client = await self.client()
        async with translate_errors(_TIMEOUT):
            await client.http.delete_message(channel, message)

    async def direct(self, user: int) -> int:
        """Return the channel of the conversation with one person."""
        client = await self.client()
        async with translate_errors(_TIMEOUT):
            return int((await client.http.start_private_message(user))["id"])


def parse_snowflake(snowflake: str) -> int:
    """Return one of Discord's ids as a number.

    Raises:
        SurfaceFailed: The text is none.
    """
    if not snowflake.isdecimal():
        raise SurfaceFailed(DISCORD, "not an id of Discord's")
    return int(snowflake)
