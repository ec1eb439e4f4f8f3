"""Asks who is told by the page what was drawn, and what."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import httpx2
import pytest
from fastapi import FastAPI

from bot.adapters.web.surface import WEB
from bot.adapters.web.usage import usage_routes
from bot.adapters.web.visitors import COOKIE
from bot.commands.dispatcher import Dispatcher
from bot.domain.people import GUEST, AccountId, CommunityId, Identity, Person
from bot.ports.statistics import UsageLine
from bot.services.person_lookup import PersonLookup
from bot.services.usage_reports import UsageReports
from tests.fakes.bench import Bench
from tests.fakes.page_context import page_context

TODAY = date(2026, 3, 14)
OWNER = {"Cookie": f"{COOKIE}={'A' * 44}"}
ANN = Identity(WEB, "", "ann")


class _Season:
    """Ann drew yesterday, and somebody without a name today."""

    def __init__(self, ann: AccountId) -> None:
        self.ann = ann

    async def usage(self, community: CommunityId, first: date, last: date) -> tuple[UsageLine, ...]:
        lines = (
            UsageLine(day=TODAY - timedelta(days=1), account=self.ann, name="=Ann", model="flux", pictures=3, microusd=90_000),
            UsageLine(day=TODAY, account=AccountId("gone"), name="", model="", pictures=0, microusd=1_000, estimated=1_000),
        )
        return tuple(line for line in lines if first <= line.day <= last)


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    """Serve the page of a house whose owner has a cookie of one letter."""
    bench, app = Bench(), FastAPI()

    async def is_owner(person: Person) -> bool:
        return person.identity.user.startswith("b06b3f")

    reports = UsageReports(
        _Season((await bench.accounts.get_or_create(ANN, GUEST)).id), PersonLookup(bench.accounts, bench.quotas), bench.quotas
    )
    dispatcher = Dispatcher((), lambda: "c0ffee", is_owner)
    app.include_router(usage_routes(reports, page_context(dispatcher)))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://easel.test") as client:
        yield client


async def test_who_owns_the_house_sees_days_models_and_people_by_name(http: httpx2.AsyncClient) -> None:
    """With the ids that commands take; who has no name goes by words."""
    facts = (await http.get("/api/usage?days=2", headers=OWNER)).json()
    assert (facts["first"], facts["last"], facts["pictures"], facts["microusd"], facts["estimated"]) == (
        "2026-03-13",
        "2026-03-14",
        3,
        91_000,
        1_000,
    )
    assert [day["pictures"] for day in facts["days"]] == [[3, 0], [0, 0]]
    assert [(one["name"], one["pictures"]) for one in facts["models"]] == [("flux", 3), ("words only", 0)]
    joined = "an account that was joined to another"
    assert [(one["name"], one["id"]) for one in facts["people"]] == [("=Ann", str(ANN)), (joined, joined)]


async def test_the_table_is_a_file_that_runs_nothing(http: httpx2.AsyncClient) -> None:
    """Also where somebody is called like a formula."""
    answer = await http.get("/api/usage.csv?days=7", headers=OWNER)
    assert 'filename="usage-2026-03-08-2026-03-14.csv"' in answer.headers["content-disposition"]
    assert "2026-03-13,'=Ann,web::ann,flux,3,0.090000,0.000000" in answer.text.replace("web:ann", "web::ann")


@pytest.mark.parametrize("path", ["/api/usage", "/api/usage.csv"])
async def test_nobody_else_is_told(http: httpx2.AsyncClient, path: str) -> None:
    """And no period is longer than a season."""
    assert (await http.get(path)).status_code == 403
    assert [(await http.get(f"{path}?days={days}", headers=OWNER)).status_code for days in ("0", "91")] == [400, 400]
    assert (await http.get("/usage")).headers["content-type"].startswith("text/html")
