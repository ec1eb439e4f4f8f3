"""Carries one job through its steps to its end, and stops the moment another worker has claimed it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.images import Lane, Progress
from bot.domain.jobs import Ending, Job, JobId, JobState
from bot.errors import (
    EaselError,
    InputRefused,
    InternalError,
    LeaseLost,
    MessageGone,
    PromptRefused,
    Stopping,
    StorageFailed,
    SurfaceFailed,
    WaitsForProvider,
    is_out_of_files,
)
from bot.pipeline import waiting_posts
from bot.pipeline.account_queue import AccountQueue
from bot.pipeline.delivery import Delivery, ShowProgress
from bot.pipeline.doubts import DoubtReview
from bot.pipeline.drawing import DrawingStep
from bot.pipeline.keeping import KeepingStep
from bot.pipeline.log_context import log_fault, log_job
from bot.pipeline.picture_review import PictureReview
from bot.pipeline.prompt_preparation import PromptPreparation
from bot.pipeline.refusal_handling import RefusalHandling
from bot.ports.clock import Clock
from bot.ports.engine import Engine
from bot.ports.jobs import Jobs
from bot.ports.observer import JobEnded, Observer, Step, WishRefused
from bot.provider_errors import OutcomeUnknown, PicturesLost, PictureUnchecked, StillDrawing
from bot.services.input_store import InputStore

log = structlog.get_logger(__name__)

MOST_LAPSES = 20
"""A job whose lease ran out so often breaks whoever works on it."""

MOST_ATTEMPTS = 1000
"""Most of a day, with the longest pause between them: what fails for so long fails for this job alone, and may cost each time."""

_GIVE_UP_DELIVERY_AFTER = timedelta(days=1)
"""After so long without a way to post them, pictures wait in the gallery only."""

_GIVE_UP_REVIEW_AFTER = timedelta(minutes=30)
"""After so long without anybody who can judge them, paid pictures are given up."""

_GIVE_UP_RELAXED_REVIEW_AFTER = timedelta(hours=25)
"""So for those that may have waited a day to be drawn."""

_OUT_OF_FILES_PAUSE = timedelta(seconds=10)

_FIRST_STORAGE_PAUSE = timedelta(seconds=10)
_LONGEST_STORAGE_PAUSE = timedelta(minutes=1)

_FIRST_PAUSE = timedelta(seconds=5)
"""Before pictures are posted once more; then as long as they have waited, however often their job was claimed."""

_LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps that a job goes through."""

    preparation: PromptPreparation
    drawing: DrawingStep
    review: PictureReview
    keeping: KeepingStep
    inputs: InputStore
    doubts: DoubtReview
    delivery: Delivery
    refusals: RefusalHandling


