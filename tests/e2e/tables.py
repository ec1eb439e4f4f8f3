"""A database that has been migrated already: nine steps take longer than most of what happens in a house of one test."""

import asyncio
import tempfile
import threading
from pathlib import Path

from storage.migrate import upgrade

NAME = "easel.db"
_MADE: list[bytes] = []
_MAKING = threading.Lock()
"""alembic cannot run twice at once in one process."""


async def give_tables(folder: Path) -> None:
    """Put a database with all tables and nothing in them where easel would make one, unless there is one."""
    if not (folder / NAME).exists():
        await asyncio.to_thread(_make_once)
        await asyncio.to_thread(_put, folder)


def _make_once() -> None:
    with _MAKING:
        if not _MADE:
            _MADE.append(asyncio.run(_made()))


async def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / NAME
        await upgrade(f"sqlite+aiosqlite:///{file}")
        return await asyncio.to_thread(file.read_bytes)


def _put(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / NAME
    file.touch(mode=0o600)
    file.write_bytes(_MADE[0])
