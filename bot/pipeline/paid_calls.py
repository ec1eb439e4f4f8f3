"""One paid call to an image service: written down before it goes out, waited for, and closed when it fails."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.domain.images import DrawingId, ImageRequest, ImageResult, Lane, Progress, Quality
from bot.domain.jobs import Drawing, DrawingState, Job
from bot.domain.money import FREE, Cost
from bot.domain.provider_accounts import provider_of
from bot.errors import PromptRefused
from bot.pipeline.image_requests import ProviderChoice, build_request, estimate_cost
from bot.pipeline.model_waiting import wait_for_model
from bot.pipeline.provider_call_slots import ProviderCallSlots
from bot.pipeline.ticket_calls import TicketCalls
from bot.pipeline.ticket_cancellation import TicketCancellation
from bot.pipeline.ticket_providers import CallUnderWay
from bot.ports.clock import Clock, Ids
from bot.ports.images import ImageProvider, OnProgress, Provider, TicketProvider
from bot.ports.observer import CostIncurred, Observer, Step
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault, StillDrawing

_LONGEST_RELAXED = timedelta(hours=20)
"""Services of the relaxed lane draw within a day, and say after it when they have not."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PaidAnswer:
    """A paid call that ended well: its row, and what it gave."""

    drawing: Drawing
    drawn: ImageResult


class _CostTracker:
    """Passes a call's progress on, with its model's usual time to load, and remembers its cost as soon as that is known."""

    def __init__(self, on_progress: OnProgress, cost: Cost | None = None, *, warm_up: timedelta | None) -> None:
        self._on_progress = on_progress
        self._warm_up = warm_up
        self.cost = cost or FREE

    async def on_progress(self, progress: Progress) -> None:
        """Handle one progress."""
        if progress.cost is not None:
            self.cost = progress.cost
        elif progress.is_warming_up:
            await self._on_progress(replace(progress, warm_up=progress.warm_up or self._warm_up))
        else:
            await self._on_progress(progress)


