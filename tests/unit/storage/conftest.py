"""A database file of its own for each test."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from storage.sql.database import Database
from tests.e2e.tables import give_tables


@pytest.fixture
def database_file(tmp_path: Path) -> Path:
    """Say where it will be, in a folder that is not there yet."""
    return tmp_path / "new" / "folder" / "easel.db"


@pytest.fixture
def is_letter_whole(database_file: Path) -> Callable[[], bool]:
    """Put something else where the database should be; ask whether it is still what it was."""
    letter = "Dear Ann, this is long enough to be taken for a page of something. " * 20
    database_file.parent.mkdir(parents=True)
    database_file.write_text(letter)
    return lambda: database_file.read_text() == letter


@pytest.fixture
def database_url(database_file: Path) -> str:
    """Say the same as a URL."""
    return f"sqlite+aiosqlite:///{database_file}"


@pytest.fixture
async def database(database_file: Path, database_url: str) -> AsyncIterator[Database]:
    """Open it, with all its tables."""
    await give_tables(database_file.parent)
    database = Database(database_url)
    await database.open()
    yield database
    await database.close()
