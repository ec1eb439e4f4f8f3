"""Keys with which programs ask in somebody's name."""

from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from bot.domain.people import AccountId, CommunityId, Identity, Platform
from bot.ports.api_keys import ApiKey, ApiKeyId
from bot.ports.clock import Clock
from storage.schema.accounts import api_keys
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted

_IS_GOOD = api_keys.c.revoked_at.is_(None)
_NEW = insert(api_keys)
_BY_HASH = select(api_keys).where(api_keys.c.key_hash == bindparam("key_hash"), _IS_GOOD)
_OF_ACCOUNT = select(api_keys).where(api_keys.c.account == bindparam("account"), _IS_GOOD)
_REVOKE = update(api_keys).where(api_keys.c.id == bindparam("of_key"), api_keys.c.account == bindparam("of_account"), _IS_GOOD)


@retry_all_uncommitted
class SqlApiKeys:
    """Keeps keys in SQL; revoked ones stay there, and open nothing."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, key: ApiKey, key_hash: str) -> None:
        """Insert the key."""
        values = {
            "id": key.id,
            "key_hash": key_hash,
            "account": key.account,
            "platform": key.owner.platform,
            "realm": key.owner.realm,
            "user_id": key.owner.user,
            "community": key.community,
            "label": key.label,
            "created_at": key.created_at,
        }
        async with self._database.write_transaction() as connection:
            await connection.execute(_NEW, values)

    async def find(self, key_hash: str) -> ApiKey | None:
        """Return the key."""
        async with self._database.read_statement() as connection:
            row = (await connection.execute(_BY_HASH, {"key_hash": key_hash})).first()
        return None if row is None else _key(row)

    async def of(self, account: AccountId) -> tuple[ApiKey, ...]:
        """Return an account's keys; they are few, so they are sorted here."""
        async with self._database.read_statement() as connection:
            found = [_key(row) for row in await connection.execute(_OF_ACCOUNT, {"account": account})]
        return tuple(sorted(found, key=lambda key: (key.created_at, key.id)))

    async def revoke(self, key: ApiKeyId, account: AccountId) -> bool:
        """Note when the key was revoked, once."""
        values = {"of_key": key, "of_account": account, "revoked_at": self._clock.now()}
        async with self._database.write_transaction() as connection:
            return (await connection.execute(_REVOKE, values)).rowcount > 0


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=ApiKeyId(row.id),
        account=AccountId(row.account),
        owner=Identity(Platform(row.platform), row.realm, row.user_id),
        community=CommunityId(row.community),
        label=row.label,
        created_at=row.created_at,
    )
