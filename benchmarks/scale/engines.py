"""Jobs without any work through easel's engine, or through docket alone: a program, so that each begins anew.

`python -m benchmarks.scale.engines ours redis://127.0.0.1:6379/0 --jobs 5000` prints jobs in a second.
"""

import argparse
import asyncio
import json
import time
from datetime import timedelta

from docket import Docket, Worker

from bot.domain.jobs import JobId
from bot.domain.people import REGISTERED
from storage.engines.docket import DocketEngine
from storage.engines.redis_server import with_room

SLOTS = 50
_CHECK_EVERY = timedelta(milliseconds=20)


class Counter:
    """Counts what is worked on, up to so many."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.ended = asyncio.Event()

    def count(self) -> None:
        """Count one."""
        self.left -= 1
        if self.left == 0:
            self.ended.set()


async def through_ours(url: str, prefix: str, count: int) -> tuple[float, float]:
    """Return the seconds for publishing, and for working, with easel's engine."""
    counter = Counter(count)

    async def work(job: JobId) -> None:  # noqa: ARG001 - as engines call it
        counter.count()

    async with DocketEngine(url, prefix=prefix, tiers=[REGISTERED], lease=timedelta(seconds=20)) as engine:
        before = time.perf_counter()
        for number in range(count):
            await engine.publish(JobId(f"job {number}"), tier=REGISTERED)
        published = time.perf_counter()
        running = asyncio.create_task(engine.run(work, {REGISTERED: SLOTS}))
        await counter.ended.wait()
        worked = time.perf_counter()
        running.cancel()
        await asyncio.wait({running})
    return published - before, worked - published


async def through_docket(url: str, prefix: str, count: int) -> tuple[float, float]:
    """Return the same for docket with nothing around it, looking for free slots as often."""
    counter = Counter(count)

    async def work(job: str) -> None:  # noqa: ARG001 - as above
        counter.count()

    async with Docket(name=prefix, url=with_room(url)) as docket:
        docket.register(work, names=["work"])
        before = time.perf_counter()
        for number in range(count):
            await docket.add("work", key=f"job {number}")(f"job {number}")
        published = time.perf_counter()
        async with Worker(
            docket, concurrency=SLOTS, minimum_check_interval=_CHECK_EVERY, schedule_automatic_tasks=False
        ) as worker:
            running = asyncio.create_task(worker.run_forever())
            await counter.ended.wait()
            worked = time.perf_counter()
            running.cancel()
            await asyncio.wait({running})
    return published - before, worked - published


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale.engines", description=__doc__)
    parser.add_argument("kind", choices=["ours", "bare"])
    parser.add_argument("url")
    parser.add_argument("--prefix", default="engines")
    parser.add_argument("--jobs", type=int, default=5_000)
    args = parser.parse_args()
    through = through_ours if args.kind == "ours" else through_docket
    published, worked = asyncio.run(through(args.url, args.prefix, args.jobs))
    rates = {"published_per_s": args.jobs / published, "jobs_per_s": args.jobs / worked}
    print(json.dumps(rates | {"cpu_ms_per_job": time.process_time() * 1000 / args.jobs}))


if __name__ == "__main__":
    main()
