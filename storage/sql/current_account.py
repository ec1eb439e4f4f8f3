"""Who an account is by now, and locks on that, in statements on an open connection."""

from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import AccountId
from storage.schema.accounts import accounts

_LOCK = 0x6A_6F_69_6E
"""The number of the advisory lock on PostgreSQL: `join`."""

_WAIT_FOR_OTHERS = select(func.pg_advisory_xact_lock(_LOCK))

_JOINED_TO = select(accounts.c.joined_to).where(accounts.c.id == bindparam("account")).with_for_update(read=True)
_ACCOUNT = select(accounts).where(accounts.c.id == bindparam("account")).with_for_update(key_share=True)
"""Locked against whoever reserves or is joined, but not against who only refers to it: they have locked jobs already."""


async def current_account(connection: AsyncConnection, account: AccountId) -> AccountId:
    """Return the account that this one has become a part of, or itself; nobody joins it before the transaction ends."""
    joined_to: str | None = (await connection.execute(_JOINED_TO, {"account": account})).scalar()
    return account if joined_to is None else await current_account(connection, AccountId(joined_to))


async def lock_current_account(connection: AsyncConnection, account: AccountId) -> Row[Any]:
    """Return the account, or the one that it has become part of; nobody reserves anything for it until this is over."""
    row = (await connection.execute(_ACCOUNT, {"account": account})).one()
    return row if row.joined_to is None else await lock_current_account(connection, AccountId(row.joined_to))


async def lock_account_changes(connection: AsyncConnection) -> None:
    """Wait for other transactions that join or part accounts, so that no identity changes its account while it is looked up."""
    if connection.dialect.name == "postgresql":
        await connection.execute(_WAIT_FOR_OTHERS)
