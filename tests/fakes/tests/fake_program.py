"""A fake platform in a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

_ROOT = Path(__file__).parents[3]


@dataclass
class FakeProgram:
    """Is driven over HTTP, or by lines; `greeting` is the first line that it showed."""

    process: asyncio.subprocess.Process
    session: aiohttp.ClientSession
    greeting: str

    @property
    def control_url(self) -> str:
        """Below which it is driven; ends with a slash."""
        raise NotImplementedError

    async def post(self, act: str, **asked: object) -> Any:
        """Make it do something."""
        async with self.session.post(self.control_url + act, json=asked) as response:
            return await response.json() | {"status": response.status}

    async def get(self, what: str) -> Any:
        """Ask it something."""
        async with self.session.get(self.control_url + what) as response:
            return await response.json()

    async def line(self, text: str) -> None:
        """Type a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{text}\n".encode())
        await self.process.stdin.drain()

    async def shows(self, text: str) -> str:
        """Read until a line has `text` in it, and give that line."""
        assert self.process.stdout is not None
        async with asyncio.timeout(10):
            while text not in (line := (await self.process.stdout.readline()).decode()):
                assert line, f"it ended before it showed {text!r}"
        return line


P = TypeVar("P", bound=FakeProgram)


@asynccontextmanager
async def run_program(kind: type[P], module: str, *arguments: str) -> AsyncIterator[P]:
    """Start it, and end it."""
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-W", "error", "-m", module, *arguments]
    process = await asyncio.create_subprocess_exec(*command, cwd=_ROOT, stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            greeting = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession() as session:
            yield kind(process, session, greeting)
    finally:
        if process.returncode is None:
            process.terminate()
        process.stdin.close()
        async with asyncio.timeout(10):
            await process.stdout.read()
            assert await process.wait() == 0
