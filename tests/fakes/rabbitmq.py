"""A RabbitMQ for tests: Debian's, with a node name, ports and an epmd of its own; it ends with whoever started it."""

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

_PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""The one on the PATH insists on the system's own user and folders."""

_PATIENCE_S = 120.0
_PAUSE_S = 0.02

_ERLANG_OPTIONS = "+S 1:1 +A 4 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"
"""One thread that sleeps when it has nothing to do, and no door to other machines."""

_WHILE_WATCHED = """
epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1 </dev/null & epmd=$!
"$@" </dev/null & server=$!
cat >/dev/null
kill -KILL $(cat "$RABBITMQ_PID_FILE") $server $epmd 2>/dev/null
wait
"""
"""Runs both until the standard input ends: the test closes it, or the test's process is gone, however it went."""


def why_no_rabbitmq() -> str | None:
    """Say what is missing; None where a server can be started."""
    if find_spec("aio_pika") is None:
        return "not installed: aio_pika"
    return None if _PROGRAM.exists() and shutil.which("epmd") else "no rabbitmq-server of Debian's"


class RabbitServer:
    """Keeps everything in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port, self._distribution_port, self._epmd_port = free_port(), free_port(), free_port()
        self._watcher: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of its first virtual host."""
        return f"amqp://guest:guest@127.0.0.1:{self._port}/"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self._folder / "log").open("a") as log:
            self._watcher = subprocess.Popen(  # noqa: S603 - a program of the system
                ["/bin/sh", "-c", _WHILE_WATCHED, "sh", str(_PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=self._environ(),
            )
        deadline = time.monotonic() + _PATIENCE_S
        while not self._answers():
            assert self._watcher.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < deadline, "RabbitMQ does not start"
            time.sleep(_PAUSE_S)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._send(signal.SIGKILL)
        self.stop()

    def freeze(self) -> None:
        """Have it answer nothing any more, and keep its connections open."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Have it go on."""
        self._send(signal.SIGCONT)

    def has_on_disk(self, queue: str) -> bool:
        """Whether it would know a new quorum queue again if it were killed now: it writes names down twice a second."""
        names = self._folder / "mnesia" / "easel@localhost" / "quorum" / "easel@localhost" / "names.dets"
        return queue.encode() in names.read_bytes()

    def stop(self) -> None:
        """End it, and wait for that."""
        if self._watcher is not None:
            self._watcher.communicate()
            self._watcher = None

    def _send(self, number: signal.Signals) -> None:
        os.kill(int((self._folder / "pid").read_text()), number)

    def _environ(self) -> dict[str, str]:
        folder = self._folder
        (folder / "plugins").write_text("[].\n")
        (folder / "rabbitmq.conf").write_text("disk_free_limit.absolute = 1MB\n")
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_NODENAME": "easel@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG_OPTIONS,
        }

    def _answers(self) -> bool:
        """Whether it greets a client: before that it listens already, and refuses everything."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=5) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return connection.recv(1) == b"\x01"
        except OSError:
            return False


@contextmanager
def rabbit_server(folder: Path) -> Iterator[RabbitServer]:
    """Run a server in that folder."""
    server = RabbitServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
