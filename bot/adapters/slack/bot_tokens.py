"""The bot tokens that calls to Slack are made with: read, kept for a short while, and renewed before they expire."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError, SlackTokenRotationError
from slack_sdk.oauth.installation_store.models import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from bot.adapters.shared.newest_entries import NewestEntries
from bot.adapters.slack import SLACK
from bot.adapters.slack.installation_store import EncryptedInstallationStore
from bot.adapters.slack.shared_lookups import SharedLookups
from bot.errors import MessageGone, SurfaceFailed
from bot.ports.clock import Clock

RENEW_BEFORE = timedelta(hours=2)
"""How long before its end a token is renewed; they live 12 hours."""

_COPY_LIFETIME = timedelta(minutes=5)
"""How long a copy is used: so late another process's uninstallation is noticed at most."""

_MOST_COPIES = 1000
_TIMEOUT = timedelta(seconds=15)
_ANY_TIME = 10**9
"""In minutes. Whether it is time is our clock's to say, so the rotator is told that it always is."""

_FINAL = {"token_revoked", "account_inactive", "app_not_installed"}
"""Answers that mean the bot is gone. `invalid_refresh_token` is none: another process may have used it a moment ago."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """A token that works now, and who it speaks as."""

    token: str = field(repr=False)
    id: str
    user: str


class TokenSource(Protocol):
    """Gets the tokens that calls to a workspace are made with."""

    async def token(self, enterprise: str, team: str) -> str:
        """Return a bot token that works now; `enterprise` is empty outside of Enterprise Grid.

        Raises:
            MessageGone: The bot is not installed there, or not any more.
            SurfaceFailed: The token has expired and could not be renewed just now.
            StorageFailed: The installation could not be read.
        """
        ...


class _Installation(NamedTuple):
    """One installation: a workspace's, or an organisation's with an empty team."""

    enterprise: str
    team: str


@dataclass(frozen=True, slots=True)
class _CachedBot:
    bot: BotIdentity
    until: datetime
    changes: int


class RotatingBotTokens:
    """Gets the tokens of all workspaces from the store of installations, and renews them.

    All who ask about one installation at once share one look-up, renewal
    included: a refresh token works once. The look-up goes on when those who
    wait for it give up: a renewed token that was not stored would cut the
    workspace off. `close` waits for it.
    """

    def __init__(self, store: EncryptedInstallationStore, rotator: AsyncTokenRotator, clock: Clock) -> None:
        self._store = store
        self._rotator = rotator
        self._clock = clock
        self._copies = NewestEntries[_Installation, _CachedBot](_MOST_COPIES)
        self._lookups = SharedLookups[_Installation, _CachedBot | None]()
        self._unsaved: dict[_Installation, Bot] = {}

    async def close(self) -> None:
        """Wait until all renewals are written down; each has its time limit."""
        if self._lookups:
            await asyncio.wait(list(self._lookups.values()))

    async def token(self, enterprise: str, team: str) -> str:
        """Return the token."""
        return (await self.bot(enterprise, team)).token

    async def bot(self, enterprise: str, team: str) -> BotIdentity:
        """Return the token and who it speaks as; raises as `token` does.

        A workspace's own installation comes before its organisation's.
        """
        requested = _Installation(enterprise, team)
        copy = self._copies.get(requested)
        if copy is not None and copy.changes == self._store.changes and self._clock.now() < copy.until:
            return copy.bot
        self._copies.pop(requested, None)
        for installation in dict.fromkeys((requested, _Installation(enterprise, ""))):
            copy = await asyncio.shield(self._lookups.start_or_join(installation, partial(self._look_up, installation)))
            if copy is not None:
                self._copies[requested] = copy
                return copy.bot
        raise _not_installed()

    async def _look_up(self, installation: _Installation) -> _CachedBot | None:
        changes = self._store.changes
        if installation in self._unsaved:
            await self._write(installation)
        bot = await self._read(installation)
        if bot is None:
            return None
        if _is_expired(bot, self._clock.now() + RENEW_BEFORE):
            bot = await self._renew_and_store(installation, bot)
        until = self._clock.now() + _COPY_LIFETIME
        if bot.bot_token_expires_at is not None:
            until = min(until, datetime.fromtimestamp(bot.bot_token_expires_at, UTC))
        return _CachedBot(BotIdentity(bot.bot_token, bot.bot_id, bot.bot_user_id), until, changes)

    async def _renew_and_store(self, installation: _Installation, bot: Bot) -> Bot:
        """Renew the token; where that fails, return the present one as long as it works."""
        try:
            # Kept until it is stored: a refresh token works once, so a renewed token that is lost cuts the workspace off.
            self._unsaved[installation] = await self._renew(bot)
        except SurfaceFailed as error:
            log.warning("slack.token_not_renewed", enterprise=installation.enterprise, team=installation.team, reason=str(error))
            return await self._use_unrenewed(installation, error)
        renewed = self._unsaved[installation]
        await self._write(installation)
        log.info("slack.token_renewed", enterprise=installation.enterprise, team=installation.team)
        return renewed

    async def _renew(self, bot: Bot) -> Bot:
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                renewed = await self._rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=_ANY_TIME)
        except SlackTokenRotationError as error:
            code = _error_code(error)
            kind = MessageGone if code in _FINAL else SurfaceFailed
            raise kind(SLACK, f"its token was not renewed: {code}") from error
        except (SlackClientError, aiohttp.ClientError, OSError, AttributeError, TypeError, ValueError) as error:
            # The last three are how slack-sdk trips over an answer that is not what it expects.
            raise SurfaceFailed(SLACK, f"its token was not renewed: {type(error).__name__}") from error
        if renewed is None or not renewed.bot_token:
            raise SurfaceFailed(SLACK, "its token was not renewed: no token in the answer")
        return renewed

    async def _use_unrenewed(self, installation: _Installation, error: SurfaceFailed) -> Bot:
        """Return the token that another process may have renewed in the meantime, or the one that works a while longer."""
        now = await self._read(installation)
        if now is None:
            raise _not_installed() from error
        if _is_expired(now, self._clock.now()):
            raise error
        return now

    async def _write(self, installation: _Installation) -> None:
        """Store a renewal, unless the bot was uninstalled in the meantime; after a failure it is tried again later."""
        # Uninstalled meanwhile: a late renewal must not bring the tokens back.
        if await self._read(installation) is not None:
            await self._store.async_save_bot(self._unsaved[installation])
        del self._unsaved[installation]

    async def _read(self, installation: _Installation) -> Bot | None:
        return await self._store.async_find_bot(enterprise_id=installation.enterprise, team_id=installation.team)


def _is_expired(bot: Bot, now: datetime) -> bool:
    return bot.bot_token_expires_at is not None and datetime.fromtimestamp(bot.bot_token_expires_at, UTC) <= now


def _error_code(error: SlackTokenRotationError) -> str:
    """Return Slack's own word for what went wrong; a page in the place of JSON has none."""
    said = getattr(error.api_error.response, "data", error.api_error.response)
    return str(said.get("error")) if isinstance(said, dict) else "no JSON"


def _not_installed() -> MessageGone:
    return MessageGone(SLACK, "the bot is not installed there")
