"""Asks whether what docs/rest.md shows works as it stands there, on a real server."""

import asyncio
import contextlib
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from bot.adapters.web import problems
from tests.e2e.rest_stage import Served, serve_rest
from tests.fakes.waiting import until

REST_MD = (Path(__file__).parents[2] / "docs/rest.md").read_text()


def example(language: str) -> str:
    """Return the example in a language."""
    found = re.search(rf"```{language}\n(.*?)```", REST_MD, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """Serve the API."""
    async with serve_rest() as house:
        yield house


async def test_the_example_in_python_prints_the_picture(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Word for word."""
    monkeypatch.setenv("EASEL", served.address)
    monkeypatch.setenv("EASEL_KEY", served.secret)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        running = asyncio.create_task(asyncio.to_thread(exec, example("python"), {}))
        await until(lambda: bool(served.bench.engine.waiting))
        await served.bench.work()
        await running
    assert printed.getvalue().splitlines()[-1].startswith("http://easel.test/p/")


def test_every_kind_of_problem_is_in_the_table() -> None:
    """With its status."""
    rows = {(int(status), kind) for status, kind in re.findall(r"^\| (\d{3}) \| `(\w+)` \|", REST_MD, re.MULTILINE)}
    ours = {(status.value, error.kind) for error, status in problems.STATUSES.items() if error.kind != "refusal"}
    assert ours <= rows
    assert {kind for _, kind in rows} <= {kind for _, kind in ours} | set(problems.KINDS.values()) | {"fault", "not_allowed"}


async def test_who_leaves_in_the_middle_of_a_request_leaves_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is accepted, and the next request is answered."""
    async with serve_rest() as served:
        host, _, port = served.address.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        head = ("POST /api/v1/images HTTP/1.1", f"Host: {host}", f"Authorization: Bearer {served.secret}", "Content-Length: 99")
        writer.write("\r\n".join((*head, "", "{")).encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        async with httpx2.AsyncClient(base_url=served.address, headers={"Authorization": f"Bearer {served.secret}"}) as client:
            assert (await client.post("/api/v1/images", json={"prompt": "a fox"})).status_code == 202
        assert len(served.bench.jobs.rows) == 1
    assert [record.name for record in caplog.records if record.exc_info] == []
