"""S3 servers for tests: moto's, one that stops listening in mid-request, and ones that answer as a test says."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from typing import cast

import aiohttp
from aiohttp import web

_ANYBODY = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
"""moto checks no signature, but wants to see for which service it would be one."""


@contextmanager
def moto_server() -> Iterator[str]:
    """Serve S3 from this process's memory; give its address."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - tests that need it are skipped where it is missing

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    inner = server._server
    assert inner is not None
    inner.RequestHandlerClass = _tidy(cast("type[BaseHTTPRequestHandler]", inner.RequestHandlerClass))
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()
        inner.server_close()


async def make_bucket(server: str, name: str) -> None:
    """Have an empty bucket on moto's server."""
    async with aiohttp.ClientSession(headers={"Authorization": _ANYBODY}) as http, http.put(f"{server}/{name}") as answer:
        assert answer.status == 200, await answer.text()


async def keys_in(server: str, bucket: str) -> str:
    """Return moto's listing of a bucket, as it is."""
    async with aiohttp.ClientSession(headers={"Authorization": _ANYBODY}) as http, http.get(f"{server}/{bucket}") as answer:
        return await answer.text()


class CuttingProxy:
    """Passes bytes on to a server, after `most` of one connection no more; and cuts it after `most_back` of an answer."""

    def __init__(self, target: str, most: int, most_back: int = 1 << 40) -> None:
        self._host, _, port = target.removeprefix("http://").partition(":")
        self._port = int(port)
        self._most = most
        self._most_back = most_back
        self.is_cut = asyncio.Event()
        self.open_connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until its client goes away."""
        self.open_connections += 1
        onwards, away = await asyncio.open_connection(self._host, self._port)
        back = asyncio.create_task(self._answer(onwards, writer))
        try:
            await self._pass(reader, away)
        finally:
            back.cancel()
            for side in (away, writer):
                side.close()
                with suppress(ConnectionError):
                    await side.wait_closed()
            with suppress(asyncio.CancelledError):
                await back
            self.open_connections -= 1

    async def _pass(self, reader: asyncio.StreamReader, away: asyncio.StreamWriter) -> None:
        passed = 0
        with suppress(ConnectionError):
            while piece := await reader.read(1 << 16):
                passed += len(piece)
                if passed > self._most:
                    self.is_cut.set()
                    continue
                away.write(piece)
                await away.drain()

    async def _answer(self, onwards: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passed = 0
        with suppress(ConnectionError):
            while piece := await onwards.read(1 << 16):
                passed += len(piece)
                if passed > self._most_back:
                    writer.close()
                    return
                writer.write(piece)
                await writer.drain()


@asynccontextmanager
async def serving(proxy: CuttingProxy) -> AsyncIterator[str]:
    """Run a sluice; give its address."""
    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def answering_server(answer: Callable[[web.Request, bytes], web.Response]) -> AsyncIterator[str]:
    """Answer every request as a test says; give the address."""

    async def respond(request: web.Request) -> web.Response:
        return answer(request, await request.read())

    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{anything:.*}", respond)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port: int = runner.addresses[0][1]
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def refusing_server(status: int, body: str) -> AbstractAsyncContextManager[str]:
    """Answer every request with the same refusal; give the address."""
    return answering_server(lambda request, content: web.Response(status=status, text=body, content_type="application/xml"))


def _tidy(handler: type[BaseHTTPRequestHandler]) -> type[BaseHTTPRequestHandler]:
    """Return the handler without its log, and without the second Server header that strict clients do not take."""

    class Tidy(handler):  # type: ignore[valid-type, misc]  # the base is known only once moto is imported
        def log_request(self, code: object = "-", size: object = "-") -> None:
            pass

        def send_response(self, code: int, message: str | None = None) -> None:
            self.send_response_only(code, message)
            self.send_header("Date", self.date_time_string())

    return Tidy
