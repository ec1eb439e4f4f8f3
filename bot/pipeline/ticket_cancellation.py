"""Stops what image services still draw for jobs that have ended, and books what it costs all the same."""

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
    """Cancels calls at providers that give tickets. Whoever ends a job, and whoever worked on it, does so; twice is no harm."""

    def __init__(self, *, jobs: Jobs, slots: ProviderCallSlots, providers: TicketProviders) -> None:
        self._jobs = jobs
        self._slots = slots
        self._providers = providers

    async def cancel_calls_of(self, job: JobId) -> bool:
        """Cancel what is still drawn for a job, if it has ended or was stopped; False if not, or nobody knows. Never raises."""
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
        """Cancel one call. What was never begun gives back what was counted for it.

        Where nobody knows, its ticket stays, and recovery asks once more; what costs something needs none any more.
        """
        call = self._providers.find_call(drawing)
        if call is None:
            return
        cost = await self.cancel(call)
        if cost is not None:
            is_free = cost == FREE
            state, ticket = (DrawingState.FAILED, call.ticket) if is_free else (DrawingState.UNKNOWN, None)
            await self._slots.close_drawing(replace(drawing, state=state, cost=cost, ticket=ticket))
            log.info("drawing.cancelled", drawing=drawing.id, provider=drawing.provider, is_free=is_free)
        elif drawing.ticket is None:
            await self._jobs.record_ticket(drawing.id, call.ticket)
