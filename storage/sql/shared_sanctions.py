"""Whom sanctions are on as accounts are joined and parted, in statements on an open connection."""

from datetime import datetime, timedelta

from sqlalchemy import Select, String, and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import AccountId
from bot.domain.sanctions import SanctionId
from storage.schema.base import Moment
from storage.schema.sanctions import parted_accounts, sanctioned_accounts, sanctions
from storage.sql.upsert import InsertInto, Upsert

_STILL_ONE = timedelta(days=30)
"""How long accounts that were parted count as one person when a sanction is imposed on one of them."""

_SOURCE, _TARGET = bindparam("source", type_=String), bindparam("target", type_=String)


def _reach(account: str) -> Select[tuple[str]]:
    """Return the account, and those that it was one with lately, directly or by another one."""
    first = select(bindparam(account, type_=String).label("account")).cte("reached", recursive=True)
    others = select(parted_accounts.c.other).join(first, parted_accounts.c.account == first.c.account)
    reached = first.union(others.where(parted_accounts.c.parted_at > bindparam("since", type_=Moment)))
    return select(reached.c.account)


_PUT = insert(sanctioned_accounts)
_REACHED = _reach("account")
_of_source = sanctioned_accounts.alias("of_source")
_of_target = sanctioned_accounts.alias("of_target")
_SHARE = insert(sanctioned_accounts).from_select(
    ["account", "sanction"],
    select(_TARGET, _of_source.c.sanction).where(
        _of_source.c.account == _SOURCE,
        _of_source.c.sanction.not_in(select(_of_target.c.sanction).where(_of_target.c.account == _TARGET)),
    ),
)
_DROP = delete(sanctioned_accounts).where(sanctioned_accounts.c.account == _SOURCE)
_RENAMES = tuple(
    update(sanctions).where(whose == _SOURCE).values({whose: _TARGET}) for whose in (sanctions.c.account, sanctions.c.by_account)
)
_PARTED_FROM = select(parted_accounts).where(parted_accounts.c.account == _SOURCE)
_FORGET_PARTING = delete(parted_accounts).where(
    or_(
        parted_accounts.c.account == _SOURCE,
        parted_accounts.c.other == _SOURCE,
        and_(parted_accounts.c.account == _TARGET, parted_accounts.c.other == _TARGET),
    )
)


def _note_parting_again(insert_into: InsertInto) -> sqlite.Insert:
    """Note the last time that two accounts were parted."""
    new = insert_into(parted_accounts)
    both = [parted_accounts.c.account, parted_accounts.c.other]
    return new.on_conflict_do_update(index_elements=both, set_={"parted_at": new.excluded.parted_at})


_NOTE_PARTING = Upsert(_note_parting_again)


async def put_on_account(connection: AsyncConnection, sanction: SanctionId, account: AccountId, now: datetime) -> None:
    """Put a sanction on an account, and on those that were parted from it lately."""
    reached = (await connection.execute(_REACHED, {"account": account, "since": now - _STILL_ONE})).scalars()
    await connection.execute(_PUT, [{"account": one, "sanction": sanction} for one in reached])


async def move_sanctions(connection: AsyncConnection, *, gone: AccountId, survivor: AccountId) -> None:
    """Put everything that is on one account on another one instead, which it becomes a part of."""
    both = {"source": gone, "target": survivor}
    for statement in (_SHARE, _DROP, *_RENAMES):
        await connection.execute(statement, both)
    parted = (await connection.execute(_PARTED_FROM, {"source": gone})).all()
    await connection.execute(_FORGET_PARTING, both)
    for row in parted:
        if row.other != survivor:
            await _note_parting(connection, survivor, AccountId(row.other), row.parted_at)


async def share_sanctions(connection: AsyncConnection, *, old: AccountId, new: AccountId, now: datetime) -> None:
    """Put everything that is on an account on one that is parted from it too, and note that they were one."""
    await connection.execute(_SHARE, {"source": old, "target": new})
    await _note_parting(connection, old, new, now)


async def _note_parting(connection: AsyncConnection, one: AccountId, other: AccountId, at: datetime) -> None:
    both_ways = [{"account": one, "other": other, "parted_at": at}, {"account": other, "other": one, "parted_at": at}]
    await _NOTE_PARTING.run_each(connection, both_ways)
