"""Do the metrics of a whole house say what happened in it, to whoever runs it and to nobody else?"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from bot.app.roles import Role
from bot.app.serving import serve
from bot.config import Settings
from bot.config.sections import GuardSettings, WebSettings
from tests.e2e.serving import ServedVisitor
from tests.e2e.tables import give_tables
from tests.fakes.metrics import read_samples
from tests.fakes.waiting import until

_SHAPE = re.compile(r"process_|easel_build|\w+_(bucket|sum)\b|easel_recovery_last")


@asynccontextmanager
async def serving(settings: Settings, health_port: int | None) -> AsyncIterator[list[str]]:
    """Run all of easel in this process, and yield the addresses that it names: the page's, and that of the health port."""
    said: list[str] = []
    await give_tables(settings.home)
    task = asyncio.create_task(serve(settings, said.append, Role.ALL, health_port=health_port))
    try:
        await until(lambda: task.done() or any("is ready" in line for line in said))
        yield re.findall(r"(http://[\d.:]+)", said[-1])
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def scrape(client: httpx2.AsyncClient) -> dict[str, float]:
    """Read the metrics, without what the process itself is like."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return {key: value for key, value in read_samples(answer.text).items() if not _SHAPE.match(key)}


async def test_one_wish_is_told_step_by_step(tmp_path: Path) -> None:
    """What was done, how long it took, and what it cost; and what was refused."""
    settings = Settings(data_dir=tmp_path, web=WebSettings(port=0), guard=GuardSettings(blocked=("badger",)))
    async with serving(settings, health_port=0) as (page, health), httpx2.AsyncClient(base_url=health) as operator:
        assert (await operator.get("/healthz")).status_code == 200
        before = await scrape(operator)
        visitor = ServedVisitor(page)
        async with visitor:
            await visitor.types("/imagine a fox")
            await visitor.types("/imagine a badger")
            await until_ended(operator)
            found = await scrape(operator)
            assert (await visitor.get("/metrics")).status_code == 404
        assert before == {"easel_leader": 1}
        assert found == {
            "easel_leader": 1,
            "easel_wishes_accepted_total{platform=web}": 1,
            "easel_wishes_refused_total{kind=prompt_refused,platform=web,rule=filter}": 1,
            "easel_jobs_ended_total{platform=web,state=done}": 1,
            "easel_job_duration_seconds_count{platform=web,step=acknowledgement}": 1,
            "easel_job_duration_seconds_count{platform=web,step=line}": 1,
            "easel_job_duration_seconds_count{platform=web,step=words}": 1,
            "easel_job_duration_seconds_count{platform=web,provider=offline,step=drawing}": 1,
            "easel_job_duration_seconds_count{platform=web,step=keeping}": 1,
            "easel_job_duration_seconds_count{platform=web,step=delivery}": 1,
        }
        text = (await operator.get("/metrics")).text
    for secret in ("fox", "badger", str(tmp_path)):
        assert secret not in text
    assert 'easel_build_info{role="run"' in text
    assert 'easel_queue_jobs{phase="waiting",tier="premium"} 0.0' in text
    assert re.search(r"^process_resident_memory_bytes [1-9]", text, re.MULTILINE)


async def test_without_a_health_port_nothing_is_told(tmp_path: Path) -> None:
    """The page is for everybody."""
    async with (
        serving(Settings(data_dir=tmp_path, web=WebSettings(port=0)), health_port=None) as (page,),
        httpx2.AsyncClient(base_url=page) as anybody,
    ):
        assert (await anybody.get("/healthz")).status_code == 200
        assert (await anybody.get("/metrics")).status_code == 404


async def until_ended(client: httpx2.AsyncClient) -> None:
    """Wait until a job is final, by the metrics themselves."""
    async with asyncio.timeout(60):
        while not [key for key in await scrape(client) if key.startswith("easel_jobs_ended")]:  # noqa: ASYNC110 - told by nobody else
            await asyncio.sleep(0.05)
