"""Programs that end with this process, however it ends."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_START_TIMEOUT_S = 120.0

_WHILE_WATCHED = '"$@" </dev/null & cat >/dev/null; kill -KILL $! 2>/dev/null; wait $!'
"""Runs a program until the standard input ends: whoever started it closes it, or is gone."""


@asynccontextmanager
async def run_program(module: str, *options: str, log: Path) -> AsyncIterator[str]:
    """Run a Python module while the body runs; yield the first line that it prints."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", _WHILE_WATCHED, "sh", sys.executable, "-m", module, *options),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_START_TIMEOUT_S):
            line = (await process.stdout.readline()).decode().strip()
        assert line, f"{module} does not start; see {log}"
        yield line
    finally:
        process.stdin.close()
        await process.wait()
