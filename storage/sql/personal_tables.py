"""How it is said what a table has of people, and what becomes of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, String, Table, bindparam

ACCOUNT = bindparam("whose", type_=String)

FORGOTTEN_NAME = "somebody who was forgotten"
"""What stands on record instead of a name."""


class WhenForgotten(StrEnum):
    """What becomes of a person's rows."""

    REMOVED = "removed"
    EMPTIED = "emptied"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Emptying:
    """Columns that are overwritten in the rows that meet a condition."""

    where: ColumnElement[bool]
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalTable:
    """What one table has of the person whose account `ACCOUNT` is; nothing where `rows` is None.

    `hidden` columns are left out of exports: secrets, and what only machines
    need. `emptied` is done to rows when everything else is over; where
    `steps` says so, the pictures, messages and jobs have been gone through before, one by one.
    """

    table: Table
    what: str
    rows: ColumnElement[bool] | None = None
    hidden: frozenset[str] = frozenset()
    is_exported: bool = True
    when_forgotten: WhenForgotten = WhenForgotten.KEPT
    emptied: tuple[Emptying, ...] = ()
    reason: str = ""
