"""Looks up who the bot is in each workspace, and remembers it."""

import asyncio
from datetime import timedelta
from typing import Protocol

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import SLACK
from bot.adapters.slack.bot_tokens import BotIdentity, TokenSource
from bot.errors import MessageGone, SurfaceFailed

_TIMEOUT = timedelta(seconds=10)


class BotIdentities(TokenSource, Protocol):
    """Looks up the bot of a workspace, and its token."""

    async def bot(self, enterprise: str, team: str) -> BotIdentity:
        """Return the token and who it speaks as; raises as `token` does."""
        ...

    async def close(self) -> None:
        """Finish what is under way."""
        ...


class FixedBotIdentity:
    """The bot of the one workspace, or organisation, that a fixed token belongs to. Other workspaces are not served."""

    def __init__(self, token: str, client: AsyncWebClient) -> None:
        self._token = token
        self._client = client
        self._lock = asyncio.Lock()
        self._known: tuple[BotIdentity, str, str] | None = None

    async def token(self, enterprise: str, team: str) -> str:
        """Return the token."""
        return (await self.bot(enterprise, team)).token

    async def bot(self, enterprise: str, team: str) -> BotIdentity:
        """Return the bot's token and who it is; Slack is asked once."""
        async with self._lock:
            if self._known is None:
                self._known = await self._fetch()
        bot, home, organisation = self._known
        if (home and team != home) or (not home and enterprise != organisation):
            raise MessageGone(SLACK, "the bot is not installed there")
        return bot

    async def close(self) -> None:
        """Nothing is ever under way."""

    async def _fetch(self) -> tuple[BotIdentity, str, str]:
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                answer = await self._client.auth_test(token=self._token)
        except SlackApiError as error:
            raise MessageGone(SLACK, f"the bot token is not accepted: {error.response.get('error')}") from error
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise SurfaceFailed(SLACK, type(error).__name__) from error
        bot = BotIdentity(self._token, str(answer.get("bot_id") or ""), str(answer.get("user_id") or ""))
        organisation = str(answer.get("enterprise_id") or "")
        return bot, "" if answer.get("is_enterprise_install") else str(answer.get("team_id") or ""), organisation
