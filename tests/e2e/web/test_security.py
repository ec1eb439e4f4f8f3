"""Asks over real connections who is let in, and what everybody else is told."""

import json
import re
from collections.abc import AsyncIterator

import pytest

from bot.errors import StorageFailed
from tests.fakes.visitor import HttpVisitor
from tests.fakes.web_house import WebHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

JSON = {"Content-Type": "application/json"}
LINE = json.dumps({"line": "/imagine a fox", "key": "12345678"})


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[::1]", ""])
async def test_a_rebound_name_is_turned_away(ann: HttpVisitor, host: str) -> None:
    """Whatever it asks for, except whether we are alive."""
    for path in ("/", "/api/messages", "/events", "/static/main.js"):
        assert (await ann.get(path, Host=host)).status == 421
    assert (await ann.get("/readyz", Host=host)).status == (200 if host == "[::1]" else 421)
    assert (await ann.get("/healthz", Host=host)).status == 200


@pytest.mark.parametrize("host", ["10.1.2.3:8420", "[fd00::7]:8420"])
async def test_a_probe_asks_by_the_pods_address(ann: HttpVisitor, host: str) -> None:
    """Whether we are ready, and nothing else."""
    assert (await ann.get("/readyz", Host=host)).status == 200
    assert (await ann.get("/api/messages", Host=host)).status == 421


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_another_sites_page_cannot_call(house: WebHouse, ann: HttpVisitor, headers: dict[str, str]) -> None:
    """Even with the person's cookie."""
    answer = await ann.ask("POST", "/api/calls", {**JSON, **headers}, LINE)
    assert answer.status == 403
    assert answer.facts["detail"] == "Only easel's own page may do that."
    assert house.studio.orders == []


async def test_plain_http_on_another_machine_has_its_origin_only(house: WebHouse, ann: HttpVisitor) -> None:
    """Browsers send no Sec-Fetch-Site there."""
    answer = await ann.ask("POST", "/api/calls", {**JSON, "Origin": house.address}, LINE)
    assert answer.status == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_forms_cannot_call(ann: HttpVisitor, kind: str) -> None:
    """Only JSON is read, or a form with a header of the page, neither of which another site's form can send."""
    answer = await ann.ask("POST", "/api/calls", {**ann.own, "Content-Type": kind}, LINE)
    assert answer.status == 415


async def test_too_much_is_not_read(ann: HttpVisitor) -> None:
    """Whether its length is told beforehand or not."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 8000

    for body in (b"x" * 70_000, endless()):
        answer = await ann.ask("POST", "/api/calls", {**ann.own, **JSON}, body)
        assert answer.status == 413
        assert "64 KiB" in answer.facts["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"line": "/help"}',
        b'{"line": "/help", "key": "short"}',
        b'{"line": 7, "key": "12345678"}',
        b'{"line": "/help", "key": "12345678", "more": "x"}',
        b'{"line": "\\ud800", "key": "12345678"}',
        b'{"action": "DROP TABLE", "key": "12345678"}',
        b'{"action": "again:1", "message": "../x", "key": "12345678"}',
        b'{"action": "again:1", "line": "/help", "key": "12345678"}',
    ],
)
async def test_what_makes_no_sense_is_one_sentence(ann: HttpVisitor, body: bytes) -> None:
    """Never a traceback."""
    answer = await ann.ask("POST", "/api/calls", {**ann.own, **JSON}, body)
    assert answer.status == 400
    assert re.fullmatch(r"[^\n]{10,120}\.", answer.facts["detail"])


async def test_a_store_that_is_down_is_said_so(house: WebHouse, ann: HttpVisitor) -> None:
    """With when to come back."""
    house.messages.failures.fail_always("page", StorageFailed("memory", "secret address"))
    answer = await ann.get("/api/messages")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    assert "secret" not in answer.content.decode()


async def test_the_unforeseen_is_one_sentence_too(house: WebHouse, ann: HttpVisitor) -> None:
    """With safe headers, like every answer."""
    house.messages.failures.fail_next("page", RuntimeError("secret"))
    answer = await ann.get("/api/messages")
    assert answer.status == 500
    assert "secret" not in answer.content.decode()
    assert "Content-Security-Policy" in answer.headers
