"""Single steps of a job's way, as several test modules take them."""

import asyncio

from bot.domain.images import Progress
from bot.domain.jobs import Drawing, Job
from tests.fakes.bench import Bench
from tests.fakes.waiting import until


async def draw(bench: Bench, job: Job, news: list[Progress] | None = None, troubles: list[str] | None = None) -> Drawing:
    """Have a claimed job drawn by one call."""
    [drawing] = await draw_all(bench, job, news, troubles)
    return drawing


async def draw_all(
    bench: Bench, job: Job, news: list[Progress] | None = None, troubles: list[str] | None = None
) -> tuple[Drawing, ...]:
    """Have a claimed job drawn by as many calls as it takes."""
    received: list[Progress] = [] if news is None else news

    async def on_progress(progress: Progress) -> None:
        received.append(progress)

    return await bench.drawing.draw(job, on_progress, lambda: (troubles if troubles is not None else []).append("waiting"))


def texts(bench: Bench) -> list[str]:
    """Return what the message said, one text after another."""
    return [post.text for post in bench.surface.said]


async def under_way(bench: Bench, job: Job) -> asyncio.Task[None]:
    """Have the job worked on until the painter holds its brush."""
    bench.painter.will_hold()
    calls = len(bench.painter.requests)
    task = bench.engine.start(bench.worker.work, job.id)
    await until(lambda: len(bench.painter.requests) > calls)
    return task
