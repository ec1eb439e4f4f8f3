"""The paid step of a job: one provider after another is asked, and no call is repeated blindly."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from enum import StrEnum
from functools import partial

import structlog

from bot.domain.call_limits import CallLimits
from bot.domain.image_models import ImageModels
from bot.domain.jobs import Drawing, DrawingState, Job
from bot.domain.money import FREE
from bot.domain.pictures import ImageFile
from bot.domain.provider_accounts import provider_of
from bot.errors import InputRefused, PictureBlocked, PromptRefused, Stopping
from bot.pipeline.finishing import Finishing
from bot.pipeline.image_requests import ProviderChoice
from bot.pipeline.input_keeping import InputKeeping
from bot.pipeline.paid_calls import PaidAnswer, PaidCalls
from bot.pipeline.part_keeping import PartKeeping
from bot.pipeline.partial_results import (
    cancelled_note,
    check_refusals,
    most_pressing,
    set_shortfall,
    too_few_note,
    unusable_note,
)
from bot.pipeline.provider_call_slots import ProviderCallSlots
from bot.pipeline.provider_pool import ProviderPool
from bot.pipeline.retries import retry_storage
from bot.pipeline.ticket_providers import CallUnderWay
from bot.pipeline.wish_calls import CallShare, WishCalls
from bot.ports.images import OnProgress, Provider
from bot.ports.jobs import Jobs
from bot.ports.observer import CostIncurred, Observer
from bot.provider_errors import OutcomeUnknown, ProviderFailed

log = structlog.get_logger(__name__)


class WhenUnknown(StrEnum):
    """What to do when a paid call went out and its end was not seen."""

    ASK = "ask"
    RETRY = "retry"


class DrawingStep:
    """Has a job's pictures drawn by the first provider that can."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        pool: ProviderPool,
        models: ImageModels,
        slots: ProviderCallSlots,
        calls: PaidCalls,
        inputs: InputKeeping,
        parts: PartKeeping,
        finishing: Finishing,
        when_unknown: WhenUnknown,
        observer: Observer,
    ) -> None:
        self._jobs = jobs
        self._pool = pool
        self._models = models
        self._slots = slots
        self._calls = calls
        self._inputs = inputs
        self._parts = parts
        self._finishing = finishing
        self._when_unknown = when_unknown
        self._observer = observer
        self._open_drawings = 0
        self._is_stopping = False
        self._none_open = asyncio.Event()
        self._none_open.set()

    def stop_new_drawings(self) -> None:
        """Begin no new drawing from now on, and stop waiting for those with tickets: the job's next worker collects them."""
        self._is_stopping = True
        self._calls.stop_waiting()

    async def call_limits(self, provider: str) -> CallLimits:
        """Return how much a provider is asked at once, and how often.

        Raises:
            StorageFailed: Nobody knows how much it takes now.
        """
        return await self._slots.limits(provider) or CallLimits()

    async def wait_for_open_drawings(self) -> None:
        """Wait until drawings without tickets have ended, each within its time limit, and their pictures are safe here."""
        await self._none_open.wait()

    async def draw(self, job: Job, on_progress: OnProgress, on_trouble: Callable[[], None]) -> tuple[Drawing, ...]:
        """Return drawings whose pictures are safe on this machine; what was drawn earlier is not drawn again.

        There are fewer pictures than were wished for where some could not be drawn,
        or the job was stopped. After `WaitsForProvider`, `StillDrawing`, `Stopping`
        and `StorageFailed` the job goes on later; after any other error it has no
        pictures. `on_trouble` is called whenever this machine cannot store the
        bytes and we wait.

        Raises:
            PromptRefused: A provider refuses to draw it.
            InputRefused: A picture that it begins with is gone, or no model takes it.
            PictureBlocked: What it drew was taken down before.
            OutcomeUnknown: A call's end was not seen, and the settings say to ask before paying again.
            ProviderFailed: No provider could draw it.
            WaitsForProvider: One has as many calls as it may have; the job is queued.
            StillDrawing: It goes on for long, and is collected later.
            Stopping: No new call is made any more.
            StorageFailed: It could not be written down, or read.
        """
        if not job.is_stopped:
            return await self._draw_missing(job, on_progress, on_trouble)
        drawn = _list_drawn(await self._jobs.drawings(job.id))
        return await self._note_missing(drawn, cancelled_note(drawn, job.wish.count), on_trouble)

    async def _draw_missing(self, job: Job, on_progress: OnProgress, on_trouble: Callable[[], None]) -> tuple[Drawing, ...]:
        """Draw what is not drawn yet, and return all drawings; raises as `draw` does."""
        lost: OutcomeUnknown | None = None
        failed: ProviderFailed | None = None
        while True:
            # From the rows, in each turn: an earlier process may have made calls, and the last turn may have closed some.
            earlier = await self._jobs.drawings(job.id)
            drawn = _list_drawn(earlier)
            under_way = tuple(filter(None, map(self._calls.find, earlier)))
            calls = WishCalls(job.wish.count - sum(drawing.asked for drawing in drawn), on_progress)
            with self._count_open_drawings():
                # What is paid for already comes first: new calls for the same pictures would pay twice.
                if under_way:
                    await calls.collect(partial(self._collect, job, call, on_progress, on_trouble) for call in under_way)
                elif calls.missing > 0:
                    # A process may have died after it stored the bytes and before it closed the drawing.
                    if await self._find_stored(job, earlier, on_trouble):
                        continue
                    await self._make_calls(job, calls, earlier, lost=lost, failed=failed, on_trouble=on_trouble)
            match most_pressing(calls.errors):
                # Not the end yet: the next turn decides by all rows and `when_unknown` whether it may be drawn again.
                case OutcomeUnknown() as error if error is not lost:
                    lost = error
                # A call that was collected failed; the next turn asks the other providers.
                case ProviderFailed(may_be_refusal=False) as error if under_way:
                    failed = error
                case PromptRefused() | ProviderFailed() as error:
                    return await self._end_early(job, (*drawn, *calls.drawn), error, on_trouble)
                case Exception() as error:
                    raise error
                case None if not under_way:
                    return await self._note_missing((*drawn, *calls.drawn), None, on_trouble)

    @contextlib.contextmanager
    def _count_open_drawings(self) -> Iterator[None]:
        """Count the body among those that `wait_for_open_drawings` waits for."""
        self._open_drawings += 1
        self._none_open.clear()
        try:
            yield
        finally:
            self._open_drawings -= 1
            if not self._open_drawings:
                self._none_open.set()

    async def _collect(self, job: Job, call: CallUnderWay, on_progress: OnProgress, on_trouble: Callable[[], None]) -> Drawing:
        """Collect a call that was made before: the process that made it was stopped, or lost the job."""
        log.info("drawing.collecting", drawing=call.drawing.id, provider=call.provider.name)
        async with self._pool.watch(call.provider):
            answer = await self._calls.collect(job, call, on_progress, on_trouble)
            return await self._write_to_spool(job, call.provider, answer, on_trouble)

    async def _find_stored(self, job: Job, earlier: tuple[Drawing, ...], on_trouble: Callable[[], None]) -> bool:
        """Close drawings as drawn whose pictures are on this machine though no row says so; return whether there are any."""
        found = False
        for drawing in earlier:
            may_be_here = drawing.state is DrawingState.OPEN or (drawing.ticket is not None and not drawing.state.is_certain)
            if not may_be_here:
                continue
            async with self._close_if_unusable(drawing):
                files = await self._finishing.find_kept(drawing, job.wish, on_trouble)
            if files:
                self._observer.note(CostIncurred(drawing.provider, drawing.cost))
                await self._close_drawn(drawing, files, on_trouble)
                found = True
        return found

    async def _check_unknown_drawings(
        self, job: Job, earlier: tuple[Drawing, ...], lost: OutcomeUnknown | None
    ) -> frozenset[str]:
        """Raise `OutcomeUnknown` when more pictures have an unknown end than may be drawn again; else return their providers.

        What was surely free may be drawn again, once.
        """
        unknown = [drawing for drawing in earlier if drawing.state in {DrawingState.OPEN, DrawingState.UNKNOWN}]
        for drawing in unknown:
            # Open, and nobody can collect it: its process died while it waited, and nobody knows whether it was charged.
            if drawing.state is DrawingState.OPEN:
                await self._slots.close_drawing(replace(drawing, state=DrawingState.UNKNOWN))
                self._observer.note(CostIncurred(drawing.provider, drawing.cost))
        is_free = all(drawing.cost == FREE for drawing in unknown)
        allowed = job.wish.count if is_free or self._when_unknown is WhenUnknown.RETRY else 0
        if sum(drawing.asked for drawing in unknown) > allowed:
            raise lost or OutcomeUnknown.by_interruption(unknown[-1].provider)
        return frozenset(drawing.provider for drawing in unknown)

    async def _make_calls(
        self,
        job: Job,
        calls: WishCalls,
        earlier: tuple[Drawing, ...],
        *,
        lost: OutcomeUnknown | None,
        failed: ProviderFailed | None,
        on_trouble: Callable[[], None],
    ) -> None:
        """Make the calls for what is missing, unless an earlier call forbids it."""
        try:
            check_refusals(earlier)
            unknown = await self._check_unknown_drawings(job, earlier, lost)
        except (PromptRefused, OutcomeUnknown) as error:
            calls.errors.append(error)
        else:
            await calls.make(partial(self._try_providers, job, unknown=unknown, failed=failed, on_trouble=on_trouble))

    async def _try_providers(
        self,
        job: Job,
        share: CallShare,
        *,
        unknown: frozenset[str],
        failed: ProviderFailed | None,
        on_trouble: Callable[[], None],
    ) -> Drawing:
        """Return the drawing of the first provider that can draw the wish; its notes say why where that is not the first of all.

        A provider whose earlier call `failed` is asked again only if the failure is temporary.
        """

        async def call(provider: Provider, why_not: str) -> Drawing:
            # Asked before each call: a paid call must not begin while the process stops.
            if self._is_stopping:
                raise Stopping
            given, part = await self._parts.give(provider, inputs)
            answer = await self._calls.make(job, ProviderChoice(provider, share, why_not, given, part=part), on_trouble)
            return await self._write_to_spool(job, provider, answer, on_trouble)

        names = self._models.able_to(job.wish).order(job.wish.model, job.tier, job.wish.inputs, self._calls.lane_of(job))
        if not names:
            raise InputRefused("no_model_for_inputs", "No image model here takes these pictures any more.")
        if failed is not None and not failed.is_temporary:
            names = tuple(name for name in names if name != provider_of(failed.provider))
            if not names:
                raise failed
        inputs = await self._inputs.load(job.wish.inputs)
        return await self._pool.ask(call, names, last=unknown)

    async def _write_to_spool(self, job: Job, provider: Provider, answer: PaidAnswer, on_trouble: Callable[[], None]) -> Drawing:
        """Store the bytes, then close the drawing. Its cost is booked even if the bytes are no pictures."""
        drawing, raw = answer.drawing, self._finishing.look(provider, job.wish, answer.drawn.pictures)
        async with self._close_if_unusable(drawing):
            # The bytes before the row: if the row said `DRAWN` first, a crash in between would lose pictures that are
            # paid for. The other way round `_find_stored` finds them.
            files = await self._finishing.process_and_spool(raw, drawing, job.wish, on_trouble)
        return await self._close_drawn(drawing, files, on_trouble)

    @contextlib.asynccontextmanager
    async def _close_if_unusable(self, drawing: Drawing) -> AsyncIterator[None]:
        """Close a drawing as failed where it gave nothing that can be shown."""
        try:
            yield
        except (ProviderFailed, PictureBlocked, InputRefused):
            await self._slots.close_drawing(replace(drawing, state=DrawingState.FAILED))
            raise

    async def _close_drawn(self, drawing: Drawing, files: tuple[ImageFile, ...], on_trouble: Callable[[], None]) -> Drawing:
        notes = (*drawing.notes, *unusable_note(drawing.asked, len(files)))
        safe = replace(drawing, state=DrawingState.DRAWN, files=files, notes=notes, shortfall="")
        await retry_storage(lambda: self._slots.close_drawing(safe), on_trouble)
        log.info("drawing.drawn", drawing=drawing.id, provider=drawing.provider, request_id=drawing.request_id)
        return safe

    async def _end_early(
        self, job: Job, drawn: tuple[Drawing, ...], error: PromptRefused | ProviderFailed, on_trouble: Callable[[], None]
    ) -> tuple[Drawing, ...]:
        """Return what is drawn all the same; raise the error where nothing is."""
        if not drawn:
            raise error
        came = sum(drawing.asked for drawing in drawn)
        log.warning("drawing.incomplete", came=came, asked=job.wish.count, reason=str(error))
        return await self._note_missing(drawn, too_few_note(came, job.wish.count, error), on_trouble)

    async def _note_missing(
        self, drawn: tuple[Drawing, ...], why: str | None, on_trouble: Callable[[], None]
    ) -> tuple[Drawing, ...]:
        """Return the drawings, of which the last says why there are no more; what an earlier process said of that is replaced."""
        noted = [set_shortfall(one, "") for one in drawn]
        noted[-1] = set_shortfall(noted[-1], why or "")
        for before, after in zip(drawn, noted, strict=True):
            if after != before:
                await retry_storage(partial(self._slots.close_drawing, after), on_trouble)
        return tuple(noted)


def _list_drawn(drawings: tuple[Drawing, ...]) -> tuple[Drawing, ...]:
    return tuple(drawing for drawing in drawings if drawing.state is DrawingState.DRAWN)
