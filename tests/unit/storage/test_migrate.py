"""Asks whether every database gets the same tables, once, whole, and without costing later starts anything."""

import asyncio
import sqlite3
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, inspect

import storage.migrations
from bot.errors import StorageFailed
from storage.migrate import current, head, upgrade
from storage.schema import metadata

T = TypeVar("T")

UPGRADE = """
import asyncio, sys
from storage.migrate import upgrade
print(*asyncio.run(upgrade(sys.argv[1])), "alembic" in sys.modules)
"""


def look(path: Path, at: Callable[[Connection], T]) -> T:
    """Look at a database with a plain connection."""
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            return at(connection)
    finally:
        engine.dispose()


def names_in(folder: Path) -> list[str]:
    """Return what is there."""
    return [path.name for path in folder.iterdir()]


def finer_points(connection: Connection) -> dict[str, object]:
    """Return what alembic does not compare: checks, the parts that partial indexes are of, and what references put off."""
    inspector = inspect(connection)
    return {
        table: {
            "checks": sorted((str(check["name"]), check["sqltext"]) for check in inspector.get_check_constraints(table)),
            "indexes": sorted(
                (str(index["name"]), str(index.get("dialect_options", {}).get("sqlite_where")))
                for index in inspector.get_indexes(table)
            ),
            "references": sorted((str(key["name"]), str(key["options"])) for key in inspector.get_foreign_keys(table)),
            "key": inspector.get_pk_constraint(table),
        }
        for table in metadata.tables
    }


async def upgrade_elsewhere(url: str) -> str:
    """Upgrade in a process of its own, and give what it says."""
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", UPGRADE, url, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(60):
        said, _ = await child.communicate()
    assert child.returncode == 0
    return said.decode().strip()


def is_declared(name: str | None, kind: str, _: object) -> bool:
    """Leave out the index that SQLite keeps by triggers (r0028): the tables of PostgreSQL have none of it."""
    return kind != "table" or not str(name).startswith(("indexed_jobs", "prompt_index"))


async def test_others_on_the_machine_cannot_read_a_new_one(tmp_path: Path) -> None:
    """Prompts and hashes of keys are in it; one that is there already keeps the mode that its owner gave it."""
    path = tmp_path / "data/easel.db"
    await upgrade(f"sqlite+aiosqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    await upgrade(f"sqlite+aiosqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


async def test_the_steps_make_the_tables_of_the_schema(database_url: str, database_file: Path, tmp_path: Path) -> None:
    """A change of one without the other shows here."""

    def differences(connection: Connection) -> list[Any]:
        opts = {"compare_type": True, "compare_server_default": True, "include_name": is_declared}
        found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=opts), metadata)
        return found

    def make(connection: Connection) -> None:
        metadata.create_all(connection)
        connection.commit()

    await upgrade(database_url)
    assert look(database_file, differences) == []
    look(tmp_path / "made.db", make)
    assert look(database_file, finer_points) == look(tmp_path / "made.db", finer_points)


async def test_the_comparison_would_notice(database_url: str, database_file: Path) -> None:
    """An index that is not there any more is a difference."""
    await upgrade(database_url)
    whole = look(database_file, finer_points)
    look(database_file, lambda connection: connection.exec_driver_sql("DROP INDEX ix_jobs_open").close())
    assert look(database_file, finer_points) != whole


def test_the_newest_file_is_alembics_head() -> None:
    """Versions are read off file names, so that a start needs no alembic."""
    config = Config()
    config.set_main_option("script_location", str(Path(storage.migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [head()]


async def test_a_new_database_is_made_and_then_left_alone(database_url: str) -> None:
    """From nothing to the head, and no further."""
    assert await upgrade(database_url) == (None, head())
    assert await upgrade(database_url) == (head(), head())
    assert await current(database_url) == head()


async def test_asking_for_the_version_makes_nothing(database_url: str, tmp_path: Path) -> None:
    """Neither file nor folder."""
    assert await current(database_url) is None
    assert names_in(tmp_path) == []


async def test_a_database_without_tables_has_no_version(tmp_path: Path) -> None:
    """An empty file is one, too."""
    (tmp_path / "empty.db").touch()
    assert await current(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}") is None


async def test_of_two_processes_at_once_one_upgrades(database_url: str) -> None:
    """The other waits, and finds it done."""
    said = await asyncio.gather(*(upgrade_elsewhere(database_url) for _ in range(2)))
    versions = sorted(words.rsplit(" ", 1)[0] for words in said)
    assert versions == [f"{head()} {head()}", f"None {head()}"]


async def test_of_many_upgrades_at_once_one_does_it(database_url: str) -> None:
    """Here so close together that all of them see an empty database first."""
    versions = await asyncio.gather(*(upgrade(database_url) for _ in range(8)))
    assert sorted(versions, key=str) == [(head(), head())] * 7 + [(None, head())]


async def test_a_start_with_nothing_to_do_does_without_alembic(database_url: str) -> None:
    """It would cost more time than all the rest."""
    assert await upgrade_elsewhere(database_url) == f"None {head()} True"
    assert await upgrade_elsewhere(database_url) == f"{head()} {head()} False"


async def test_a_step_that_fails_leaves_the_database_as_it_was(database_url: str, database_file: Path) -> None:
    """Here it trips over a table that somebody else has made."""
    database_file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(database_file)) as connection:
        connection.execute("CREATE TABLE messages (mine TEXT)")
    with pytest.raises(StorageFailed, match="wrong statement or tables"):
        await upgrade(database_url)
    assert look(database_file, lambda connection: inspect(connection).get_table_names()) == ["messages"]
    assert await current(database_url) is None


async def test_tables_of_a_newer_program_are_not_touched(database_url: str, database_file: Path) -> None:
    """An old program must not write into what it does not know."""
    await upgrade(database_url)
    with closing(sqlite3.connect(database_file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageFailed, match="version 9999"):
        await upgrade(database_url)
    assert await current(database_url) == "9999"


async def test_a_file_that_is_no_database_is_refused(database_url: str, is_letter_whole: Callable[[], bool]) -> None:
    """And left as it is."""
    with pytest.raises(StorageFailed, match="not a database"):
        await upgrade(database_url)
    assert is_letter_whole()


def test_every_name_is_given_by_the_convention() -> None:
    """A constraint without a name could never be changed on SQLite."""
    names = [constraint.name for table in metadata.tables.values() for constraint in table.constraints]
    assert isinstance(metadata, MetaData)
    assert None not in names
