"""Who an account is by now, in statements on an open connection."""

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import AccountId
from storage.schema.accounts import accounts

_JOINED_TO = select(accounts.c.joined_to).where(accounts.c.id == bindparam("account")).with_for_update(read=True)


async def current_account(connection: AsyncConnection, account: AccountId) -> AccountId:
    """Return the account that this one has become a part of, or itself; nobody joins it before the transaction ends."""
    joined_to: str | None = (await connection.execute(_JOINED_TO, {"account": account})).scalar()
    return account if joined_to is None else await current_account(connection, AccountId(joined_to))
