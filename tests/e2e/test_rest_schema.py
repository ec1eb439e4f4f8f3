"""Asks whether the REST API answers as its OpenAPI description says, whatever is sent: Schemathesis makes the requests."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from bot.adapters.web.rest.app import PREFIX
from bot.domain.jobs import JobId
from bot.domain.people import PREMIUM
from tests.e2e.rest_stage import Served, serve_rest

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PROFILE = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),  # how fast the machine is must not matter
)

Statuses = dict[str, set[int]]


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """Serve a house that draws at once."""
    async with serve_rest(PREMIUM) as house:
        drawing = asyncio.create_task(house.bench.engine.run(house.bench.worker.work, {}))
        yield house
        drawing.cancel()
        await asyncio.wait({drawing})


async def test_what_the_description_allows_is_answered_as_described(served: Served) -> None:
    """With pictures where there are some, and with a documented problem where there is no such job."""
    job = await served.bench.draw()
    statuses = await asyncio.to_thread(ask_everything, served, GenerationMode.POSITIVE, job.id)
    assert statuses["GET /quota"] == {200}
    assert statuses["POST /images"] >= {202}
    assert statuses["GET /jobs"] >= {200}
    assert statuses["GET /jobs/{job}"] == {200, 404}
    assert statuses["DELETE /jobs/{job}"] == {204, 404}
    assert statuses["POST /jobs/{job}/cancel"] == {409, 404}


async def test_what_the_description_forbids_is_refused_as_described(served: Served) -> None:
    """With a documented problem."""
    job = await served.bench.draw()
    statuses = await asyncio.to_thread(ask_everything, served, GenerationMode.NEGATIVE, job.id)
    assert statuses["POST /images"] >= {422}


def ask_everything(served: Served, mode: GenerationMode, job: JobId) -> Statuses:
    """Ask every operation, those on a job also about `job`, and return the statuses that each answered with."""
    address = f"{served.address}{PREFIX}/openapi.json"
    described = schemathesis.openapi.from_url(address, config=schemathesis.Config(seed=1))
    statuses: Statuses = {}
    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        statuses[operation.label] = ask(operation, mode, served.secret)
        if "{job}" in operation.path:
            statuses[operation.label] |= ask(operation, mode, served.secret, job)
    return statuses


def ask(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, secret: str, job: JobId | None = None) -> set[int]:
    """Return the statuses of the answers, having checked each."""
    statuses: set[int] = set()

    @PROFILE
    @given(case=operation.as_strategy(mode))
    def ask_once(case: Case[Any]) -> None:
        if job is not None:
            case.path_parameters["job"] = job
        answer = case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)
        statuses.add(answer.status_code)

    ask_once()
    return statuses
