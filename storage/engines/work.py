"""What engines do with the work they were given."""

from collections.abc import Mapping

import structlog

from bot.domain.jobs import JobId
from bot.domain.people import Tier
from bot.ports.engine import Work

log = structlog.get_logger(__name__)


async def run_logged(work: Work, job: JobId) -> None:
    """Work on the job. A boundary: work that breaks is logged, and its slot goes on."""
    try:
        await work(job)
    except Exception:
        log.exception("engine.work_broke", job=job)


def check_slots(slots: Mapping[Tier, int]) -> None:
    """Check that at least one job can run.

    Raises:
        ValueError: There is no slot, or fewer than none.
    """
    if sum(slots.values()) < 1 or min(slots.values()) < 0:
        raise ValueError("an engine needs a slot")
