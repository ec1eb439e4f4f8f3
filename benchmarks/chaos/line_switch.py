"""A line to a server that can be cut and mended: while it is cut, nobody listens at its address."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

_PIECE_BYTES = 1 << 16


class LineSwitch:
    """Passes bytes on to a server of this machine, unless it is cut; used as `async with`."""

    def __init__(self, target: str) -> None:
        host, _, port = target.removeprefix("http://").partition(":")
        self._target = (host, int(port))
        self._port = 0
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.cut()

    @property
    def url(self) -> str:
        """The address that stands for the server's."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def is_cut(self) -> bool:
        """Whether nobody listens."""
        return self._server is None

    async def mend(self) -> None:
        """Listen again, at the same address as before."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End every connection in the middle of whatever it carries, and take no more."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        lines = tuple(self._lines)
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        try:
            await self._connect(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # cut, or the other side went away: to whoever is connected that is the same
        finally:
            self._lines.discard(line)
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onwards, away = await asyncio.open_connection(*self._target)
        back = asyncio.create_task(_pass(onwards, writer))
        try:
            await _pass(reader, away)
        finally:
            back.cancel()
            away.transport.abort()
            with suppress(asyncio.CancelledError, OSError):
                await back


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(_PIECE_BYTES):
        writer.write(piece)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
