"""Keys with which programs ask in somebody's name: made, found by what a program sends, and revoked."""

import hashlib

import structlog

from bot.domain.people import AccountId, CommunityId, Identity
from bot.errors import BadInput
from bot.ports.api_keys import ApiKey, ApiKeyId, ApiKeys
from bot.ports.clock import Clock, Ids

log = structlog.get_logger(__name__)

MOST_KEYS = 20
"""What one account may have at a time."""

_PREFIX = "easel_"
"""By this, whoever finds a key where it should not be knows what it opens."""


class ApiKeyRegistry:
    """Keeps nothing of a key but its hash: 256 random bits need no salt."""

    def __init__(self, keys: ApiKeys, clock: Clock, ids: Ids) -> None:
        self._keys = keys
        self._clock = clock
        self._ids = ids

    async def make(self, owner: Identity, account: AccountId, community: CommunityId, label: str) -> tuple[ApiKey, str]:
        """Make a key, and return it with its secret, which cannot be read again later.

        Raises:
            BadInput: The account has `MOST_KEYS` already.
        """
        if len(await self._keys.of(account)) >= MOST_KEYS:
            raise BadInput(f"You have {MOST_KEYS} keys, which is the most; no key was made. Revoke one that you do not use.")
        secret = f"{_PREFIX}{self._ids.new()}{self._ids.new()}"
        key = ApiKey(
            id=ApiKeyId(self._ids.new()),
            account=account,
            owner=owner,
            community=community,
            label=label,
            created_at=self._clock.now(),
        )
        await self._keys.add(key, _hash(secret))
        log.info("key.made", key=key.id, account=account)
        return key, secret

    async def find(self, secret: str) -> ApiKey | None:
        """Return the key that a program sends, if it is one and good."""
        return await self._keys.find(_hash(secret)) if secret.startswith(_PREFIX) and secret.isascii() else None

    async def of(self, account: AccountId) -> tuple[ApiKey, ...]:
        """Return an account's keys, oldest first."""
        return await self._keys.of(account)

    async def revoke(self, key: str, account: AccountId) -> None:
        """Make a key useless for ever.

        Raises:
            BadInput: The account has none by that id.
        """
        if not await self._keys.revoke(ApiKeyId(key), account):
            raise BadInput("You have no key by that id, or it is revoked already; /apikey list shows those that you have.")
        log.info("key.revoked", key=key, account=account)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
