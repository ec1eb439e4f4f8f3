"""Asks whether the page about the API tells all that its description does."""

import httpx2
from fastapi import FastAPI

from bot.adapters.web.forms import Forms
from bot.adapters.web.rest.app import build_rest
from bot.adapters.web.rest.docs import docs_routes
from bot.services.api_keys import ApiKeyRegistry
from tests.fakes.api_keys import MemoryApiKeys
from tests.fakes.bench import Bench
from tests.fakes.rest_dependencies import rest_dependencies_of


async def test_every_address_and_field_is_on_the_page() -> None:
    """With the words that can be chosen, and no script."""
    bench = Bench()
    rest = build_rest(rest_dependencies_of(bench, ApiKeyRegistry(MemoryApiKeys(), bench.clock, bench.ids)), Forms())
    app = FastAPI()
    app.include_router(docs_routes(rest, "https://easel.test"))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://easel.test") as http:
        page = (await http.get("/api/docs")).text
    api = rest.openapi()
    for path in api["paths"]:
        assert f"/api/v1{path}" in page
    for field in api["components"]["schemas"]["DrawRequest"]["properties"]:
        assert f"<code>{field}</code>" in page
    assert "low, medium, high or nothing" in page
    assert "integer from 1 to 4; usually 1" in page
    assert "curl https://easel.test/api/v1/images" in page
    assert "<script" not in page
