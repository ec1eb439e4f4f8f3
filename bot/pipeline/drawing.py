"""The paid step of a job: asked of one provider after another, and never repeated blindly."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum

import structlog

from bot.domain.call_limits import CallLimits
from bot.domain.image_models import ImageModels
from bot.domain.images import ImageFile
from bot.domain.jobs import Drawing, DrawingState, Job
from bot.domain.money import FREE
from bot.domain.provider_accounts import provider_of
from bot.errors import InputRefused, PictureBlocked, PromptRefused, Stopping
from bot.pipeline.input_keeping import InputKeeping
from bot.pipeline.keeping import KeepingStep
from bot.pipeline.paid_calls import Choice, PaidAnswer, PaidCalls
from bot.pipeline.provider_pool import ProviderPool
from bot.pipeline.provider_queue import ProviderQueue
from bot.pipeline.retries import retry_storage
from bot.pipeline.ticket_providers import CallUnderWay
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
        queue: ProviderQueue,
        calls: PaidCalls,
        keeping: KeepingStep,
        inputs: InputKeeping,
        when_unknown: WhenUnknown,
        observer: Observer,
    ) -> None:
        self._jobs = jobs
        self._pool = pool
        self._models = models
        self._queue = queue
        self._calls = calls
        self._keeping = keeping
        self._inputs = inputs
        self._when_unknown = when_unknown
        self._observer = observer
        self._open_drawings = 0
        self._is_stopping = False
        self._none_open = asyncio.Event()
        self._none_open.set()

    def stop_new_drawings(self) -> None:
        """Begin no new drawing from now on, and leave those that go on without us to whoever collects them next."""
        self._is_stopping = True
        self._calls.stop_waiting()

    async def call_limits(self, provider: str) -> CallLimits:
        """Return how much a provider is asked at once, and how often.

        Raises:
            StorageFailed: Nobody knows how much it takes now.
        """
        return await self._queue.limits(provider) or CallLimits()

    async def wait_for_open_drawings(self) -> None:
        """Wait until the drawings that end with us have ended, each within its time limit, and their pictures are safe here."""
        await self._none_open.wait()

    async def draw(self, job: Job, on_progress: OnProgress, on_trouble: Callable[[], None]) -> Drawing:
        """Return a drawing whose pictures are safe on this machine; one that was made earlier is not made again.

        `on_trouble` is called whenever this machine will not keep the bytes and we wait.

        Raises:
            PromptRefused: A provider will not draw it.
            InputRefused: A picture that it begins with is gone, or no model takes it.
            PictureBlocked: What it drew was taken down before.
            OutcomeUnknown: A call's end was not seen, and the rules say to ask before paying again.
            ProviderFailed: No provider could.
            WaitsForProvider: One has as many calls as it may have; the job is queued.
            Stopping: No new call is made any more.
        """
        lost: OutcomeUnknown | None = None
        unknown: frozenset[str] = frozenset()
        failed: ProviderFailed | None = None
        while True:
            earlier = await self._jobs.drawings(job.id)
            if drawn := next((drawing for drawing in earlier if drawing.state is DrawingState.DRAWN), None):
                return drawn
            under_way = next(filter(None, map(self._calls.find, earlier)), None)
            _check_refusals(earlier)
            if under_way is None:
                if found := await self._find_stored(earlier, on_trouble):
                    return found
                unknown = await self._check_unknown_drawings(earlier, lost)
            try:
                with self._count_open_drawing():
                    if under_way is not None:
                        return await self._collect(job, under_way, on_progress, on_trouble)
                    return await self._try_providers(job, on_progress, on_trouble, unknown=unknown, failed=failed)
            except OutcomeUnknown as error:
                lost = error
            except ProviderFailed as error:
                if under_way is None or error.may_be_refusal:
                    raise
                failed = error

    @contextlib.contextmanager
    def _count_open_drawing(self) -> Iterator[None]:
        """Count the body among what `wait_for_open_drawings` waits for."""
        self._open_drawings += 1
        self._none_open.clear()
        try:
            yield
        finally:
            self._open_drawings -= 1
            if not self._open_drawings:
                self._none_open.set()

    async def _collect(self, job: Job, call: CallUnderWay, on_progress: OnProgress, on_trouble: Callable[[], None]) -> Drawing:
        """Wait for a call that was made before: the process that made it was stopped, or lost the job."""
        log.info("drawing.collecting", drawing=call.drawing.id, provider=call.provider.name)
        async with self._pool.watch(call.provider):
            answer = await self._calls.collect(job, call, on_progress, on_trouble)
            return await self._store_safely(answer, on_trouble)

    async def _find_stored(self, earlier: tuple[Drawing, ...], on_trouble: Callable[[], None]) -> Drawing | None:
        """Return a drawing whose process died before it could say so as drawn, if its pictures are safe on this machine."""
        for drawing in earlier:
            may_be_here = drawing.state is DrawingState.OPEN or (drawing.ticket is not None and not drawing.state.is_certain)
            if may_be_here and (files := await self._keeping.find_stored(drawing)):
                self._observer.note(CostIncurred(drawing.provider, drawing.cost))
                return await self._close_drawn(drawing, files, on_trouble)
        return None

    async def _check_unknown_drawings(self, earlier: tuple[Drawing, ...], lost: OutcomeUnknown | None) -> frozenset[str]:
        """Raise `OutcomeUnknown` when more calls are unaccounted for than the rules forgive; else return whose they were.

        What was surely free may be drawn again, once.
        """
        unknown = [drawing for drawing in earlier if drawing.state in {DrawingState.OPEN, DrawingState.UNKNOWN}]
        for drawing in unknown:
            if drawing.state is DrawingState.OPEN:
                await self._queue.close_drawing(replace(drawing, state=DrawingState.UNKNOWN))
                self._observer.note(CostIncurred(drawing.provider, drawing.cost))
        is_free = all(drawing.cost == FREE for drawing in unknown)
        allowed = 1 if is_free or self._when_unknown is WhenUnknown.RETRY else 0
        if len(unknown) > allowed:
            raise lost or OutcomeUnknown.by_interruption(unknown[-1].provider)
        return frozenset(drawing.provider for drawing in unknown)

    async def _try_providers(
        self,
        job: Job,
        on_progress: OnProgress,
        on_trouble: Callable[[], None],
        *,
        unknown: frozenset[str],
        failed: ProviderFailed | None,
    ) -> Drawing:
        """Have the first provider of those for this wish draw that can, and say why where that is not the very first.

        One whose earlier call `failed` is not asked again, unless that passes.
        """

        async def call(provider: Provider, why_not: str) -> Drawing:
            if self._is_stopping:
                raise Stopping
            answer = await self._calls.make(job, Choice(provider, why_not, inputs), on_progress, on_trouble)
            return await self._store_safely(answer, on_trouble)

        names = self._models.order(job.wish.model, job.tier, job.wish.inputs)
        if not names:
            raise InputRefused("no_model_for_inputs", "No image model here takes these pictures any more.")
        if failed is not None and not failed.is_temporary:
            names = tuple(name for name in names if name != provider_of(failed.provider))
            if not names:
                raise failed
        inputs = await self._inputs.load(job.wish.inputs)
        return await self._pool.ask(call, names, last=unknown)

    async def _store_safely(self, answer: PaidAnswer, on_trouble: Callable[[], None]) -> Drawing:
        """Make the bytes safe, then write down that they are. What it cost is noted even if they are no pictures."""
        drawing = answer.drawing
        try:
            files = await self._keeping.store_safely(drawing, answer.drawn.pictures, on_trouble)
        except (ProviderFailed, PictureBlocked):
            await self._queue.close_drawing(replace(drawing, state=DrawingState.FAILED))
            raise
        return await self._close_drawn(drawing, files, on_trouble)

    async def _close_drawn(self, drawing: Drawing, files: tuple[ImageFile, ...], on_trouble: Callable[[], None]) -> Drawing:
        notes = (*drawing.notes, *_missing_note(drawing.asked, len(files)))
        safe = replace(drawing, state=DrawingState.DRAWN, files=files, notes=notes)
        await retry_storage(lambda: self._queue.close_drawing(safe), on_trouble)
        log.info("drawing.drawn", drawing=drawing.id, provider=drawing.provider, request_id=drawing.request_id)
        return safe


def _check_refusals(earlier: tuple[Drawing, ...]) -> None:
    """Raise `PromptRefused` where a provider refused, perhaps, and the process was killed before it could say so to anybody."""
    for drawing in earlier:
        if drawing.state is DrawingState.REFUSED:
            sentence = "The image service will not draw this; please try other words."
            raise PromptRefused(rule="refused_by_provider", sentence=sentence, request_id=drawing.request_id)


def _missing_note(asked: int, came: int) -> tuple[str, ...]:
    """Say how many pictures of those that were asked for cannot be shown."""
    missing = asked - came
    if missing <= 0:
        return ()
    return (
        f"{missing} of {asked} pictures could not be used or did not come, and {'was' if missing == 1 else 'were'} not counted",
    )
