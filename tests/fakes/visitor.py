"""A browser without a window: keeps its cookie, calls, and listens to events."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import aiohttp

_PATIENCE = timedelta(seconds=20)

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event."""

    id: int
    name: str
    data: Facts


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole HTTP answer."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def facts(self) -> Any:
        """Read it as JSON."""
        return json.loads(self.content)


class Listener:
    """An open stream of events."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self) -> Event | None:
        """Wait for the next event; None when the server ended the stream."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            while line := await self._response.content.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                elif "event" in fields:
                    return Event(int(fields["id"]), fields["event"], json.loads(fields["data"]))
        return None

    async def until(self, tone: str) -> Event:
        """Wait for a message of this tone."""
        while event := await self.next():
            if event.name == "message" and event.data["post"]["tone"] == tone:
                return event
        raise AssertionError(f"the stream ended before a message was {tone}")


class HttpVisitor:
    """One person's client; used as `async with`."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._keys = 0
        self.own = {"Origin": address, "Sec-Fetch-Site": "same-origin"}

    async def __aenter__(self) -> Self:
        """Open the page, as a browser does first."""
        self._session = aiohttp.ClientSession(
            self._address, cookie_jar=aiohttp.CookieJar(unsafe=True), connector=aiohttp.TCPConnector(limit=0)
        )
        await self.get("/")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Go away."""
        await self._session.close()

    @property
    def cookie(self) -> str:
        """The secret that this browser keeps."""
        return next(cookie.value for cookie in self._session.cookie_jar)

    async def ask(self, method: str, path: str, headers: dict[str, str] | None = None, data: Any = None) -> Answer:
        """Make any request, without following redirects."""
        request = self._session.request(method, path, headers=headers, data=data, allow_redirects=False)
        async with asyncio.timeout(_PATIENCE.total_seconds()), request as response:
            return Answer(response.status, response.headers, await response.read())

    async def get(self, path: str, **headers: str) -> Answer:
        """Read something; underscores in header names stand for dashes."""
        return await self.ask("GET", path, {name.replace("_", "-"): value for name, value in headers.items()})

    async def post_json(self, path: str, fields: Facts) -> Answer:
        """Send something as the page does."""
        return await self.ask("POST", path, {**self.own, "Content-Type": "application/json"}, json.dumps(fields))

    async def delete(self, path: str) -> Answer:
        """Take something away as the page does."""
        return await self.ask("DELETE", path, self.own)

    async def call(self, **fields: str) -> Facts:
        """Make a call as the page does; without a key it gets a fresh one."""
        self._keys += 1
        body = json.dumps({"key": f"call-{self._keys:08d}", **fields})
        answer = await self.ask("POST", "/api/calls", {**self.own, "Content-Type": "application/json"}, body)
        assert answer.status == 200, answer
        facts: Facts = answer.facts
        return facts

    async def bring(self, line: str, *pictures: bytes, key: str = "") -> Answer:
        """Send a line with pictures, as the page does."""
        self._keys += 1
        form = aiohttp.FormData({"line": line, "key": key or f"call-{self._keys:08d}"})
        for number, picture in enumerate(pictures):
            form.add_field("picture", picture, filename=f"{number}.png", content_type="image/png")
        return await self.ask("POST", "/api/calls", {**self.own, "X-Easel-Page": "1"}, form)

    async def say(self, line: str) -> Facts:
        """Type a line."""
        return await self.call(line=line)

    async def page(self, before: str = "") -> Facts:
        """Read the newest messages, or those before one."""
        answer = await self.get(f"/api/messages?before={before}" if before else "/api/messages")
        assert answer.status == 200, answer
        facts: Facts = answer.facts
        return facts

    async def messages(self) -> list[Facts]:
        """Read the newest messages only."""
        messages: list[Facts] = (await self.page())["messages"]
        return messages

    @asynccontextmanager
    async def listening(self, since: int | None = None, *, last_event: int | None = None) -> AsyncIterator[Listener]:
        """Open a stream of events."""
        headers = {} if last_event is None else {"Last-Event-ID": str(last_event)}
        timeout = aiohttp.ClientTimeout(total=None)
        path = "/events" if since is None else f"/events?since={since}"
        async with self._session.get(path, headers=headers, timeout=timeout) as response:
            assert response.status == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            yield Listener(response)
