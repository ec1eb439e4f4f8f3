"""Is one job one trace, from the command to the delivery, through processes that tell each other its id and nothing else?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

pytest.importorskip("opentelemetry.sdk", reason="needs easel[otel]")

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bot.app.monitoring import open_monitoring
from bot.app.roles import Role
from bot.config import Settings
from bot.config.monitoring_settings import MonitoringSettings
from bot.domain.jobs import JobState
from tests.e2e.parts import take_in, working_on
from tests.e2e.tables import give_tables
from tests.fakes.surfaces import RecordingSurface
from tests.fakes.tracing import SpanRecorder
from tests.fakes.waiting import until

WHOLE_WAY = [
    "wish",
    "wish line",
    "wish attempt",
    "wish attempt words",
    "wish attempt drawing",
    "wish attempt keeping",
    "wish attempt delivery",
]


async def test_a_job_is_one_trace_over_two_processes(tmp_path: Path) -> None:
    """In the order in which it happened, each step below what it belongs to."""
    settings, surface, recorder = Settings(data_dir=tmp_path), RecordingSurface(), SpanRecorder()
    await give_tables(tmp_path)
    job = await take_in(settings, surface, "call-1", recorder.observer("gateway"), prompt="a secret fox")
    async with working_on(settings, surface, job, recorder.observer("worker")) as done:
        assert done.state is JobState.DONE
        await until(lambda: "attempt" in {span.name for span in recorder.spans})
    assert recorder.tree() == WHOLE_WAY
    written = [span.to_json() for span in recorder.spans]
    assert [text for text in written if "fox" in text] == []
    assert {span.resource.attributes["easel.role"] for span in recorder.spans if span.name == "wish"} == {"gateway"}


class Collector:
    """Takes what is sent by OTLP over HTTP, by the schema of OpenTelemetry's own."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        """Take one batch of spans."""
        sent = ExportTraceServiceRequest.FromString(await request.read())
        self.names += [span.name for resource in sent.resource_spans for scope in resource.scope_spans for span in scope.spans]
        return web.Response(content_type="application/x-protobuf")


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    """Listen for spans."""
    collector, app = Collector(), web.Application()
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield collector
    finally:
        await runner.cleanup()


async def test_a_collector_gets_the_whole_trace(tmp_path: Path) -> None:
    """With nothing set but its address; what is not sent yet is sent when easel stops."""
    await give_tables(tmp_path)
    async with collecting() as collector:
        settings = Settings(data_dir=tmp_path, monitoring=MonitoringSettings(otlp_url=collector.url))
        surface = RecordingSurface()
        async with open_monitoring(settings, Role.GATEWAY, has_metrics=False) as gateway:
            job = await take_in(settings, surface, "call-1", gateway.observer)
        async with (
            open_monitoring(settings, Role.WORKER, has_metrics=False) as worker,
            working_on(settings, surface, job, worker.observer) as done,
        ):
            assert done.state is JobState.DONE
        assert sorted(collector.names) == sorted(path.rpartition(" ")[2] for path in WHOLE_WAY)


async def test_a_collector_that_is_away_keeps_nobody_waiting(tmp_path: Path) -> None:
    """The picture comes all the same."""
    await give_tables(tmp_path)
    settings = Settings(data_dir=tmp_path, monitoring=MonitoringSettings(otlp_url="http://127.0.0.1:9"))
    surface = RecordingSurface()
    async with asyncio.timeout(60), open_monitoring(settings, Role.ALL, has_metrics=False) as monitoring:
        job = await take_in(settings, surface, "call-1", monitoring.observer)
        async with working_on(settings, surface, job, monitoring.observer) as done:
            assert done.state is JobState.DONE
