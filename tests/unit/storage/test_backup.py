"""Is a backup a whole database, made while others write, and never half of one?"""

import asyncio
import shutil
import stat
from pathlib import Path

import pytest

from bot.domain.people import REGISTERED, Identity, Platform
from bot.errors import BadInput, StorageFailed
from storage.backup import back_up
from storage.migrate import current, head, upgrade
from storage.sql.accounts import SqlAccounts
from storage.sql.database import open_database
from tests.fakes.clock import StoppedClock
from tests.fakes.ids import CountingIds

ANN, BOB = (Identity(Platform("web"), "", name) for name in ("ann", "bob"))


def names_in(folder: Path) -> list[str]:
    """Return what is there."""
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    """Make a folder for them."""
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


async def test_a_backup_that_is_brought_back_has_everything_of_its_moment(
    database_url: str, database_file: Path, backups: Path
) -> None:
    """It is made in the middle of somebody's transaction, of which it has nothing."""
    await upgrade(database_url)
    async with open_database(database_url) as database:
        accounts = SqlAccounts(database, StoppedClock(), CountingIds())
        ann = await accounts.get_or_create(ANN, REGISTERED)
        async with database.write_transaction() as connection:
            await connection.exec_driver_sql("DELETE FROM identities")
            size = back_up(database_url, backups / "one.db")
        await accounts.get_or_create(BOB, REGISTERED)
    assert size == (backups / "one.db").stat().st_size
    assert stat.S_IMODE((backups / "one.db").stat().st_mode) == 0o600
    assert names_in(backups) == ["one.db"]
    await asyncio.to_thread(shutil.copy, backups / "one.db", database_file)
    assert await current(database_url) == head()
    async with open_database(database_url) as database:
        accounts = SqlAccounts(database, StoppedClock(), CountingIds())
        assert await accounts.find(ANN) == ann
        assert await accounts.find(BOB) is None


async def test_a_file_that_is_there_is_left_alone(database_url: str, backups: Path) -> None:
    """It may be the last good backup."""
    await upgrade(database_url)
    back_up(database_url, backups / "one.db")
    with pytest.raises(BadInput) as caught:
        back_up(database_url, backups / "one.db")
    assert "is there already" in caught.value.user_text


async def test_where_there_is_nothing_to_copy_nothing_is_made(database_url: str, backups: Path) -> None:
    """Neither of a database that is not there, nor of one that has its own program."""
    for url, sentence in ((database_url, "There is no database"), ("postgresql://me@host/easel", "pg_dump")):
        with pytest.raises(BadInput) as caught:
            back_up(url, backups / "one.db")
        assert sentence in caught.value.user_text
    assert names_in(backups) == []


async def test_a_folder_that_is_not_there_is_a_failure(database_url: str, backups: Path) -> None:
    """With its reason."""
    await upgrade(database_url)
    with pytest.raises(StorageFailed):
        back_up(database_url, backups / "none" / "one.db")
    assert names_in(backups) == []
