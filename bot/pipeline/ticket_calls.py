"""Paid calls that go on at their service without us: any worker can collect them by the ticket in the drawing's row."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from bot.domain.images import DrawingId, ImageRequest, ImageResult, Progress
from bot.domain.jobs import Drawing, DrawingState
from bot.domain.money import FREE
from bot.domain.tickets import Ticket
from bot.errors import Stopping
from bot.pipeline.model_waiting import wait_for_model
from bot.pipeline.retries import retry_storage
from bot.pipeline.ticket_cancellation import TicketCancellation
from bot.pipeline.ticket_providers import CallUnderWay, TicketProviders
from bot.ports.images import OnProgress, TicketProvider
from bot.ports.jobs import Jobs
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault

_LAST_WAIT = timedelta(seconds=10)
"""How long a call that has gone out is waited for by somebody who has to stop, so that its ticket is not lost."""


class TicketCalls:
    """Makes calls that give tickets, and collects them."""

    def __init__(self, *, jobs: Jobs, providers: TicketProviders, cancellation: TicketCancellation) -> None:
        self._jobs = jobs
        self._providers = providers
        self._cancellation = cancellation
        self._waits: set[asyncio.Timeout] = set()
        self._is_stopping = False

    def stop_waiting(self) -> None:
        """Stop waiting for results: the job's next worker collects them by their tickets."""
        self._is_stopping = True
        for wait in self._waits:
            wait.reschedule(0)

    def find(self, drawing: Drawing) -> CallUnderWay | None:
        """Return the call of an open drawing, if it can be collected."""
        return self._providers.find_call(drawing) if drawing.state is DrawingState.OPEN else None

    async def submit(
        self,
        provider: TicketProvider,
        request: ImageRequest,
        time_limit: timedelta,
        on_progress: OnProgress,
        on_trouble: Callable[[], None],
    ) -> Ticket:
        """Make one paid call and record its ticket, also where the wait for it is cancelled on the way.

        Raises:
            PromptRefused: The provider refuses to draw this.
            OutcomeUnknown: The call went out, and no ticket is known for it.
            ProviderFailed: It was not accepted.
        """
        call = asyncio.create_task(self._submit(provider, request, time_limit, on_progress, on_trouble))
        try:
            # Shielded: a cancel between the call and its answer would lose the ticket, and with it what is paid for.
            return await asyncio.shield(call)
        except asyncio.CancelledError:
            await asyncio.wait({call}, timeout=_LAST_WAIT.total_seconds())
            raise
        finally:
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)

    async def collect(self, call: CallUnderWay, time_limit: timedelta, on_progress: OnProgress) -> ImageResult:
        """Return the result, or cancel the call when its time is over.

        Raises:
            PromptRefused: The provider refuses to draw this.
            OutcomeUnknown: The provider knows nothing of it, or it took too long and may cost something.
            ProviderFailed: It did not draw, or took too long and costs nothing.
            StillDrawing: It goes on for long, and is collected later.
            Stopping: This process does not wait any more; the call goes on.
        """
        if self._is_stopping:
            raise Stopping
        try:
            async with asyncio.timeout(time_limit.total_seconds()) as wait:
                self._waits.add(wait)
                try:
                    return await call.provider.collect(call.ticket, on_progress)
                finally:
                    self._waits.discard(wait)
        except TimeoutError:
            # Two reasons end the wait: its time is over, or `stop_waiting` moved its deadline to now.
            if self._is_stopping:
                raise Stopping from None
        cost = await self._cancellation.cancel(call)
        if cost is not None:
            await on_progress(Progress(cost=cost))
        # If nothing was charged the next provider may draw; else the end is unknown, and the estimate stays booked.
        failure = ProviderFailed if cost == FREE else OutcomeUnknown
        raise failure(call.provider.name, f"no picture within {time_limit}", fault=ProviderFault.TIMED_OUT)

    async def record(self, drawing: DrawingId, ticket: Ticket, on_trouble: Callable[[], None]) -> None:
        """Record a ticket, however long the storage is away."""
        await retry_storage(lambda: self._jobs.record_ticket(drawing, ticket), on_trouble)

    async def _submit(
        self,
        provider: TicketProvider,
        request: ImageRequest,
        time_limit: timedelta,
        on_progress: OnProgress,
        on_trouble: Callable[[], None],
    ) -> Ticket:
        try:
            ticket = await wait_for_model(
                lambda: provider.submit(request),
                provider=provider.name,
                time_limit=time_limit,
                on_progress=on_progress,
                what="ticket",
            )
        except OutcomeUnknown:
            # The answer with the ticket got lost. Where the call goes by an id of ours it can still be found.
            known = provider.known_ticket(request.drawing)
            if known is None:
                raise
            ticket = known
        # Before anything else: from here on a crash costs nothing, since any worker can collect by the row.
        await self.record(request.drawing, ticket, on_trouble)
        return ticket
