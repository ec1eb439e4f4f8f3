"""The table of requests about what is kept of people."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, Select, Update, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import AccountId
from bot.domain.privacy import PrivacyKind, PrivacyRequest, PrivacyRequestId, PrivacyState
from bot.errors import BadInput
from storage.schema.privacy import IS_UNFINISHED, privacy_requests
from storage.sql.current_account import lock_account_changes, lock_current_account
from storage.sql.database import Database
from storage.sql.retries import retry_all_uncommitted
from storage.sql.rows import columns_of

_REQUEST = TypeAdapter(PrivacyRequest)
_OF = (privacy_requests.c.account == bindparam("of_account"), privacy_requests.c.kind == bindparam("of_kind"))
_OPEN = select(privacy_requests).where(*_OF, privacy_requests.c.state == PrivacyState.OPEN)
_LATEST = select(privacy_requests).where(*_OF).order_by(privacy_requests.c.requested_at.desc(), privacy_requests.c.id).limit(1)
_BY_ID = select(privacy_requests).where(privacy_requests.c.id == bindparam("request"))
_UNFINISHED = (
    select(privacy_requests)
    .where(IS_UNFINISHED, privacy_requests.c.kind == bindparam("of_kind"))
    .order_by(privacy_requests.c.requested_at, privacy_requests.c.id)
)
_DUE = select(privacy_requests).where(
    privacy_requests.c.state == PrivacyState.DONE, privacy_requests.c.expires_at <= bindparam("now")
)
SAVE_REQUEST = update(privacy_requests).where(privacy_requests.c.id == bindparam("request"))
_BEING_FORGOTTEN = select(privacy_requests.c.id).where(
    privacy_requests.c.account.in_(bindparam("of_accounts", expanding=True)),
    privacy_requests.c.kind == PrivacyKind.FORGET,
    privacy_requests.c.state == PrivacyState.OPEN,
)


@retry_all_uncommitted
class SqlPrivacyRequests:
    """Keeps requests in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, request: PrivacyRequest) -> PrivacyRequest:
        """Insert it for the account that it is by now, unless there is one; nobody joins or parts accounts meanwhile."""
        async with self._database.write_transaction() as connection:
            await lock_account_changes(connection)
            account = AccountId((await lock_current_account(connection, request.account)).id)
            found = (await connection.execute(_OPEN, {"of_account": account, "of_kind": request.kind})).first()
            if found is not None:
                return _request_of(found)
            asked = replace(request, account=account)
            await connection.execute(insert(privacy_requests), _request_values(asked))
        return asked

    async def latest(self, account: AccountId, kind: PrivacyKind) -> PrivacyRequest | None:
        """Return the person's latest request."""
        return await self._read_one(_LATEST, of_account=account, of_kind=kind)

    async def get(self, request: PrivacyRequestId) -> PrivacyRequest | None:
        """Return the request."""
        return await self._read_one(_BY_ID, request=request)

    async def list_unfinished(self, kind: PrivacyKind) -> tuple[PrivacyRequest, ...]:
        """Return the requests that are unfinished: they are few."""
        return await self._read(_UNFINISHED, of_kind=kind)

    async def due(self, now: datetime) -> tuple[PrivacyRequest, ...]:
        """Return requests whose time has come."""
        return await self._read(_DUE, now=now)

    async def finish(self, request: PrivacyRequest) -> bool:
        """Write the request's end if it is open."""
        return await self._overwrite(SAVE_REQUEST.where(privacy_requests.c.state == PrivacyState.OPEN), request)

    async def save(self, request: PrivacyRequest) -> None:
        """Write the request, but for whose it is: accounts may have been joined since it was read."""
        await self._overwrite(SAVE_REQUEST, request)

    async def _overwrite(self, statement: Update, request: PrivacyRequest) -> bool:
        async with self._database.write_transaction() as connection:
            changed = await connection.execute(statement.values(**changes_of(request)), {"request": request.id})
            return changed.rowcount > 0

    async def _read_one(self, found: Select[Any], **values: object) -> PrivacyRequest | None:
        rows = await self._read(found, **values)
        return rows[0] if rows else None

    async def _read(self, found: Select[Any], **values: object) -> tuple[PrivacyRequest, ...]:
        async with self._database.read_statement() as connection:
            return tuple(_request_of(row) for row in await connection.execute(found, values))


async def refuse_while_forgotten(connection: AsyncConnection, *accounts: str) -> None:
    """Keep accounts as they are while one of them is being forgotten: what was confirmed is about these and no others.

    Raises:
        BadInput: One of them is.
    """
    if (await connection.execute(_BEING_FORGOTTEN, {"of_accounts": accounts})).first() is not None:
        raise BadInput(
            "What is kept of you is being removed, as you asked by /forget-me; please link or separate accounts once that "
            "is done. Nothing was changed."
        )


def _request_values(request: PrivacyRequest) -> dict[str, Any]:
    """Return the columns of a request."""
    values: dict[str, Any] = _REQUEST.dump_python(request)
    return values | {"told_at": values.pop("notified_at")}


def changes_of(request: PrivacyRequest) -> dict[str, Any]:
    """Return the columns that may change."""
    return {name: value for name, value in _request_values(request).items() if name not in {"id", "account"}}


def _request_of(row: Row[Any]) -> PrivacyRequest:
    return _REQUEST.validate_python(columns_of(row) | {"notified_at": row.told_at})
