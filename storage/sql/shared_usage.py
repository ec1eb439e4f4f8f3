"""What two accounts have used in common since they were parted: joined again, they have used it once.

The number for a pair is never more than what both counters really have in
common, so that nobody gains pictures by joining and parting in any order.
"""

from datetime import date

from sqlalchemy import Date, String, bindparam, case, delete, func, literal_column, or_, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import AccountId
from storage.schema.quotas import shared_usage, usage
from storage.sql.upsert import InsertInto, Upsert

_GONE, _SURVIVOR = bindparam("gone", type_=String), bindparam("survivor", type_=String)
_OLD, _NEW = bindparam("old", type_=String), bindparam("new", type_=String)


def _add(insert_into: InsertInto) -> sqlite.Insert:
    """Build the statement that adds the days of one account to another's."""
    columns = ("community", "account", "day", "held", "spent")
    theirs = select(usage.c.community, _SURVIVOR, usage.c.day, usage.c.held, usage.c.spent).where(usage.c.account == _GONE)
    added = insert_into(usage).from_select(columns, theirs)
    return added.on_conflict_do_update(
        index_elements=[usage.c.community, usage.c.account, usage.c.day],
        set_={"held": usage.c.held + added.excluded.held, "spent": usage.c.spent + added.excluded.spent},
    )


def _inherit(insert_into: InsertInto) -> sqlite.Insert:
    """Build the statement that shares with a third account what the joined one shared; the larger number is in common."""
    return _largest(insert_into).from_select(
        _COLUMNS,
        select(shared_usage.c.community, _SURVIVOR, shared_usage.c.other, shared_usage.c.day, shared_usage.c.pictures).where(
            shared_usage.c.account == _GONE, shared_usage.c.other != _SURVIVOR
        ),
    )


def _inherit_back(insert_into: InsertInto) -> sqlite.Insert:
    """Build the same from the third account's side."""
    return _largest(insert_into).from_select(
        _COLUMNS,
        select(shared_usage.c.community, shared_usage.c.account, _SURVIVOR, shared_usage.c.day, shared_usage.c.pictures).where(
            shared_usage.c.other == _GONE, shared_usage.c.account != _SURVIVOR
        ),
    )


def _largest(insert_into: InsertInto) -> sqlite.Insert:
    new = insert_into(shared_usage)
    largest = case((new.excluded.pictures > shared_usage.c.pictures, new.excluded.pictures), else_=shared_usage.c.pictures)
    return new.on_conflict_do_update(index_elements=list(shared_usage.primary_key), set_={"pictures": largest})


_COLUMNS = ("community", "account", "other", "day", "pictures")
_ADD = Upsert(_add)
_DROP = delete(usage).where(usage.c.account == _GONE)
_COMMON = func.coalesce(
    select(shared_usage.c.pictures)
    .where(
        shared_usage.c.community == usage.c.community,
        shared_usage.c.day == usage.c.day,
        shared_usage.c.account == _SURVIVOR,
        shared_usage.c.other == _GONE,
    )
    .scalar_subquery(),
    0,
)
_ONCE = case((usage.c.spent > _COMMON, usage.c.spent - _COMMON), else_=0)
_COUNT_ONCE = update(usage).where(usage.c.account == _SURVIVOR).values(spent=_ONCE)
_INHERIT, _INHERIT_BACK = Upsert(_inherit), Upsert(_inherit_back)
_FORGET = delete(shared_usage).where(or_(shared_usage.c.account == _GONE, shared_usage.c.other == _GONE))

_COPY = usage.insert().from_select(
    ("community", "account", "day", "held", "spent"),
    select(usage.c.community, _NEW, usage.c.day, literal_column("0"), usage.c.held + usage.c.spent).where(
        usage.c.account == _OLD, usage.c.day >= bindparam("first_day", type_=Date)
    ),
)
_COPIED = select(usage.c.community, usage.c.day, usage.c.spent).where(usage.c.account == _NEW)
_OF_OLD = select(shared_usage).where(shared_usage.c.account == _OLD, shared_usage.c.day >= bindparam("first_day", type_=Date))
_SHARE = shared_usage.insert()


async def join_usage(connection: AsyncConnection, *, survivor: AccountId, gone: AccountId) -> None:
    """Count the days of `gone` for `survivor`, what both have in common once."""
    both = {"survivor": survivor, "gone": gone}
    await _ADD.run(connection, dict(both))
    await connection.execute(_DROP, both)
    await connection.execute(_COUNT_ONCE, both)
    await _INHERIT.run(connection, dict(both))
    await _INHERIT_BACK.run(connection, dict(both))
    await connection.execute(_FORGET, both)


async def copy_usage(connection: AsyncConnection, *, old: AccountId, new: AccountId, first_day: date) -> None:
    """Begin the days of `new` from `first_day` on with what `old` has on them, and note that it is the same."""
    values = {"old": old, "new": new, "first_day": first_day}
    await connection.execute(_COPY, values)
    copied = (await connection.execute(_COPIED, values)).all()
    pairs = [(row.community, row.day, old, row.spent) for row in copied]
    pairs += [(row.community, row.day, row.other, row.pictures) for row in await connection.execute(_OF_OLD, values)]
    rows = [
        {"community": community, "day": day, "account": one, "other": other, "pictures": pictures}
        for community, day, third, pictures in pairs
        for one, other in ((new, third), (third, new))
    ]
    if rows:
        await connection.execute(_SHARE, rows)
