"""Accounts and the identities that share them."""

from typing import Any

from sqlalchemy import Row, bindparam, insert, select

from bot.domain.people import Account, AccountId, Identity, Tier
from bot.ports.clock import Clock, Ids
from storage.schema import accounts, identities
from storage.sql.database import Database
from storage.sql.upsert import Upsert

_NEW_IDENTITY = Upsert(lambda begin: begin(identities).on_conflict_do_nothing())
_NEW_ACCOUNT = insert(accounts)
_ACCOUNT_OF = (
    select(accounts)
    .join(identities, identities.c.account == accounts.c.id)
    .where(*(identities.c[name] == bindparam(name) for name in ("platform", "realm", "user_id")))
)


class SqlAccounts:
    """Knows in SQL whose identity is whose."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def of(self, identity: Identity, first_tier: Tier) -> Account:
        """Read the account, and make it when there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(_ACCOUNT_OF, _columns(identity))).first()
        return await self._make(identity, first_tier) if row is None else _account(row)

    async def _make(self, identity: Identity, tier: Tier) -> Account:
        """Make the account, or give the one that somebody else made a moment ago."""
        account = self._ids.new()
        async with self._database.writing() as connection:
            if await _NEW_IDENTITY.run(connection, {**_columns(identity), "account": account}):
                await connection.execute(_NEW_ACCOUNT, {"id": account, "tier": tier, "created_at": self._clock.now()})
            return _account((await connection.execute(_ACCOUNT_OF, _columns(identity))).one())


def _columns(identity: Identity) -> dict[str, object]:
    return {"platform": identity.platform, "realm": identity.realm, "user_id": identity.user}


def _account(row: Row[Any]) -> Account:
    return Account(AccountId(row.id), Tier(row.tier))
