"""Processes of easel that are started again whenever they end, as systemd or Kubernetes does it.

Each is forked from one that has imported easel already: importing it takes
longer than most of what happens to it here. It has its own session, folder,
environment and log, and ends when this process is gone.
"""

import asyncio
import multiprocessing
import os
import re
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.e2e.everything"])


def import_easel() -> None:
    """Begin to import easel in the process that all others are forked from, while something else is done here."""
    forkserver.ensure_running()


_SETTING = re.compile(r"(EASEL|OPENAI|DISCORD|SLACK|AWS)_")
_POLL_S = 0.05
_RESTART_AFTER_S = 0.3
_START_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 90.0


class Replica:
    """One process of a role, and whichever takes its place. What is in its `environ` when one starts counts for that one."""

    def __init__(self, role: str, number: int, *, port: int, environ: Mapping[str, str], folder: Path) -> None:
        self.role = role
        self.number = number
        self.name = name = f"{role}-{number}"
        self.port = port
        self.log = folder / f"{name}.log"
        self.broke: list[int] = []
        """The exit codes of those that ended by themselves."""
        self.arguments = (role,) if role == "web" else (role, "--port", str(port))
        self.environ = {**{name: value for name, value in os.environ.items() if not _SETTING.match(name)}, **environ}
        self.folder = folder
        self._process: ForkServerProcess | None = None
        self.exit_code: int | None = None
        self.ended = asyncio.Event()
        self._supervision: asyncio.Task[None] | None = None
        self._is_ending = False

    @property
    def url(self) -> str:
        """Where its page or its health is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process that runs now, or ran last."""
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Start it, wait until it says that it is ready, and start it again whenever it ends."""
        read = self.log.stat().st_size if self.log.exists() else 0
        self._supervision = asyncio.create_task(self._supervise())
        try:
            async with asyncio.timeout(_START_TIMEOUT_S):
                while b" is ready" not in await asyncio.to_thread(_read_from, self.log, read):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise RuntimeError(f"{self.name} does not start: {_read_from(self.log, read)[-2000:]!r}") from None

    def kill(self) -> None:
        """End it as a power cut would; another takes its place."""
        self._is_ending = True
        self._signal(signal.SIGKILL)

    def ask_to_end(self) -> None:
        """Have it end in good order; another takes its place."""
        self._is_ending = True
        self._signal(signal.SIGTERM)

    async def freeze(self, seconds: float) -> None:
        """Have it stand still for so long, and go on as if nothing had been.

        Another program lets it go on, so that nobody stays frozen if this one is killed meanwhile.
        """
        pid = self.pid
        if pid is None:
            return
        script = 'kill -STOP "$1"; sleep "$2"; kill -CONT "$1"'
        freezer = await asyncio.create_subprocess_exec(
            *("sh", "-c", script, "sh", str(pid), str(seconds)), stderr=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        try:
            await freezer.wait()
        finally:
            if freezer.returncode is None:
                os.killpg(freezer.pid, signal.SIGKILL)  # with the `sleep` of its own

    async def stop(self) -> int | None:
        """Ask it to end as systemd would, and return its exit code; None if it had to be killed."""
        await self._end_supervision()
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP_TIMEOUT_S):
                await self.ended.wait()
        except TimeoutError:
            await self.clear()
            return None
        return self.exit_code

    async def clear(self) -> None:
        """Leave nothing running."""
        await self._end_supervision()
        self._signal(signal.SIGKILL)
        if self.pid is not None:
            await self.ended.wait()

    async def _end_supervision(self) -> None:
        if self._supervision is not None:
            self._supervision.cancel()
            await asyncio.gather(self._supervision, return_exceptions=True)
            self._supervision = None

    async def _supervise(self) -> None:
        while True:
            self._is_ending = False
            self.launch()
            await self.ended.wait()
            if not self._is_ending:
                self.broke.append(self.exit_code or 0)
            await asyncio.sleep(_RESTART_AFTER_S)

    def launch(self) -> None:
        """Start it; `ended` is set, and `exit_code` known, when it has ended."""
        self.ended.clear()
        process = _FORKS.Process(target=_become_easel, args=(self.arguments, self.folder, self.environ, self.log))
        process.start()
        self._process, self.exit_code = process, None
        asyncio.get_running_loop().add_reader(process.sentinel, self._note_end, process)

    def _note_end(self, process: ForkServerProcess) -> None:
        asyncio.get_running_loop().remove_reader(process.sentinel)
        process.join()
        self.exit_code = process.exitcode
        self.ended.set()

    def _signal(self, number: signal.Signals) -> None:
        if self.pid is not None and not self.ended.is_set():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def _read_from(log: Path, position: int) -> bytes:
    if not log.exists():
        return b""
    with log.open("rb") as file:
        file.seek(position)
        return file.read()


def _become_easel(arguments: Sequence[str], folder: Path, environ: Mapping[str, str], log: Path) -> None:
    """Be what `python -m bot` would be, in the forked process."""
    os.setsid()
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - the streams of a process stay open
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115 - as above
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    sys.argv = ["easel", *arguments]
    threading.Thread(target=_end_with_parent, daemon=True).start()

    from bot.cli import main  # noqa: PLC0415 - the parent never runs it

    main(list(arguments))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGKILL)
