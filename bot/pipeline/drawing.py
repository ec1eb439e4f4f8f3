"""The paid step of a job: written down before it goes out, and never repeated blindly."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

import structlog

from bot.domain.call_limits import CallLimits
from bot.domain.image_models import ImageModels
from bot.domain.images import DrawingId, ImageFile, ImageRequest, ImageResult, Progress, Quality
from bot.domain.jobs import Drawing, DrawingState, Job
from bot.domain.money import FREE, Cost
from bot.errors import PictureBlocked, PromptRefused, Stopping
from bot.pipeline.keeping import KeepingStep
from bot.pipeline.provider_pool import ProviderPool
from bot.pipeline.provider_queue import ProviderQueue
from bot.pipeline.pseudonyms import pseudonym
from bot.pipeline.retries import retry_storage
from bot.ports.clock import Clock, Ids
from bot.ports.images import ImageProvider, OnProgress
from bot.ports.jobs import Jobs
from bot.ports.observer import CostIncurred, Observer, Step
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault

log = structlog.get_logger(__name__)


class WhenUnknown(StrEnum):
    """What to do when a paid call went out and its end was not seen."""

    ASK = "ask"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class DrawingRules:
    """How long each provider may take for a drawing of each quality, and what to do when its end was not seen."""

    time_limits: Mapping[str, Mapping[Quality, timedelta]]
    when_unknown: WhenUnknown = WhenUnknown.ASK


@dataclass(frozen=True, slots=True)
class _PaidAnswer:
    """A paid call that came to its end: its row, and what it gave."""

    drawing: Drawing
    drawn: ImageResult


class _CostTracker:
    """Passes news on, and remembers what a call costs as soon as that is known."""

    def __init__(self, on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self.cost: Cost = FREE

    async def on_progress(self, progress: Progress) -> None:
        """Take one piece of news."""
        if progress.cost is not None:
            self.cost = progress.cost
        else:
            await self._on_progress(progress)


class DrawingStep:
    """Has a job's pictures drawn by the first provider that can."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        pool: ProviderPool,
        models: ImageModels,
        queue: ProviderQueue,
        keeping: KeepingStep,
        rules: DrawingRules,
        observer: Observer,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._jobs = jobs
        self._pool = pool
        self._models = models
        self._queue = queue
        self._keeping = keeping
        self._rules = rules
        self._observer = observer
        self._clock = clock
        self._ids = ids
        self._open_drawings = 0
        self._is_stopping = False
        self._none_open = asyncio.Event()
        self._none_open.set()

    def stop_new_drawings(self) -> None:
        """Begin no new drawing from now on."""
        self._is_stopping = True

    async def call_limits(self, provider: str) -> CallLimits:
        """Return how much a provider is asked at once, and how often.

        Raises:
            StorageFailed: Nobody knows how much it takes now.
        """
        return await self._queue.limits(provider) or CallLimits()

    async def wait_for_open_drawings(self) -> None:
        """Wait until open drawings have ended, each within its time limit, and their pictures are safe on this machine."""
        await self._none_open.wait()

    async def draw(self, job: Job, on_progress: OnProgress, on_trouble: Callable[[], None]) -> Drawing:
        """Return a drawing whose pictures are safe on this machine; one that was made earlier is not made again.

        `on_trouble` is called whenever this machine will not keep the bytes and we wait.

        Raises:
            PromptRefused: A provider will not draw it.
            PictureBlocked: What it drew was taken down before.
            OutcomeUnknown: A call's end was not seen, and the rules say to ask before paying again.
            ProviderFailed: No provider could.
            WaitsForProvider: One has as many calls as it may have; the job is queued.
            Stopping: No new call is made any more.
        """
        lost: OutcomeUnknown | None = None
        while True:
            earlier = await self._jobs.drawings(job.id)
            for drawing in earlier:
                if drawing.state is DrawingState.DRAWN:
                    return drawing
                if drawing.state is DrawingState.OPEN and (found := await self._find_stored(drawing, on_trouble)):
                    return found
            _check_refusals(earlier)
            unknown = await self._check_unknown_drawings(earlier, lost)
            try:
                with self._count_open_drawing():
                    return await self._try_providers(job, unknown, on_progress, on_trouble)
            except OutcomeUnknown as error:
                lost = error

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

    async def _find_stored(self, drawing: Drawing, on_trouble: Callable[[], None]) -> Drawing | None:
        """Return a drawing whose process died before it could say so as drawn, if its pictures are safe on this machine."""
        files = await self._keeping.find_stored(drawing)
        if not files:
            return None
        self._observer.note(CostIncurred(drawing.provider, drawing.cost))
        return await self._close_drawn(drawing, files, on_trouble)

    async def _check_unknown_drawings(self, earlier: tuple[Drawing, ...], lost: OutcomeUnknown | None) -> frozenset[str]:
        """Raise `OutcomeUnknown` when more calls are unaccounted for than the rules forgive; else return whose they were."""
        unknown = [drawing for drawing in earlier if drawing.state in {DrawingState.OPEN, DrawingState.UNKNOWN}]
        for drawing in unknown:
            if drawing.state is DrawingState.OPEN:
                await self._queue.close_drawing(replace(drawing, state=DrawingState.UNKNOWN))
                self._observer.note(CostIncurred(drawing.provider, drawing.cost))
        allowed = 1 if self._rules.when_unknown is WhenUnknown.RETRY else 0
        if len(unknown) > allowed:
            raise lost or OutcomeUnknown.by_interruption(unknown[-1].provider)
        return frozenset(drawing.provider for drawing in unknown)

    async def _try_providers(
        self, job: Job, unknown: frozenset[str], on_progress: OnProgress, on_trouble: Callable[[], None]
    ) -> Drawing:
        """Have the first provider of those for this wish draw that can, and say why where that is not the very first."""

        async def call(provider: ImageProvider, why_not: str) -> Drawing:
            return await self._store_safely(await self._call(job, provider, why_not, on_progress), on_trouble)

        return await self._pool.ask(call, self._models.order(job.wish.model, job.tier), last=unknown)

    async def _call(self, job: Job, provider: ImageProvider, why_not: str, on_progress: OnProgress) -> _PaidAnswer:
        """Make one paid call, written down before it goes out."""
        if self._is_stopping:
            raise Stopping
        request, notes = self._request(job, provider, why_not)
        drawing = Drawing(
            id=request.drawing,
            job=job.id,
            attempt=job.attempt,
            provider=provider.name,
            model=provider.model,
            state=DrawingState.OPEN,
            started_at=self._clock.now(),
            asked=request.count,
            cost=provider.estimate(request.size, request.quality, request.count),
            notes=notes,
        )
        await self._queue.open_drawing(drawing)
        tracker = _CostTracker(on_progress)
        try:
            with self._observer.watch(Step.DRAWING, job, provider.name):
                drawn = await self._draw_in_time(provider, request, tracker.on_progress)
        except (PromptRefused, ProviderFailed) as error:
            closed = _close(drawing, error, tracker.cost)
            self._observer.note(CostIncurred(provider.name, closed.cost))
            await self._queue.close_drawing(closed)
            raise
        except asyncio.CancelledError:
            # Whoever cancelled the job has booked it so.
            self._observer.note(CostIncurred(provider.name, drawing.cost))
            raise
        self._observer.note(CostIncurred(provider.name, drawn.cost))
        answered = replace(drawing, model=drawn.model, cost=drawn.cost, request_id=drawn.request_id, notes=(*notes, *drawn.notes))
        return _PaidAnswer(answered, drawn)

    async def _draw_in_time(self, provider: ImageProvider, request: ImageRequest, on_progress: OnProgress) -> ImageResult:
        time_limit = self._rules.time_limits[provider.name][request.quality]
        try:
            async with asyncio.timeout(time_limit.total_seconds()):
                return await provider.draw(request, on_progress)
        except TimeoutError:
            raise OutcomeUnknown(provider.name, f"no picture within {time_limit}", fault=ProviderFault.TIMED_OUT) from None

    async def _store_safely(self, answer: _PaidAnswer, on_trouble: Callable[[], None]) -> Drawing:
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

    def _request(self, job: Job, provider: ImageProvider, why_not: str) -> tuple[ImageRequest, tuple[str, ...]]:
        """Fit the wish to what the provider can do, and say so where that changes it."""
        wish, abilities = job.wish, provider.abilities
        size, quality = abilities.fit(wish.wanted_size), abilities.fit_quality(wish.quality)
        count = min(wish.count, abilities.most)
        because = f", because {why_not}" if why_not else ""
        notes = [f"{provider.attribution}{because}", f"{size}, {quality} quality"]
        if wish.size and size != wish.size:
            notes.append(f"this model does not draw {wish.size}")
        elif size.shape is not wish.wanted_size.shape:
            notes.append(f"this model does not draw {wish.shape} pictures")
        if quality is not wish.quality:
            notes.append(f"this model has no {wish.quality} quality")
        if count < wish.count:
            notes.append(f"this model draws {count} at a time, so only that many were drawn and counted")
        request = ImageRequest(
            drawing=DrawingId(self._ids.new()),
            prompt=job.prepared_prompt.text if job.prepared_prompt else wish.prompt,
            size=size,
            quality=quality,
            count=count,
            author=pseudonym(job.account),
            previews=wish.previews,
        )
        return request, tuple(notes)


