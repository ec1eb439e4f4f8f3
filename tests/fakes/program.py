"""A fake as a program: it shows what goes on, does what is typed, and runs until it is told to stop."""

import asyncio
import contextlib
import signal
import sys
from typing import Protocol

from tests.fakes.changes import FakeChanges

CLOSE_TIMEOUT_S = 1.0
"""How long a fake waits for the other end of a websocket that it closes: as long as nobody may be there, and it wants to end."""


class Console(Protocol):
    """What understands a fake's typed lines."""

    async def run(self, line: str) -> bool:
        """Do what a line says; give False when it is to end."""
        ...

    def show_news(self) -> None:
        """Show what has been said since the last time."""
        ...


def say(text: str) -> None:
    """Show a line at once to whoever sits there."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def serve(line: Console, changes: FakeChanges, *, is_quiet: bool) -> None:
    """Run until `quit` is typed, or a signal says so; when it `is_quiet`, no messages are shown."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(_listen(line, stop))]
    if not is_quiet:
        tasks.append(asyncio.create_task(_show(line, changes)))
    try:
        await stop.wait()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listen(line: Console, stop: asyncio.Event) -> None:
    """Read lines from standard input; its end is not the end of the program, which may run without a terminal."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    with contextlib.suppress(ValueError, PermissionError):
        pipe, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        with contextlib.closing(pipe):
            while raw := await reader.readline():
                if not await line.run(raw.decode()):
                    stop.set()


async def _show(line: Console, changes: FakeChanges) -> None:
    while True:
        line.show_news()
        await changes.next()
