"""Rows as they stand in SQLite's tables, put there and read without any code of ours between."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from bot.domain.people import AccountId, CommunityId, Platform
from bot.domain.rules import Actor
from storage.sql.database import Database
from tests.fakes.clock import NOON

AT_NOON = 1_773_489_600_000_000
AN_HOUR = 3_600_000_000
LATER = NOON + timedelta(hours=1)
HERE = CommunityId("discord:42")
DISCORD = Platform("discord")
MOD, ADA = Actor(AccountId("mod"), "Mo"), Actor(AccountId("ada"), "Ada")
FIRST_ID = "id00000000000000000001"


async def write_row(database: Database, table: str, row: dict[str, Any]) -> None:
    """Put a row there without any code of ours between."""
    columns, values = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
    async with database.write_transaction() as connection:
        await connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), row)  # noqa: S608 - our own names


async def read_row(database: Database, table: str) -> dict[str, Any]:
    """Return the one row that is there, as the engine has it."""
    async with database.read_transaction() as connection:
        return dict((await connection.execute(text(f"SELECT * FROM {table}"))).one()._mapping)  # noqa: S608 - our own names


def assert_same(found: object, expected: object) -> None:
    """Two values that are equal may still be of two kinds, such as a word and a member of an enum."""
    assert found == expected
    assert repr(found) == repr(expected)
