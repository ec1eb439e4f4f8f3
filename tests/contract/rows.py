"""Rows for every table, with what is hard to copy in them: signs of all kinds, large numbers, parts of seconds, nothing."""

from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Integer, LargeBinary, Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from storage.schema import metadata
from storage.schema.base import Moment
from tests.fakes.clock import NOON

MANY = 2500
"""More than are copied at once."""

_FEW = 3
_LARGE = 2**53
_HARD = "ö “quoted” \\ ' 🦊 مرحبا\nnew line"


async def fill_tables(connection: AsyncConnection) -> None:
    """Write rows into every table, each with all references that its table has."""
    for table in metadata.sorted_tables:
        count = MANY if table.name == "happened" else _FEW
        await connection.execute(insert(table), [row_of(table, number) for number in range(count)])


def row_of(table: Table, number: int) -> dict[str, Any]:
    """Return a row; what may be empty is so in every third one."""
    row = {column.name: _value_of(column, number) for column in table.columns}
    if table.name == "jobs":
        row |= {"state": "queued", "finished_at": None} if number else {"state": "done", "finished_at": NOON}
    return row


def _value_of(column: Column[Any], number: int) -> Any:
    if column.nullable and number == 1:
        return None
    for key in column.foreign_keys:
        return _value_of(key.column, number)
    if column.autoincrement is True:
        return number + 1
    values = _values(number)
    return next((value for kind, value in values.items() if isinstance(column.type, kind)), f"{number:05} {column.name} {_HARD}")


def _values(number: int) -> dict[type[TypeEngine[Any]], Any]:
    """Return a value of each type; of two that fit a column the first is taken."""
    return {
        Moment: NOON + timedelta(microseconds=number + 1),
        Boolean: number % 2 == 0,
        BigInteger: _LARGE + number,
        Integer: number + 1,
        Date: NOON.date() + timedelta(days=number),
        JSON: {"text": _HARD, "size": [1536, 1024.5], "empty": None, "number": number, "is": True},
        LargeBinary: b"\x00\xff" + bytes([number % 256]),
    }
