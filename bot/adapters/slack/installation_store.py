"""Where slack-bolt keeps installations and the states of those that are under way: in our tables, sealed.

An installation is two records. What belongs to the person who installed is
kept under their id. The bot is one for a whole workspace, whoever installed
it last, so its tokens are kept once: a refresh token can be used once, so there
must be no second copy of it.
"""

import hashlib
import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models import Bot, Installation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.adapters.slack import SLACK
from bot.adapters.slack.token_encryption import TokenCipher
from bot.ports.clock import Clock, Ids
from bot.ports.codes import Codes, Purpose
from bot.ports.installations import InstallationKey, Installations, StoredInstallation

STATE_LIFETIME = timedelta(minutes=10)
"""How long somebody may look at Slack's page before they agree."""

_BOT_FIELDS = ("bot_token", "bot_id", "bot_user_id", "bot_scopes", "bot_refresh_token", "bot_token_expires_at")


class EncryptedInstallationStore(AsyncInstallationStore):
    """slack-sdk's store of installations. `changes` counts what was saved or deleted here, for those who cache copies.

    An installation for a whole organisation has no workspace, whichever workspace is asked about.
    """

    def __init__(self, installations: Installations, cipher: TokenCipher, client_id: str) -> None:
        self._installations = installations
        self._cipher = cipher
        self._client = client_id
        self.changes = 0

    @property
    def logger(self) -> logging.Logger:
        """Return the logger that slack-bolt writes to about installations."""
        return logging.getLogger(__name__)

    async def async_save(self, installation: Installation) -> None:
        """Store the installer's part, and the bot's where there is one."""
        if installation.bot_token is not None:
            await self.async_save_bot(installation.to_bot())
        key = self._key(installation.enterprise_id, _workspace(installation), user=installation.user_id)
        fields = installation.to_dict_for_copying() | dict.fromkeys(_BOT_FIELDS)
        await self._save(key, fields, installation.installed_at)

    async def async_save_bot(self, bot: Bot) -> None:
        """Store the bot, unless a newer installation's is there: a late renewal must not undo that one."""
        key = self._bot_key(bot.enterprise_id, _workspace(bot))
        there = await self._installations.find(key)
        if there is None or there.installed_at <= _to_datetime(bot.installed_at):
            await self._save(key, bot.to_dict_for_copying(), bot.installed_at)

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """Return the workspace's bot, or the organisation's."""
        fields = await self._find(self._bot_key(enterprise_id, None if is_enterprise_install else team_id))
        return None if fields is None else Bot(**fields)

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """Return somebody's installation, or without a user the newest; its bot is always the one of today."""
        workspace = None if is_enterprise_install else team_id
        fields = await self._find(self._key(enterprise_id, workspace, user=user_id))
        if fields is None:
            return None
        bot = await self._find(self._bot_key(enterprise_id, workspace))
        return Installation(**fields | {name: bot[name] for name in _BOT_FIELDS if bot is not None})

    async def bots(self) -> tuple[Bot, ...]:
        """Return all bots, those that were installed first in front.

        Raises:
            DecryptionFailed: The cipher lacks a record's key.
        """
        stored = await self._installations.all(SLACK, _bot_client_id(self._client))
        return tuple(Bot(**json.loads(self._cipher.decrypt(one.sealed, _binding(one.key)))) for one in stored)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Delete the bot; what belongs to installers stays."""
        await self._delete(self._bot_key(enterprise_id, team_id))

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Delete somebody's installation, or without a user everybody's; the bot stays."""
        await self._delete(self._key(enterprise_id, team_id, user=user_id))

    async def async_delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Delete the bot and everybody's installation of the workspace."""
        await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)
        await self.async_delete_installation(enterprise_id=enterprise_id, team_id=team_id)

    async def _save(self, key: InstallationKey, fields: dict[str, Any], installed_at: float) -> None:
        plain = json.dumps(fields, default=datetime.isoformat).encode()
        sealed = self._cipher.encrypt(plain, _binding(key))
        await self._installations.save(StoredInstallation(key=key, sealed=sealed, installed_at=_to_datetime(installed_at)))
        self.changes += 1

    async def _find(self, key: InstallationKey) -> dict[str, Any] | None:
        stored = await self._installations.find(key)
        if stored is None:
            return None
        fields: dict[str, Any] = json.loads(self._cipher.decrypt(stored.sealed, _binding(stored.key)))
        return fields

    async def _delete(self, key: InstallationKey) -> None:
        await self._installations.delete(key)
        self.changes += 1

    def _key(self, enterprise: str | None, workspace: str | None, *, user: str | None) -> InstallationKey:
        return InstallationKey(
            platform=SLACK,
            client=self._client,
            organisation=enterprise or "",
            workspace=workspace or "",
            user=user or "",
        )

    def _bot_key(self, enterprise: str | None, workspace: str | None) -> InstallationKey:
        return replace(self._key(enterprise, workspace, user=None), client=_bot_client_id(self._client))


class OAuthStateStore(AsyncOAuthStateStore):
    """slack-sdk's store of states: each is good once, and for `STATE_LIFETIME`. Only its hash is kept."""

    def __init__(self, codes: Codes, ids: Ids, clock: Clock) -> None:
        self._codes = codes
        self._ids = ids
        self._clock = clock

    @property
    def logger(self) -> logging.Logger:
        """Return the logger that slack-bolt writes to about states."""
        return logging.getLogger(__name__)

    async def async_issue(self, *_args: object, **_kwargs: object) -> str:
        """Return a new state that nobody can guess."""
        state = self._ids.new()
        await self._codes.issue(Purpose.INSTALL, _hash_state(state), "", self._clock.now() + STATE_LIFETIME)
        return state

    async def async_consume(self, state: str | None) -> bool:
        """Whether the state is one of ours, for the first time; a request without one has None."""
        return state is not None and await self._codes.redeem(Purpose.INSTALL, _hash_state(state)) is not None


async def reencrypt_installations(installations: Installations, cipher: TokenCipher, client_id: str) -> int:
    """Encrypt all records of an application with the newest key, and return how many; again does no harm.

    A bot whose token is renewed between the reading and the writing of its
    record would get its used one back: run it while no bot is running.

    Raises:
        DecryptionFailed: The cipher lacks a record's key; those before it are done.
    """
    done = 0
    for client in (client_id, _bot_client_id(client_id)):
        for stored in await installations.all(SLACK, client):
            plain = cipher.decrypt(stored.sealed, _binding(stored.key))
            await installations.save(replace(stored, sealed=cipher.encrypt(plain, _binding(stored.key))))
            done += 1
    return done


def _bot_client_id(client: str) -> str:
    """Return the name under which an application's bots are kept, as if they were another one's: nobody installs as a bot."""
    return f"{client}+bots"


def _binding(key: InstallationKey) -> str:
    return json.dumps([key.platform, key.client, key.organisation, key.workspace, key.user])


def _workspace(record: Bot | Installation) -> str | None:
    return None if record.is_enterprise_install else record.team_id


def _to_datetime(installed_at: float) -> datetime:
    return datetime.fromtimestamp(installed_at, UTC)


def _hash_state(state: str) -> str:
    return hashlib.sha256(state.encode(errors="surrogatepass")).hexdigest()
