"""Asks whether the page is told what the options beside its box count for."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from bot.adapters.web.price import price_routes
from bot.commands.dispatcher import Dispatcher
from bot.commands.imagine import imagine
from bot.domain.allowances import Weights
from bot.domain.images import Quality
from bot.services.wish_prices import WishPrices
from tests.fakes.bench import Bench
from tests.fakes.owners import nobody
from tests.fakes.page_context import page_context


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    """Serve the door of a house where high quality counts twice."""
    bench = Bench(weights=Weights({Quality.HIGH: 2}))
    app = FastAPI()
    dispatcher = Dispatcher((imagine(bench.studio),), lambda: "c0ffee", nobody)
    app.include_router(price_routes(WishPrices(bench.quotas), page_context(dispatcher)))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://easel.test") as client:
        yield client


async def _ask(http: httpx2.AsyncClient, query: str) -> dict[str, Any]:
    answer = await http.get(f"/api/price?{query}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    facts: dict[str, Any] = answer.json()
    return facts


async def test_options_have_a_price(http: httpx2.AsyncClient) -> None:
    """With what is left today, which is a guest's here, and when there is more."""
    reply = await _ask(http, "quality=high&count=3&shape=wide&model=")
    assert (reply["counts"], reply["is_enough"], reply["left"], reply["limit"], reply["refusal"]) == (6, False, 3, 3, "")
    assert reply["refills_at"].endswith("+00:00")


async def test_without_options_only_the_day_is_told(http: httpx2.AsyncClient) -> None:
    """Where the line in the box is no wish."""
    reply = await _ask(http, "")
    assert (reply["counts"], reply["left"]) == (None, 3)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("count=5", "whole number from 1 to 4"),
        ("colour=red", "no option colour"),
        ("picture=job:x", "picture is a whole number from 0 to"),
        ("picture=2&count=1", "The image model here"),
        ("shape=wide&size=512x1024", "do not go together"),
        ("&".join(f"a{number}=1" for number in range(30)), "more options than there are"),
        ("prompt=%00&model=<script>", "name of a model"),
    ],
)
async def test_what_cannot_be_asked_for_is_said(http: httpx2.AsyncClient, query: str, sentence: str) -> None:
    """In one sentence, and the day is told all the same."""
    reply = await _ask(http, query)
    assert (reply["counts"], reply["left"], sentence in reply["refusal"]) == (None, 3, True)
