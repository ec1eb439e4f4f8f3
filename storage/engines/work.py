"""What engines do with the work they were given."""

import structlog

from bot.domain.jobs import JobId
from bot.ports.engine import Work

log = structlog.get_logger(__name__)


async def run_logged(work: Work, job: JobId) -> None:
    """Work on the job. A boundary: work that breaks is logged, and its slot goes on."""
    try:
        await work(job)
    except Exception:
        log.exception("engine.work_broke", job=job)
