"""Processes forked from one that has imported all of easel already: importing it takes longer than most of what tests ask.

Each is a process of its own, with its own folder, environment, streams, signals
and exit code. What the interpreter does before `main` is not asked here:
`Program(is_new=True)` does.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.e2e.everything"])


class Forked:
    """`easel` in such a process; to be used like an `asyncio.subprocess.Process`."""

    def __init__(self, process: "multiprocessing.context.ForkServerProcess", out: Connection, err: Connection) -> None:
        self._process = process
        self._pipes = (out, err)
        self._ended = asyncio.Event()
        self.stdout, self._stderr = asyncio.StreamReader(), asyncio.StreamReader()
        self.returncode: int | None = None

    @classmethod
    async def start(cls, arguments: Sequence[str], folder: Path, environ: dict[str, str]) -> Self:
        """Start it."""
        (out, child_out), (err, child_err) = _FORKS.Pipe(duplex=False), _FORKS.Pipe(duplex=False)
        with child_out, child_err:
            process = _FORKS.Process(target=_become_easel, args=(arguments, folder, environ, child_out, child_err))
            process.start()
        forked = cls(process, out, err)
        await forked._watch()
        return forked

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(self._process.sentinel, self._note_end)
        for stream, pipe in zip((self.stdout, self._stderr), self._pipes, strict=True):
            file = os.fdopen(os.dup(pipe.fileno()), "rb", buffering=0)
            pipe.close()
            await loop.connect_read_pipe(lambda stream=stream: asyncio.StreamReaderProtocol(stream), file)  # type: ignore[misc]  # mypy cannot infer the default

    def _note_end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._process.join()
        self.returncode = self._process.exitcode
        self._process.close()
        self._ended.set()

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            assert self._process.pid is not None
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    async def communicate(self) -> tuple[bytes, bytes]:
        """Wait for its end, and give what it wrote that nobody has read."""
        out, err = await asyncio.gather(self.stdout.read(), self._stderr.read())
        await self._ended.wait()
        return out, err


def _become_easel(arguments: Sequence[str], folder: Path, environ: dict[str, str], out: Connection, err: Connection) -> None:
    """Be what `python -m bot` would be, in the forked process."""
    with out, err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - the streams of a process stay open
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115 - as above
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    sys.argv = ["easel", *arguments]

    from bot.cli import main  # noqa: PLC0415 - the parent never runs it

    main(arguments)
