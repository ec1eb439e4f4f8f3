"""Asks whether what docs/rest.md shows works as it stands there, on a real server."""

import asyncio
import contextlib
import io
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from bot.adapters.web import problems
from bot.adapters.web.rest import API
from bot.adapters.web.rest.app import PREFIX, build_rest
from bot.adapters.web.rest.orders import Backroom
from bot.adapters.web.rest.surface import RestSurface
from bot.domain.people import HOUSE, Identity
from bot.services.job_views import JobViews
from bot.services.keys import ProgramKeys
from tests.fakes.bench import Bench
from tests.fakes.keys import MemoryApiKeys
from tests.fakes.surfaces import LOOM, person
from tests.fakes.waiting import until

REST_MD = (Path(__file__).parents[2] / "docs/rest.md").read_text()


@dataclass(frozen=True, slots=True)
class Served:
    """A house behind a real server, and a key to it."""

    bench: Bench
    address: str
    secret: str


def example(language: str) -> str:
    """Return the example in a language."""
    found = re.search(rf"```{language}\n(.*?)```", REST_MD, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """Serve the API."""
    bench = Bench(surfaces={API: RestSurface()})
    keys = ProgramKeys(MemoryApiKeys(), bench.clock, bench.ids)
    account = await bench.studio.account(person())
    _, secret = await keys.make(Identity(LOOM, "", "ann"), account.id, HOUSE, "my script")
    backroom = Backroom(
        studio=bench.studio,
        quotas=bench.quotas,
        jobs=bench.jobs,
        gallery=bench.gallery,
        views=JobViews(jobs=bench.jobs, pictures=bench.pictures, links=bench.links),
        objects=bench.objects,
        delivery=bench.delivery,
        keys=keys,
        ids=bench.ids,
    )
    app = FastAPI()
    app.mount(PREFIX, build_rest(backroom))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", access_log=False))
    task = asyncio.create_task(server._serve([listener]))
    yield Served(bench, f"http://127.0.0.1:{listener.getsockname()[1]}", secret)
    server.should_exit = True
    await task


async def test_the_example_in_python_prints_the_picture(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Word for word."""
    monkeypatch.setenv("EASEL", served.address)
    monkeypatch.setenv("EASEL_KEY", served.secret)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        running = asyncio.create_task(asyncio.to_thread(exec, example("python"), {}))
        await until(lambda: bool(served.bench.jobs.rows))
        await served.bench.work()
        await running
    assert printed.getvalue().splitlines()[-1].startswith("http://easel.test/p/")


def test_every_kind_of_problem_is_in_the_table() -> None:
    """With its status."""
    rows = {(int(status), kind) for status, kind in re.findall(r"^\| (\d{3}) \| `(\w+)` \|", REST_MD, re.MULTILINE)}
    ours = {(status.value, error.kind) for error, status in problems.STATUSES.items() if error.kind != "refusal"}
    assert ours <= rows
    assert {kind for _, kind in rows} <= {kind for _, kind in ours} | set(problems.KINDS.values()) | {"fault", "not_allowed"}