def _check_refusals(earlier: tuple[Drawing, ...]) -> None:
    """Raise `PromptRefused` where a provider refused, perhaps, and the process was killed before it could say so to anybody."""
    for drawing in earlier:
        if drawing.state is DrawingState.REFUSED:
            sentence = "The image service will not draw this; please try other words."
            raise PromptRefused(rule="refused_by_provider", sentence=sentence, request_id=drawing.request_id)


def _close(drawing: Drawing, error: PromptRefused | ProviderFailed, told: Cost) -> Drawing:
    """Return the drawing as it ended, with the cost `told`; one of unknown end costs what it probably did, if none was told."""
    if isinstance(error, OutcomeUnknown):
        cost = drawing.cost if told == FREE else told
        return replace(drawing, state=DrawingState.UNKNOWN, cost=cost, request_id=error.request_id)
    is_refusal = isinstance(error, PromptRefused) or error.may_be_refusal
    state = DrawingState.REFUSED if is_refusal else DrawingState.FAILED
    return replace(drawing, state=state, cost=told, request_id=error.request_id)


def _missing_note(asked: int, came: int) -> tuple[str, ...]:
    """Say how many pictures of those that were asked for cannot be shown."""
    missing = asked - came
    if missing <= 0:
        return ()
    return (
        f"{missing} of {asked} pictures could not be used or did not come, and {'was' if missing == 1 else 'were'} not counted",
    )
