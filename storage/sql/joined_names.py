"""Names of which joined accounts have two: both stay, and one gets a part of its id behind its name."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import ColumnElement

from bot.domain import collections as collection_names
from bot.domain import templates as template_names
from storage.schema.collections import collections
from storage.schema.templates import is_of, templates

_SHORT_ID = 8


@dataclass(frozen=True, slots=True)
class _Named:
    """Rows with names; `of_gone` and `of_survivor` say whose they are, and `key_of` makes of a name what it is found by."""

    table: Table
    of_gone: ColumnElement[bool]
    of_survivor: ColumnElement[bool]
    longest: int
    key_of: Callable[[str], str]


_NAMED = (
    _Named(templates, is_of("gone"), is_of("survivor"), template_names.LONGEST_NAME, template_names.check_name),
    _Named(
        collections,
        collections.c.account == bindparam("gone"),
        collections.c.account == bindparam("survivor"),
        collection_names.LONGEST_NAME,
        str.casefold,
    ),
)


async def part_names(connection: AsyncConnection, *, survivor: str, gone: str) -> None:
    """Rename what the account that is gone has under a name of the survivor's, to something that can be typed as well."""
    for named in _NAMED:
        columns = named.table.c
        of_survivor = (
            await connection.execute(select(columns.name_key).where(named.of_survivor), {"survivor": survivor})
        ).scalars()
        taken = set(of_survivor)
        theirs = (
            await connection.execute(select(columns.id, columns.name, columns.name_key).where(named.of_gone), {"gone": gone})
        ).all()
        for row in (row for row in theirs if row.name_key in taken):
            own = f"-{row.id[:_SHORT_ID].lower()}"
            name = f"{row.name[: named.longest - len(own)]}{own}"
            renamed = update(named.table).where(columns.id == row.id).values(name=name, name_key=named.key_of(name))
            await connection.execute(renamed)