class PaidCalls:
    """Makes paid calls, and collects those with tickets, whichever process made them.

    `time_limits` are by provider, and so are `warm_ups`, the times that models usually take to load.
    """

    def __init__(
        self,
        *,
        slots: ProviderCallSlots,
        ticket_calls: TicketCalls,
        cancellation: TicketCancellation,
        time_limits: Mapping[str, Mapping[Quality, timedelta]],
        warm_ups: Mapping[str, timedelta],
        observer: Observer,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._slots = slots
        self._ticket_calls = ticket_calls
        self._cancellation = cancellation
        self._time_limits = time_limits
        self._warm_ups = warm_ups
        self._observer = observer
        self._clock = clock
        self._ids = ids

    def stop_waiting(self) -> None:
        """Stop waiting for calls with tickets: the job's next worker collects them."""
        self._ticket_calls.stop_waiting()

    def lane_of(self, job: Job) -> Lane:
        """Return the lane that a job is drawn in now: what waited for most of a day is drawn at once."""
        is_late = self._clock.now() - job.created_at > _LONGEST_RELAXED
        return Lane.FAST if is_late else job.wish.lane

    def find(self, drawing: Drawing) -> CallUnderWay | None:
        """Return the call of an open drawing, if it can be collected."""
        return self._ticket_calls.find(drawing)

    async def make(self, job: Job, choice: ProviderChoice, on_trouble: Callable[[], None]) -> PaidAnswer:
        """Make one paid call, written down before it goes out.

        Where there was not enough memory for it, and nobody asked for an exact
        size, it is made once more for a smaller picture.

        Raises:
            PromptRefused: The provider refuses to draw it.
            ProviderFailed: It did not draw; `OutcomeUnknown` when nobody knows.
            WaitsForProvider: It has as many calls as it may have; the job is queued, if none of its calls is out.
            StillDrawing: It goes on for long, and is collected later.
            Stopping: This process stops; another one collects the call.
        """
        try:
            return await self._make(job, choice, on_trouble)
        except ProviderFailed as error:
            smaller = choice.provider.abilities.smaller_than(job.wish.wanted_size)
            # Out of memory means that nothing was drawn, so a second call pays for nothing twice.
            if error.fault is not ProviderFault.OUT_OF_MEMORY or job.wish.size is not None or smaller is None:
                raise
            log.info("drawing.smaller", provider=choice.provider.name, size=str(smaller))
        return await self._make(job, replace(choice, smaller=smaller), on_trouble)

    async def _make(self, job: Job, choice: ProviderChoice, on_trouble: Callable[[], None]) -> PaidAnswer:
        provider, on_progress = choice.provider, choice.share.on_progress
        request, notes = build_request(job, choice, DrawingId(self._ids.new()))
        await self._slots.wait_to_start(provider.name, request.drawing)
        drawing = Drawing(
            id=request.drawing,
            job=job.id,
            attempt=job.attempt,
            provider=provider.name,
            model=provider.model,
            state=DrawingState.OPEN,
            started_at=self._clock.now(),
            asked=request.count,
            # The estimate from the beginning: if nobody sees how the call ends, this is what is booked.
            cost=estimate_cost(provider, request),
            notes=notes,
        )
        # The row before the call: after a crash an open row means that the call may have been paid for.
        await choice.share.open(lambda joins_line: self._slots.open_drawing(drawing, joins_line=joins_line))
        with self._observer.watch(Step.DRAWING, job, provider.name):
            if not isinstance(provider, TicketProvider):
                return await self._draw(drawing, provider, request, on_progress)
            tracker = self._tracker(provider, on_progress)
            async with self._close_on_failure(drawing, tracker, goes_on=True):
                ticket = await self._ticket_calls.submit(
                    provider,
                    request,
                    self._time_limits[provider_of(provider.name)][request.quality],
                    tracker.on_progress,
                    on_trouble,
                )
            try:
                return await self._collect(CallUnderWay(drawing, provider, ticket), request.quality, on_progress)
            except StillDrawing as error:
                # New, so that the worker says once in the message that the picture comes later.
                raise StillDrawing(error.provider, error.pause, is_new=True) from error

    async def collect(self, job: Job, call: CallUnderWay, on_progress: OnProgress, on_trouble: Callable[[], None]) -> PaidAnswer:
        """Collect a call that was made before, by any process; raises as `make` does."""
        quality = call.provider.abilities.fit_quality(job.wish.quality)
        if call.drawing.ticket is None:
            await self._ticket_calls.record(call.drawing.id, call.ticket, on_trouble)
        with self._observer.watch(Step.DRAWING, job, call.provider.name):
            return await self._collect(call, quality, on_progress)

    async def _draw(
        self, drawing: Drawing, provider: ImageProvider, request: ImageRequest, on_progress: OnProgress
    ) -> PaidAnswer:
        tracker = self._tracker(provider, on_progress)
        time_limit = self._time_limits[provider_of(provider.name)][request.quality]
        async with self._close_on_failure(drawing, tracker, goes_on=False):
            drawn = await wait_for_model(
                lambda: provider.draw(request, tracker.on_progress),
                provider=provider.name,
                time_limit=time_limit,
                on_progress=tracker.on_progress,
                what="picture",
            )
        return self._answer(drawing, drawn)

    async def _collect(self, call: CallUnderWay, quality: Quality, on_progress: OnProgress) -> PaidAnswer:
        ticket = call.ticket
        drawing = replace(call.drawing, ticket=ticket, cost=ticket.cost or call.drawing.cost)
        tracker = self._tracker(call.provider, on_progress, ticket.cost)
        async with self._close_on_failure(drawing, tracker, goes_on=True):
            drawn = await self._ticket_calls.collect(
                call, self._time_limits[provider_of(call.provider.name)][quality], tracker.on_progress
            )
        return self._answer(drawing, drawn)

    @asynccontextmanager
    async def _close_on_failure(self, drawing: Drawing, tracker: _CostTracker, *, goes_on: bool) -> AsyncIterator[None]:
        """Close the drawing as the body failed.

        When the body is cancelled because its job has ended, a call that `goes_on`
        at its service is cancelled there; else the job's next worker collects it.
        """
        try:
            yield
        except (PromptRefused, ProviderFailed) as error:
            closed = _close(drawing, error, tracker.cost)
            self._observer.note(CostIncurred(drawing.provider, closed.cost))
            await self._slots.close_drawing(closed)
            raise
        # Nothing is closed here: whoever ended the job has booked the call in the transaction that ended it.
        except asyncio.CancelledError:
            if not goes_on or await self._cancellation.cancel_calls_of(drawing.job):
                self._observer.note(CostIncurred(drawing.provider, drawing.cost))
            raise

    def _tracker(self, provider: Provider, on_progress: OnProgress, cost: Cost | None = None) -> _CostTracker:
        return _CostTracker(on_progress, cost, warm_up=self._warm_ups.get(provider_of(provider.name)))

    def _answer(self, drawing: Drawing, drawn: ImageResult) -> PaidAnswer:
        self._observer.note(CostIncurred(drawing.provider, drawn.cost))
        notes = (*drawing.notes, *drawn.notes)
        return PaidAnswer(replace(drawing, model=drawn.model, cost=drawn.cost, request_id=drawn.request_id, notes=notes), drawn)


def _close(drawing: Drawing, error: PromptRefused | ProviderFailed, reported: Cost) -> Drawing:
    """Return the drawing as it ended, with the cost `reported`; an unknown end without a cost keeps its estimate."""
    if isinstance(error, OutcomeUnknown):
        # Nobody saw the end, so it may have been charged: the estimate stays unless the service named a cost before.
        cost = drawing.cost if reported == FREE else reported
        return replace(drawing, state=DrawingState.UNKNOWN, cost=cost, request_id=error.request_id)
    is_refusal = isinstance(error, PromptRefused) or error.may_be_refusal
    state = DrawingState.REFUSED if is_refusal else DrawingState.FAILED
    return replace(drawing, state=state, cost=reported, request_id=error.request_id)
