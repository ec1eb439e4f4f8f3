"""Asks over real connections what becomes of those that are opened for nothing."""

import asyncio
import contextlib
import resource
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response, StreamingResponse

from bot.app.connections import most_connections, server_config

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENCE = 20
REQUEST = b"GET / HTTP/1.1\r\nHost: studio\r\n\r\n"


@dataclass
class ConnectedServer:
    """A server to connect to."""

    port: int
    server: uvicorn.Server

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect, and say nothing yet."""
        return await asyncio.open_connection("127.0.0.1", self.port)


@contextlib.asynccontextmanager
async def served(*, most: int = 100, head_timeout: float = 60, reader_timeout: float = 60) -> AsyncIterator[ConnectedServer]:
    """Serve `/` and, without end, `/long`."""
    app = FastAPI()

    @app.get("/")
    async def show() -> Response:
        return Response("here")

    @app.post("/")
    async def refuse() -> Response:
        return Response("no", 401)

    @app.get("/long")
    async def tell() -> Response:
        async def parts() -> AsyncIterator[bytes]:
            while True:
                yield bytes(65536)
                await asyncio.sleep(0)

        return StreamingResponse(parts())

    config = server_config(app, most=most, head_timeout=head_timeout, reader_timeout=reader_timeout)
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    listener = socket.create_server(("127.0.0.1", 0))
    await server.startup(sockets=[listener])
    try:
        yield ConnectedServer(listener.getsockname()[1], server)
    finally:
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        await server.shutdown(sockets=[listener])


async def hung_up(reader: asyncio.StreamReader) -> bytes:
    """Return what came until the other side hung up."""
    async with asyncio.timeout(PATIENCE):
        with contextlib.suppress(ConnectionResetError):
            return await reader.read()
    return b""


@pytest.mark.parametrize(
    "said", [b"", b"GET / HTTP/1.1\r\nHost: st", REQUEST + b"GET /"], ids=["nothing", "half", "a second half"]
)
async def test_who_does_not_ask_in_time_is_hung_up_on(said: bytes) -> None:
    """Nothing was said, or half a request, or a whole one and half of the next."""
    async with served(head_timeout=0.2) as server:
        reader, writer = await server.connect()
        writer.write(said)
        assert (b"here" in await hung_up(reader)) is said.startswith(REQUEST)
        writer.close()


async def test_the_rest_of_a_refused_body_is_not_waited_for() -> None:
    """However slowly it goes on."""
    async with served(head_timeout=0.2) as server:
        reader, writer = await server.connect()
        writer.write(b"POST / HTTP/1.1\r\nHost: studio\r\nContent-Length: 100000\r\n\r\nx")
        async with asyncio.timeout(PATIENCE):
            assert b"401" in await reader.readuntil(b"\r\n\r\n")
        await hung_up(reader)
        writer.close()


async def test_who_does_not_read_is_hung_up_on() -> None:
    """Else the answer would wait for ever."""
    async with served(reader_timeout=0.2) as server:
        reader, writer = await server.connect()
        writer.write(b"GET /long HTTP/1.1\r\nHost: studio\r\n\r\n")
        async with asyncio.timeout(PATIENCE):
            while not server.server.server_state.connections:  # noqa: ASYNC110 - the server's own list
                await asyncio.sleep(0.01)
            while server.server.server_state.connections:  # noqa: ASYNC110 - see above
                await asyncio.sleep(0.01)
        assert not reader.at_eof()
        writer.close()


async def test_there_are_only_so_many_connections() -> None:
    """Whoever comes later is hung up on, and let in when somebody has gone."""
    async with served(most=2) as server:
        first, second = [await server.connect() for _ in range(2)]
        async with asyncio.timeout(PATIENCE):
            while len(server.server.server_state.connections) < 2:  # noqa: ASYNC110 - the server's own list
                await asyncio.sleep(0.01)
        third, turned_away = await server.connect()
        assert await hung_up(third) == b""
        for writer in (first[1], second[1], turned_away):
            writer.close()
        async with asyncio.timeout(PATIENCE):
            while server.server.server_state.connections:  # noqa: ASYNC110 - see above
                await asyncio.sleep(0.01)
        reader, writer = await server.connect()
        writer.write(REQUEST)
        async with asyncio.timeout(PATIENCE):
            assert b"200" in await reader.readuntil(b"\r\n")
        writer.close()


async def test_connections_leave_files_for_the_work() -> None:
    """As many as the system gives us."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        most = most_connections()
        assert most < resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
