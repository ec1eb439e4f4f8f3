"""Does every line about a job say which one it is, where it came from, and which code people were told?"""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from bot.domain.chat import Place
from bot.domain.wishes import Wish
from bot.errors import StorageFailed, SurfaceFailed
from tests.fakes.bench import FAULT, Bench
from tests.fakes.surfaces import LOOM, FakeCall

WHERE = {"platform": "loom", "tenant": "town"}


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    """Return what is logged, with what is bound at the time."""
    before, capture = structlog.get_config(), LogCapture()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture], cache_logger_on_first_use=False)
    yield capture.entries
    structlog.configure(**before)


async def test_every_line_of_a_job_names_it(bench: Bench, lines: list[Any]) -> None:
    """From its acceptance to its end, whatever happens on the way; all processes share nothing but these names."""
    bench.engine.failures.fail_next("publish", StorageFailed("redis", "away"))
    job = await bench.imagine()
    bench.surface.failures.fail_next("update", SurfaceFailed("loom", "busy"))
    await bench.recover()
    assert {"job.accepted", "job.unpublished", "job.kept", "job.done"} <= {line["event"] for line in lines}
    assert [line for line in lines if line.get("job") != job.id or not line.items() >= WHERE.items()] == []


async def test_a_cancellation_names_its_job(bench: Bench, lines: list[Any]) -> None:
    """Whoever cancelled it."""
    job = await bench.imagine()
    await bench.studio.cancel(job)
    [cancelled] = [line for line in lines if line["event"] == "job.cancelled"]
    assert cancelled.items() >= {"job": job.id, **WHERE}.items()


async def test_the_code_that_a_person_was_told_is_in_every_line_of_the_end(bench: Bench, lines: list[Any]) -> None:
    """The one with the traceback, and those about telling it."""
    job = await bench.imagine()
    bench.painter.will(RuntimeError("unforeseen"))
    bench.surface.failures.fail_always("update", SurfaceFailed("loom", "busy"))
    await bench.work()
    broke = next(position for position, line in enumerate(lines) if line["event"] == "job.broke")
    assert {line["event"] for line in lines[broke:]} >= {"job.broke", "job.ended", "job.unnotified"}
    assert {line["fault"] for line in lines[broke:]} == {FAULT}
    assert {line["job"] for line in lines} == {job.id}


async def test_nothing_stays_bound_behind_a_job(bench: Bench) -> None:
    """The next line of the same task is about something else."""
    bench.painter.will(RuntimeError("unforeseen"))
    await bench.draw()
    assert structlog.contextvars.get_contextvars() == {}


async def test_a_direct_message_has_no_tenant(bench: Bench, lines: list[Any]) -> None:
    """It says so, and not another one's."""
    call = FakeCall(bench.surface, at=Place(LOOM, "", "ann alone"))
    await bench.studio.accept(Wish(prompt="a fox"), call)
    assert {(line["platform"], line["tenant"]) for line in lines} == {("loom", "")}
