"""`easel` as a program, in a folder and an environment of its own."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.forked import Forked

_ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0
_OFFSET = 12 - datetime.now(UTC).hour
NOON = f"Etc/GMT{-_OFFSET:+d}"
"""Where it is noon when the tests begin: a program has the real clock, and no day may end while it is asked for today's quota.

The names count the hours to the west (https://data.iana.org/time-zones/theory.html).
"""
_NAMES_OF_OURS = re.compile(r"(EASEL|OPENAI|DISCORD|SLACK|AWS)_.*")


@dataclass(frozen=True, slots=True)
class Done:
    """How a run ended."""

    code: int
    out: str
    err: str


class Running:
    """A program that runs."""

    def __init__(self, process: asyncio.subprocess.Process | Forked) -> None:
        self._process = process
        self._said = ""

    async def said(self, pattern: str) -> str:
        """Wait until a line of the standard output has the pattern, and give its first group."""
        assert self._process.stdout is not None
        async with asyncio.timeout(_PATIENCE):
            while line := await self._process.stdout.readline():
                self._said += line.decode()
                if found := re.search(pattern, line.decode()):
                    return found[1]
        rest = await self.ended()
        raise AssertionError(f"it ended without saying {pattern}: {rest}")

    async def ended(self) -> Done:
        """Wait for its end."""
        async with asyncio.timeout(_PATIENCE):
            out, err = await self._process.communicate()
        assert self._process.returncode is not None
        return Done(self._process.returncode, self._said + out.decode(), err.decode())

    async def stopped(self, number: signal.Signals) -> Done:
        """Send a signal and wait for the end."""
        self._process.send_signal(number)
        return await self.ended()

    async def kill(self) -> None:
        """End it at once, if it still runs."""
        if self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()


@dataclass
class Program:
    """Starts `easel` in `folder`, with its data below, and no settings but `environ`.

    `is_new` asks for a new interpreter that runs `python -m bot`; without it, one
    is forked that has imported easel.
    """

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    is_new: bool = False
    _started: list[Running] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    async def start(self, *arguments: str) -> Running:
        """Start it."""
        inherited = {name: value for name, value in os.environ.items() if not _NAMES_OF_OURS.fullmatch(name)}
        always = {"PYTHONPATH": str(_ROOT), "COLUMNS": "100", "EASEL_QUOTAS__TIME_ZONE": NOON}
        environ = {**inherited, **always, **self.environ}
        process = await (self._new(arguments, environ) if self.is_new else Forked.start(arguments, self.folder, environ))
        self._started.append(Running(process))
        return self._started[-1]

    async def _new(self, arguments: Sequence[str], environ: dict[str, str]) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=self.folder,
            env=environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *arguments: str) -> Done:
        """Start it and wait for its end."""
        return await (await self.start(*arguments)).ended()

    async def clear(self) -> None:
        """Leave nothing running."""
        for running in self._started:
            await running.kill()
