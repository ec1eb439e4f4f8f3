"""A process that takes jobs from Redis and never ends one, to be killed: `python -m tests.contract.engine_process URL PREFIX`."""

import asyncio
import sys
from datetime import timedelta

from bot.domain.jobs import JobId
from storage.engines.docket import DocketEngine
from tests.contract.engines import SLOTS


async def work_for_ever(job: JobId) -> None:
    """Say that it has begun."""
    sys.stdout.write(f"{job}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


async def main(url: str, prefix: str) -> None:
    """Take jobs until killed."""
    async with DocketEngine(url, prefix=prefix, tiers=SLOTS, lease=timedelta(seconds=1)) as engine:
        await engine.run(work_for_ever, SLOTS)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
