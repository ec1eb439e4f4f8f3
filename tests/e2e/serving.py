"""The house as a program, with people at its page: started, killed, and started again."""

import asyncio
import json
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx2

from tests.e2e.program import Program, Running
from tests.e2e.tables import give_tables
from tests.fakes.ports import free_port

_PATIENCE = 60.0


@dataclass
class Serving:
    """`easel run`, or another role of it, in a folder; it may be killed and started again."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    is_new: bool = False
    role: str = "run"
    _running: Running | None = None

    def __post_init__(self) -> None:
        self._program = Program(self.folder, {"EASEL_WEB__PORT": str(self.port), **self.environ}, self.is_new)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._program.clear()

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> Running:
        """The program as it runs now."""
        assert self._running is not None
        return self._running

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        if "EASEL_RECORDS__URL" not in self.environ:
            await give_tables(self._program.data)
        health = ["--port", str(self.port)] if self.role in {"gateway", "worker"} else []
        self._running = await self._program.start(self.role, *health)
        await self._running.said(r"easel.* is ready.* (http://\S+)")

    async def kill(self) -> None:
        """Kill it with signal 9."""
        await self.running.kill()

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Read the database from outside."""
        with sqlite3.connect(f"file:{self._program.data / 'easel.db'}?mode=ro", uri=True) as connection:
            connection.row_factory = sqlite3.Row
            found = [dict(row) for row in connection.execute(query)]
        connection.close()
        return found

    async def until(self, query: str, wanted: int) -> None:
        """Wait until a counting query gives at least so much."""
        async with asyncio.timeout(_PATIENCE):
            while next(iter(self.rows(query)[0].values())) < wanted:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.02)


class ServedVisitor:
    """One browser at the page, without the browser."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.AsyncClient(base_url=url, headers={"Origin": url}, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    def at(self, url: str) -> "ServedVisitor":
        """Return the same browser at another address, with the cookies that it has by now."""
        other = ServedVisitor(url)
        for cookie in self._client.cookies.jar:
            other._client.cookies.set(cookie.name, cookie.value or "")
        return other

    async def types(self, line: str, key: str = "") -> dict[str, Any]:
        """Type a line, and give the reply: the message it was answered with, and private notes."""
        return await self._call({"line": line, "key": key or str(uuid4())})

    async def presses(self, action: str, message: str = "") -> dict[str, Any]:
        """Press a button."""
        fields = {"action": action, "key": str(uuid4())}
        return await self._call(fields | ({"message": message} if message else {}))

    async def messages(self) -> list[dict[str, Any]]:
        """Return the channel's newest messages, oldest first."""
        reply = await self._client.get("/api/messages")
        return list(reply.json()["messages"])

    async def get(self, path: str) -> httpx2.Response:
        """Fetch something else."""
        return await self._client.get(path)

    async def posts_json(self, path: str, fields: dict[str, Any]) -> httpx2.Response:
        """Send what a script of the page sends."""
        return await self._client.post(path, json=fields)

    async def posts(self, path: str) -> httpx2.Response:
        """Send an empty form."""
        return await self._client.post(path)

    async def _call(self, fields: dict[str, str]) -> dict[str, Any]:
        reply = await self._client.post("/api/calls", content=json.dumps(fields), headers={"Content-Type": "application/json"})
        assert reply.status_code == 200, reply.text
        return dict(reply.json())
