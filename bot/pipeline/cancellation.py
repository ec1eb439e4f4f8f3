"""Ends jobs before they have pictures, whether they wait or run."""

from collections.abc import Callable

import structlog

from bot.domain.jobs import Ending, Job
from bot.errors import StorageFailed
from bot.pipeline.account_queue import AccountQueue
from bot.pipeline.log_context import log_job
from bot.pipeline.ticket_cancellation import TicketCancellation
from bot.ports.engine import Engine
from bot.ports.jobs import Jobs
from bot.ports.observer import JobEnded, Observer

log = structlog.get_logger(__name__)


class Cancellation:
    """Ends jobs. The row decides: the job's worker is asked to stop, and is not waited for."""

    def __init__(
        self, *, jobs: Jobs, engine: Engine, queue: AccountQueue, tickets: TicketCancellation, observer: Observer
    ) -> None:
        self._jobs = jobs
        self._engine = engine
        self._queue = queue
        self._tickets = tickets
        self._observer = observer

    async def cancel(
        self,
        job: Job,
        ending: Ending,
        *,
        once_paid: Callable[[int], Ending] | None = None,
        once_drawn: Callable[[int], Ending] | None = None,
        is_refunded: bool = False,
    ) -> Ending | None:
        """End a job, or stop it, as `Jobs.cancel` does; return its ending, None when it was too late."""
        with log_job(job):
            ended = await self._jobs.cancel(job.id, ending, once_paid=once_paid, once_drawn=once_drawn, is_refunded=is_refunded)
            if ended is None:
                return None
            if ended.state.is_final and not job.state.is_final:
                self._observer.note(JobEnded(job, ended))
            # After the row: the worker that is stopped by it finds the job ended, and does not release it to be drawn again.
            await self._ask_to_stop(job)
            await self._queue.publish_next(job.id)
            await self._tickets.cancel_calls_of(job.id)
            log.info("job.cancelled")
        return ended

    async def _ask_to_stop(self, job: Job) -> None:
        """Tell the job's worker to stop. Where that fails, it finds out when it renews its lease."""
        try:
            await self._engine.cancel(job.id)
        except StorageFailed as error:
            log.warning("job.unstopped", reason=str(error))
