"""The real PgBouncer, in front of a PostgreSQL for tests: each transaction may get another one of few connections."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.postgres import PostgresServer
from tests.fakes.watched import NOBODY, is_root, run_watched

_PORT = 6432
_SETTINGS = """
[databases]
* = host={postgres}

[pgbouncer]
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = trust
auth_file = {folder}/users
"""


def find_pgbouncer() -> str | None:
    """Return the path of the program; Debian puts it where not everybody looks."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


def why_no_pgbouncer() -> str | None:
    """Say what is missing; None where it can be started."""
    return None if find_pgbouncer() else "no pgbouncer on the PATH"


@contextmanager
def pgbouncer(postgres: PostgresServer, *, connections: int) -> Iterator[str]:
    """Run it on a socket, with so many connections to the server, and yield what a URL has behind its question mark."""
    program = find_pgbouncer()
    assert program is not None
    folder = Path(tempfile.mkdtemp(prefix="pb"))
    try:
        settings = _SETTINGS.format(postgres=postgres.socket, connections=connections, port=_PORT, folder=folder)
        (folder / "settings.ini").write_text(settings)
        (folder / "users").write_text('"postgres" ""\n')
        if is_root():
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, NOBODY)
        socket = folder / f".s.PGSQL.{_PORT}"
        with run_watched([program, folder / "settings.ini"], folder, socket.exists, stop="TERM"):
            yield f"host={folder}&port={_PORT}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
