"""Which engines are asked, and what they are given to do."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.jobs import JobId
from bot.domain.people import GUEST, PREMIUM, REGISTERED, Tier
from bot.ports.clock import Clock
from bot.ports.engine import Engine
from storage.engines.local import LocalEngine

SLOTS = {GUEST: 1, REGISTERED: 2, PREMIUM: 5}

MakeEngine = Callable[[Clock], Engine]

ENGINES: dict[str, MakeEngine] = {"local": LocalEngine}
"""Every implementation; a new one is added here and passes all of it."""


def jobs(tier: Tier, count: int) -> list[JobId]:
    """Name some jobs."""
    return [JobId(f"{tier}-{number}") for number in range(count)]


async def publish(engine: Engine, *jobs: JobId, not_before: datetime | None = None) -> None:
    """Publish jobs under the tier that is in their names."""
    for job in jobs:
        await engine.publish(job, tier=Tier(job.partition("-")[0]), not_before=not_before)
