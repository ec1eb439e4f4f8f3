"""Asks who may try a key, and what is said where that goes wrong."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from bot.adapters.web.setup import SetupDependencies, setup_routes
from bot.adapters.web.visitors import COOKIE
from bot.commands.dispatcher import Dispatcher
from bot.domain.health import Finding, Health
from bot.domain.people import Person
from tests.fakes.page_context import page_context

OWNER = {"Cookie": f"{COOKIE}={'A' * 44}"}


@pytest.fixture
def is_secure() -> bool:
    """Say whether browsers come by https."""
    return False


@pytest.fixture
async def http(is_secure: bool) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve the page of a house whose owner has a cookie of one letter, and whose service is slow with some keys."""
    app = FastAPI()

    async def is_owner(person: Person) -> bool:
        return person.identity.user.startswith("b06b3f")

    async def test_key(key: str) -> tuple[Finding, ...]:
        if key.endswith("slow"):
            raise TimeoutError
        return (Finding("openai: key", Health.OK, "The service accepts it.", "Nothing."),)

    setup = SetupDependencies(is_offline=True, draws="Previews.", platforms={"discord": True}, test_key=test_key, checks=())
    dispatcher = Dispatcher((), lambda: "c0ffee", is_owner)
    app.include_router(setup_routes(setup, page_context(dispatcher, is_secure=is_secure)))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost:8000") as client:
        yield client


async def test_the_owner_is_told_how_it_is_set_up(http: httpx2.AsyncClient) -> None:
    """And nobody else."""
    facts = (await http.get("/api/setup", headers=OWNER)).json()
    assert facts == {
        "is_owner": True,
        "takes_key": True,
        "is_offline": True,
        "draws": "Previews.",
        "platforms": {"discord": True},
    }
    assert (await http.get("/api/setup")).json() == {"is_owner": False}
    assert [
        (await http.post(path, json={"key": "sk-12345678"})).status_code for path in ("/api/setup/key", "/api/setup/checks")
    ] == [
        403,
        403,
    ]
    assert (await http.get("/setup")).headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("key", ["", "short", "two words here", "sk-\x00abcdefgh", "schlüssel-123", "x" * 401, 5, None])
async def test_what_is_no_key_is_not_tried(http: httpx2.AsyncClient, key: object) -> None:
    """Nor said again."""
    answer = await http.post("/api/setup/key", json={"key": key}, headers=OWNER)
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "That is no API key: a key is one word of letters, digits and signs. Nothing was kept.",
    )


async def test_a_key_is_tried_and_not_repeated(http: httpx2.AsyncClient) -> None:
    """A service that takes too long is not waited for."""
    answer = await http.post("/api/setup/key", json={"key": " sk-12345678 "}, headers=OWNER)
    assert answer.json() == {
        "findings": [{"subject": "openai: key", "health": "ok", "text": "The service accepts it.", "mend": ""}]
    }
    assert "sk-" not in answer.text
    assert (await http.post("/api/setup/key", json={"key": "sk-12345-slow"}, headers=OWNER)).status_code == 504
    assert (await http.post("/api/setup/checks", headers=OWNER)).json() == {"findings": []}


@pytest.mark.parametrize("is_secure", [False, True])
async def test_a_key_is_not_taken_where_all_could_read_it(http: httpx2.AsyncClient, is_secure: bool) -> None:
    """By plain http from another machine; the page says so before one is typed."""
    far = OWNER | {"Host": "easel.example"}
    assert (await http.get("/api/setup", headers=far)).json()["takes_key"] is is_secure
    answer = await http.post("/api/setup/key", json={"key": "sk-12345678"}, headers=far)
    assert answer.status_code == (200 if is_secure else 403)
    assert ("open this page by https" in answer.text) is not is_secure
