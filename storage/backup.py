"""Copies SQLite's file while easel goes on: the copy holds what was there at one moment."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.errors import BadInput
from storage.sql.database import parse_url
from storage.sql.failures import translate_errors
from storage.sql.sqlite import is_sqlite, sqlite_file


def back_up(url: str, file: Path) -> int:
    """Write the whole database to a new file, and return its size in bytes; the file is whole, or not there. Blocks.

    Raises:
        BadInput: The file is there already, or the records are not in a file that can be copied.
        StorageFailed: The database cannot be read, or the file cannot be written.
    """
    parsed = parse_url(url)
    if not is_sqlite(parsed):
        raise BadInput("The records are in PostgreSQL, which has a program for that: pg_dump --format=custom.")
    source, part = sqlite_file(parsed), file.with_name(f"{file.name}.part")
    if file.exists():
        raise BadInput(f"{file} is there already: name a new file.")
    if not source.exists():
        raise BadInput(f"There is no database {source} yet.")
    with translate_errors():
        try:
            _write(source, part)
            part.rename(file)
        finally:
            part.unlink(missing_ok=True)
        return file.stat().st_size


def _write(source: Path, part: Path) -> None:
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)  # SQLite would let everybody read it, and there are tokens in it
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("VACUUM INTO ?", (str(part),))
    with part.open("rb") as written:
        os.fsync(written.fileno())
