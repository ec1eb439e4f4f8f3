"""Accounts and the identities that share them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, or_, select

from bot.domain.people import Account, AccountId, Identity, Platform, Tier
from bot.ports.clock import Clock, Ids
from storage.schema.accounts import accounts, identities
from storage.sql.account_joining import join
from storage.sql.account_parting import part
from storage.sql.current_account import lock_account_changes
from storage.sql.database import Database
from storage.sql.forgotten_identities import find_forgotten, remove_hash
from storage.sql.privacy_requests import refuse_while_forgotten
from storage.sql.retries import retry_all_uncommitted
from storage.sql.upsert import Upsert

_NEW_IDENTITY = Upsert(lambda insert_into: insert_into(identities).on_conflict_do_nothing())
_NEW_ACCOUNT = insert(accounts)
_BY_ID = select(accounts).where(accounts.c.id == bindparam("account"))
_ACCOUNT_OF = (
    select(accounts)
    .join(identities, identities.c.account == accounts.c.id)
    .where(*(identities.c[name] == bindparam(name) for name in ("platform", "realm", "user_id")))
)

_OWN = identities.alias("own")
_LINKED = (
    select(identities)
    .join(_OWN, _OWN.c.account == identities.c.account)
    .where(*(_OWN.c[name] == bindparam(name) for name in ("platform", "realm", "user_id")))
    .order_by(identities.c.platform, identities.c.realm, identities.c.user_id)
)
_OF_ACCOUNT = (
    select(identities)
    .where(identities.c.account == bindparam("account"))
    .order_by(identities.c.platform, identities.c.realm, identities.c.user_id)
)

_FIRST_CREATED = select(func.min(accounts.c.created_at).label("first")).where(
    or_(accounts.c.id == bindparam("account"), accounts.c.joined_to == bindparam("account"))
)


@retry_all_uncommitted
class SqlAccounts:
    """Keeps accounts and their identities in SQL."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def get_or_create(self, identity: Identity, first_tier: Tier) -> Account:
        """Return the account, and make it where there is none."""
        async with self._database.read_statement() as connection:
            row = (await connection.execute(_ACCOUNT_OF, _columns(identity))).first()
        return await self._make(identity, first_tier) if row is None else _account(row)

    async def find(self, identity: Identity) -> Account | None:
        """Return the account."""
        async with self._database.read_statement() as connection:
            row = (await connection.execute(_ACCOUNT_OF, _columns(identity))).first()
        return await self._find_forgotten(identity) if row is None else _account(row)

    async def _find_forgotten(self, identity: Identity) -> Account | None:
        async with self._database.read_transaction() as connection:
            forgotten = await find_forgotten(connection, identity)
            if forgotten is None:
                return None
            return _account((await connection.execute(_BY_ID, {"account": forgotten.account})).one())

    async def list_linked_identities(self, identity: Identity) -> tuple[Identity, ...]:
        """Return the identities of the same account."""
        async with self._database.read_statement() as connection:
            return _identities((await connection.execute(_LINKED, _columns(identity))).all())

    async def identities(self, account: AccountId) -> tuple[Identity, ...]:
        """Return the identities of an account."""
        async with self._database.read_statement() as connection:
            return _identities((await connection.execute(_OF_ACCOUNT, {"account": account})).all())

    async def created_at(self, account: AccountId) -> datetime | None:
        """Return when the first of the accounts was made that are this one now."""
        async with self._database.read_statement() as connection:
            row = (await connection.execute(_FIRST_CREATED, {"account": account})).one()
        first: datetime | None = row.first
        return first

    async def join(self, account: AccountId, other: AccountId) -> None:
        """Move everything over, and leave a pointer behind."""
        async with self._database.write_transaction() as connection:
            await join(connection, account, other, self._clock.now())

    async def part(self, identity: Identity, tier: Tier, day: date) -> Account:
        """Make an account for the identity, unless it is alone, and move what is its own."""
        async with self._database.write_transaction() as connection:
            await lock_account_changes(connection)
            row = (await connection.execute(_ACCOUNT_OF, _columns(identity))).first()
            if row is not None:
                if len((await connection.execute(_LINKED, _columns(identity))).all()) == 1:
                    return _account(row)
                await refuse_while_forgotten(connection, row.id)
                new = Account(AccountId(self._ids.new()), tier)
                now = self._clock.now()
                await connection.execute(_NEW_ACCOUNT, {"id": new.id, "tier": tier, "created_at": now})
                await part(connection, identity, AccountId(row.id), new, first_day=day, now=now)
                return new
        return await self._make(identity, tier)

    async def _make(self, identity: Identity, tier: Tier) -> Account:
        """Make the account, or return the one that was made a moment ago, or that they had before they were forgotten."""
        account = self._ids.new()
        async with self._database.write_transaction() as connection:
            if (forgotten := await find_forgotten(connection, identity)) is not None:
                brought = {name: getattr(forgotten, name) for name in ("account", "tier", "first_account")}
                await _NEW_IDENTITY.run(connection, {**_columns(identity), **brought})
                await remove_hash(connection, forgotten)
            first = {"account": account, "tier": tier, "first_account": account}
            if await _NEW_IDENTITY.run(connection, {**_columns(identity), **first}):
                await connection.execute(_NEW_ACCOUNT, {"id": account, "tier": tier, "created_at": self._clock.now()})
            return _account((await connection.execute(_ACCOUNT_OF, _columns(identity))).one())


def _columns(identity: Identity) -> dict[str, object]:
    return {"platform": identity.platform, "realm": identity.realm, "user_id": identity.user}


def _identities(rows: Sequence[Row[Any]]) -> tuple[Identity, ...]:
    return tuple(Identity(Platform(row.platform), row.realm, row.user_id) for row in rows)


def _account(row: Row[Any]) -> Account:
    return Account(AccountId(row.id), Tier(row.tier))
