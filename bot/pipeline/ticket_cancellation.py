"""Cancels calls at image services for jobs that have ended, and books what they cost all the same."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.domain.jobs import Drawing, DrawingState, JobId
from bot.domain.money import FREE, Cost
from bot.errors import EaselError
from bot.pipeline.provider_call_slots import ProviderCallSlots
from bot.pipeline.ticket_providers import CallUnderWay, TicketProviders
from bot.ports.jobs import Jobs

log = structlog.get_logger(__name__)

_TIME_LIMIT = timedelta(seconds=10)
"""Somebody waits for it; and what is not cancelled is drawn and booked."""


class TicketCancellation:
    """Cancels calls at providers that give tickets.

    The process that ends a job and the worker that had it both do so; twice does no harm.
    """

    def __init__(self, *, jobs: Jobs, slots: ProviderCallSlots, providers: TicketProviders) -> None:
        self._jobs = jobs
        self._slots = slots
        self._providers = providers

    async def cancel_calls_of(self, job: JobId) -> bool:
        """Cancel the calls of a job that has ended or was stopped; return False if it has not, or nobody knows. Never raises."""
        try:
            known = await self._jobs.get(job)
            if known is None or not (known.state.is_final or known.is_stopped):
                return False
            for drawing in await self._jobs.drawings(job):
                if drawing.state is DrawingState.UNKNOWN:
                    await self._cancel_drawing(drawing)
        except EaselError as error:
            log.warning("drawing.not_cancelled", job=job, reason=str(error))
            return False
        return True

    async def cancel(self, call: CallUnderWay) -> Cost | None:
        """Cancel one call and return what it costs all the same; None when nobody knows. Never raises."""
        try:
            async with asyncio.timeout(_TIME_LIMIT.total_seconds()):
                return await call.provider.cancel(call.ticket)
        except TimeoutError:
            log.warning("drawing.not_cancelled", provider=call.provider.name, reason="took too long")
            return None

    async def _cancel_drawing(self, drawing: Drawing) -> None:
        """Cancel one call, and close its drawing as the service says it ended; where it says nothing, recovery asks again."""
        call = self._providers.find_call(drawing)
        if call is None:
            return
        cost = await self.cancel(call)
        if cost is not None:
            is_free = cost == FREE
            # Free means that nothing was drawn, so what the cancelled job counted for it is given back. What costs
            # something keeps its unknown end; without its ticket recovery does not ask again.
            state, ticket = (DrawingState.FAILED, call.ticket) if is_free else (DrawingState.UNKNOWN, None)
            await self._slots.close_drawing(replace(drawing, state=state, cost=cost, ticket=ticket))
            log.info("drawing.cancelled", drawing=drawing.id, provider=drawing.provider, is_free=is_free)
        elif drawing.ticket is None:
            # With a ticket in its row, recovery asks the service once more.
            await self._jobs.record_ticket(drawing.id, call.ticket)