class Worker:
    """Works on jobs. After a crash another worker may repeat every step.

    `relaxed_share` says what a picture of the relaxed lane counts for.
    """

    def __init__(
        self,
        *,
        jobs: Jobs,
        engine: Engine,
        steps: Steps,
        queue: AccountQueue,
        observer: Observer,
        clock: Clock,
        lease: timedelta,
        fault_code: Callable[[], str],
        relaxed_share: str,
    ) -> None:
        self._jobs = jobs
        self._engine = engine
        self._steps = steps
        self._queue = queue
        self._observer = observer
        self._clock = clock
        self._lease = lease
        self._fault_code = fault_code
        self._relaxed_share = relaxed_share
        self._running = 0
        self._is_draining = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def work(self, job_id: JobId) -> None:
        """Claim the job and carry it on. Raises nothing but a cancellation, on which the job is released."""
        if self._is_draining:
            return
        self._running += 1
        self._idle.clear()
        try:
            await self._claim_and_run(job_id)
        except EaselError as error:
            log.warning("job.claim_failed", job=job_id, reason=str(error))
        except Exception:
            log.exception("job.abandoned", job=job_id)
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def drain(self, time_limit: timedelta) -> None:
        """Claim no more, begin no drawing, and wait up to `time_limit` for what runs, and for open drawings until they end."""
        self._is_draining = True
        self._engine.stop_starting()
        self._steps.drawing.stop_new_drawings()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), time_limit.total_seconds())
        # However long: a call without a ticket that is cut off is paid for, and its pictures are lost.
        await self._steps.drawing.wait_for_open_drawings()

    async def _claim_and_run(self, job_id: JobId) -> None:
        job = await self._queue.claim(job_id, self._lease)
        if job is None:
            return
        attempt = structlog.contextvars.bound_contextvars(attempt=job.attempt)
        with log_job(job), attempt, self._observer.watch(Step.ATTEMPT, job):
            is_lost = False
            try:
                async with self._hold_lease(job):
                    await self._run(job)
            except* LeaseLost:
                log.info("job.lease_lost")
                is_lost = True
            except* EaselError as errors:
                log.warning("job.left", reason=str(errors.exceptions))
            # Lost by a cancel, perhaps: its end is shown once more, in case a late progress of ours covered it.
            if is_lost:
                await self._steps.delivery.notify_end(job.id)

    @contextlib.asynccontextmanager
    async def _hold_lease(self, job: Job) -> AsyncIterator[None]:
        """Renew the lease while the body runs; losing it cancels the body and raises `LeaseLost` in a group."""
        async with asyncio.TaskGroup() as group:
            renewal = group.create_task(self._renew_lease(job))
            yield
            renewal.cancel()

    async def _renew_lease(self, job: Job) -> None:
        while True:
            # Two renewals may fail before the lease runs out.
            await asyncio.sleep(self._lease.total_seconds() / 3)
            try:
                await self._jobs.renew(job.id, job.attempt, self._lease)
            except StorageFailed as error:
                log.warning("job.renewal_failed", reason=str(error))

    async def _run(self, job: Job) -> None:
        try:
            if job.state is JobState.KEPT or await self._bring_to_kept(job):
                await self._deliver(job)
        except WaitsForProvider as error:
            log.info("job.waits_for_provider", provider=error.provider)
            await self._show_waiting(job, error)
        except StillDrawing as error:
            await self._leave_drawing(job, error)
        except asyncio.CancelledError:
            await self._release_now(job)
            raise

    async def _bring_to_kept(self, job: Job) -> bool:
        """Bring the job to `KEPT`; return False when it ended before, or has to wait. A boundary: other errors end the job."""
        try:
            self._check_attempts(job)
            async with self._steps.delivery.progress(job) as show:
                await self._draw_and_keep(await self._prepare_prompt(job, show), show)
        except (LeaseLost, WaitsForProvider, StillDrawing):
            raise
        except Stopping:
            await self._release_now(job)
            await self._publish(job, self._clock.now())
        except PromptRefused as error:
            self._observer.note(WishRefused(job.place.platform, error))
            await self._end(job, await self._steps.refusals.ending(error, job), error)
        except EaselError as error:
            pause = self._pause_after(error, job)
            if pause is None:
                await self._end(job, Ending(JobState.FAILED, error.kind, error.user_text), error)
            else:
                await self._postpone(job, pause, error)
        except Exception as error:
            if is_out_of_files(error):
                await self._postpone(job, _OUT_OF_FILES_PAUSE, error)
                return False
            fault = InternalError(self._fault_code())
            log.exception("job.broke", fault=fault.code)
            await self._end(job, Ending(JobState.FAILED, fault.kind, fault.user_text), fault)
        else:
            await self._queue.publish_next(job.id)
            return True
        return False

    def _pause_after(self, error: EaselError, job: Job) -> timedelta | None:
        """Return the pause after which the job goes on; None where the error ends it."""
        waited = self._clock.now() - (job.started_at or job.created_at)
        is_early = waited < (_GIVE_UP_RELAXED_REVIEW_AFTER if job.wish.lane is Lane.RELAXED else _GIVE_UP_REVIEW_AFTER)
        if isinstance(error, StorageFailed) or (isinstance(error, PictureUnchecked) and is_early):
            return min(_LONGEST_STORAGE_PAUSE, _FIRST_STORAGE_PAUSE * job.attempt)
        if is_out_of_files(error) and not isinstance(error, OutcomeUnknown):
            return _OUT_OF_FILES_PAUSE
        return None

    def _check_attempts(self, job: Job) -> None:
        """Raise for a job that kills its workers; waiting for a storage, or for another machine, does not count."""
        if job.lapses >= MOST_LAPSES or job.attempt > MOST_ATTEMPTS:
            raise InternalError(self._fault_code())

    async def _prepare_prompt(self, job: Job, show: ShowProgress) -> Job:
        if job.prepared_prompt is not None:
            return job
        show(waiting_posts.finding_words(job))
        with self._observer.watch(Step.WORDS, job):
            return await self._steps.preparation.prepare(job)

    async def _draw_and_keep(self, job: Job, show: ShowProgress) -> None:
        async def on_progress(progress: Progress) -> None:
            show(waiting_posts.build_working_post(job, "Drawing", progress))

        def on_trouble() -> None:
            show(waiting_posts.build_working_post(job, "Drawn, and waiting for the storage to come back"))

        if job.wish.lane is Lane.FAST:
            show(waiting_posts.build_working_post(job, "Drawing"))
        drawn = await self._steps.drawing.draw(job, on_progress, on_trouble)
        drawings = await self._steps.review.review(job, drawn, on_trouble)
        with self._observer.watch(Step.KEEPING, job):
            await self._steps.keeping.keep(job, drawings, on_trouble)
        log.info("job.kept", pictures=sum(len(drawing.files) for drawing in drawings))

    async def _show_waiting(self, job: Job, error: WaitsForProvider) -> None:
        """Show that the job waits, also where its message was not there yet when it was refused."""
        with contextlib.suppress(StorageFailed):
            position = await self._jobs.queue_position(job)
            limits = await self._steps.drawing.call_limits(error.provider)
            await self._steps.delivery.show_waiting(job, waiting_posts.waiting_for_provider(job, position, limits, error.wait))

    async def _deliver(self, job: Job) -> None:
        """Show the pictures and finish. A boundary: they are paid for, so whatever breaks is tried again for a day."""
        try:
            with self._observer.watch(Step.DELIVERY, job):
                await self._steps.doubts.open_cases(job)
                await self._steps.delivery.show_pictures(job)
        except MessageGone as error:
            log.info("job.undeliverable", reason=str(error))
        except Exception as error:
            log.warning("job.undelivered", reason=str(error), exc_info=not isinstance(error, EaselError))
            now = self._clock.now()
            tried_for = now - (job.kept_at or now)
            if tried_for < _GIVE_UP_DELIVERY_AFTER:
                asked = error.retry_after if isinstance(error, SurfaceFailed) else None
                return await self._postpone(job, asked or min(_LONGEST_PAUSE, max(_FIRST_PAUSE, tried_for)), error)
        # Only now: after a crash before this line the job is still `KEPT`, and is delivered again, not drawn again.
        ending = Ending(JobState.DONE)
        await self._jobs.finish(job.id, job.attempt, ending)
        self._observer.note(JobEnded(job, ending))
        log.info("job.done")
        return None

    async def _end(self, job: Job, ending: Ending, error: Exception) -> None:
        """End the job, then show why."""
        with log_fault(error):
            log.warning("job.ended", state=ending.state, kind=ending.kind, reason=str(error))
            # Money first: this transaction gives the hold back. After a crash behind it recovery shows the end.
            await self._jobs.finish(job.id, job.attempt, ending)
            self._observer.note(JobEnded(job, ending))
            await self._queue.publish_next(job.id)
            await self._steps.delivery.notify_end(job.id)
        if isinstance(error, PicturesLost | PictureUnchecked | PromptRefused):
            await self._steps.keeping.discard(job)
        if isinstance(error, InputRefused):
            await self._steps.inputs.discard(job.id)

    async def _postpone(self, job: Job, pause: timedelta, error: Exception) -> None:
        """Release the job as it stands, and come back to it."""
        log.warning("job.postponed", seconds=pause.total_seconds(), reason=str(error))
        await self._come_back(job, pause)

    async def _leave_drawing(self, job: Job, error: StillDrawing) -> None:
        """Come back later to a drawing that takes hours; meanwhile it holds no slot, and others of its account go on."""
        log.info("job.still_drawing", provider=error.provider, seconds=error.pause.total_seconds())
        await self._come_back(job, error.pause)
        if error.is_new:
            await self._steps.delivery.show_waiting(
                job, waiting_posts.build_relaxed_post(job, self._relaxed_share), JobState.RUNNING
            )

    async def _come_back(self, job: Job, pause: timedelta) -> None:
        not_before = self._clock.now() + pause
        # Before it is published: a worker cannot claim a job whose lease still runs.
        await self._jobs.release(job.id, job.attempt, not_before)
        await self._publish(job, not_before)
        await self._queue.publish_next(job.id)

    async def _publish(self, job: Job, not_before: datetime) -> None:
        """Publish the job again, for any process; where that fails, recovery does."""
        try:
            await self._engine.publish(job.id, tier=job.tier, not_before=not_before)
        except StorageFailed as unreachable:
            log.warning("job.unpublished", reason=str(unreachable))

    async def _release_now(self, job: Job) -> None:
        """Release the job on the way out, so that nobody has to wait for the lease to run out."""
        with contextlib.suppress(EaselError):
            await self._jobs.release(job.id, job.attempt, self._clock.now())
