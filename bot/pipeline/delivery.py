"""The last step of a job: its message shows how it ended."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.domain.chat import MessageRef, Post
from bot.domain.jobs import Ending, Job, JobId, JobState
from bot.domain.people import Platform
from bot.errors import EaselError, MessageGone, SurfaceFailed
from bot.pipeline import posts
from bot.pipeline.job_posts import JobPosts
from bot.pipeline.log_context import log_job
from bot.pipeline.picture_copies import PictureCopies, adapt_to_message, surface_of
from bot.pipeline.retries import retry_delivery
from bot.ports.batches import BatchShower
from bot.ports.clock import Clock
from bot.ports.jobs import Jobs
from bot.ports.surfaces import Surface

log = structlog.get_logger(__name__)

PROMISE_LIFETIME = timedelta(seconds=30)
"""How long after its acceptance a job's first message belongs to whoever accepted it. Then delivery looks for it itself."""

ShowProgress = Callable[[Post], None]

_POLL_EVERY = timedelta(seconds=0.2)


class Delivery:
    """Shows jobs on the platforms they came from."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        job_posts: JobPosts,
        copies: PictureCopies,
        surfaces: Mapping[Platform, Surface],
        batches: BatchShower,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._job_posts = job_posts
        self._copies = copies
        self._surfaces = surfaces
        self._batches = batches
        self._clock = clock

    @property
    def platforms(self) -> frozenset[Platform]:
        """Return the platforms whose jobs this process can show."""
        return frozenset(self._surfaces)

    @contextlib.asynccontextmanager
    async def progress(self, job: Job) -> AsyncIterator[ShowProgress]:
        """Yield a function that shows a progress in the job's message, and the newest as soon as the message is there.

        After the body it shows nothing.
        """
        if job.batch is not None:
            yield _show_nothing
            return
        surface = self._surfaces.get(job.place.platform)
        message: MessageRef | None = None
        newest: Post | None = None

        def show(post: Post) -> None:
            nonlocal newest
            newest = post
            if surface is not None and message is not None:
                surface.show_progress(message, adapt_to_message(message, post, job))

        async def find() -> None:
            nonlocal message
            try:
                message = await self._find_message(job)
            except EaselError as error:
                log.info("progress.homeless", reason=str(error))
            if newest is not None:
                show(newest)

        finding = asyncio.create_task(find())
        try:
            yield show
        except asyncio.CancelledError:  # whoever has the job now says what becomes of it, and nothing of ours may cover that
            if surface is not None and message is not None:
                surface.drop_progress(message)
            raise
        finally:
            surface = None
            finding.cancel()
            await asyncio.gather(finding, return_exceptions=True)

    async def show_waiting(self, job: Job, post: Post, state: JobState = JobState.QUEUED) -> None:
        """Show a progress in the message of a job that was put aside in that state, if it still waits once the message is there.

        A failure is logged: the next progress, or the end, is shown all the same.
        """
        if job.batch is not None:
            return
        try:
            message = await self._find_message(job)
            fresh = await self._jobs.get(job.id)
        except EaselError as error:
            log.info("progress.homeless", reason=str(error))
            return
        surface = self._surfaces.get(job.place.platform)
        is_waiting = fresh is not None and fresh.state is state
        if surface is not None and message is not None and is_waiting:
            surface.show_progress(message, adapt_to_message(message, post, job))

    async def show_pictures(self, job: Job) -> None:
        """Put the job's pictures, as far as they may be seen, into its message, or into a new one if it is gone.

        Raises:
            MessageGone: The place is gone too.
            SurfaceFailed: The platform does not take it now.
        """
        # Read anew: pictures may have been hidden or removed since the caller read the job.
        fresh = await self._jobs.get(job.id) or job
        is_new = fresh.state is JobState.KEPT
        post = await self._job_posts.build_current(fresh, says_left=is_new)
        await self._show(fresh, post)
        if not is_new:
            await self._copies.show_where_turned(fresh, post)

    async def show_deleted(self, job: Job) -> None:
        """Show in the job's message that its pictures are deleted; raises as `show_pictures` does."""
        post = await self._job_posts.build_current(job)
        await self._show(job, post)
        await self._copies.show_where_turned(job, post)

    async def notify_end(self, job_id: JobId) -> None:
        """Show in the job's message how it ended, over any progress; if a platform does not accept it, recovery tries again."""
        job = await self._jobs.get(job_id)
        # A stopped job is not over yet: its pictures are delivered, and that message says why there are few.
        if job is None or job.ending is None or job.is_stopped:
            return
        with log_job(job):
            try:
                await self._show_end(job, job.ending)
            except MessageGone as error:
                log.info("job.untellable", reason=str(error))
            except SurfaceFailed as error:
                log.warning("job.unnotified", reason=str(error))
                return
            await self._jobs.mark_notified(job.id)

    async def _show_end(self, job: Job, ending: Ending) -> None:
        if ending.state is not JobState.DONE:
            await self._show(job, posts.build_ended_post(job, ending))
        else:
            await self.show_pictures(job)

    async def _show(self, job: Job, post: Post) -> None:
        """Change the job's message; if it is gone post a new one, and if the place is gone send it to the author alone."""
        if job.batch is not None:
            self._batches.show_soon(job.batch)
            return
        surface, message = self._surface(job.place.platform), await self._find_message(job)
        try:
            if message is None:
                named = posts.name_asker(post, job.author)
                message = replace(await retry_delivery(lambda: surface.post(job.place, named, key=job.id)), names_asker=True)
                # Noted before anything else, so that after a crash this message is changed and no second one is posted.
                await self._jobs.attach(job.id, message)
            await self._update(message, adapt_to_message(message, post, job))
        except MessageGone:
            await self._replace(job, message, post)

    async def _update(self, message: MessageRef, post: Post) -> None:
        surface = self._surface(message.place.platform)
        await retry_delivery(lambda: surface.update(message, post))

    async def _replace(self, job: Job, gone: MessageRef | None, post: Post) -> None:
        """Post a new message at the job's place, or as a direct message if the place is gone as well."""
        log.info("message.gone", job=job.id)
        surface = self._surface(job.place.platform)
        posted = None
        if gone is not None:
            with contextlib.suppress(MessageGone):
                named = posts.name_asker(post, job.author)
                # Another key: under the job's own a platform may answer with the message that is gone.
                posted = await retry_delivery(lambda: surface.post(job.place, named, key=f"{job.id}:{gone.id}"))
                posted = replace(posted, names_asker=True)
        if posted is None:
            log.info("place.gone", job=job.id)
            place = await retry_delivery(lambda: surface.direct(job.author.identity))
            posted = await retry_delivery(lambda: surface.post(place, post, key=f"{job.id}:direct"))
        await self._jobs.attach(job.id, posted)

    async def _wait_for_message(self, job: Job) -> MessageRef | None:
        """Return the reference of the job's message; a promise only if its time is over."""
        message = job.message
        for _ in range(PROMISE_LIFETIME // _POLL_EVERY):
            if message is None or not message.is_promised or self._clock.now() - job.created_at >= PROMISE_LIFETIME:
                break
            await asyncio.sleep(_POLL_EVERY.total_seconds())
            fresh = await self._jobs.get(job.id)
            message = fresh.message if fresh is not None else None
        return message

    async def _find_message(self, job: Job) -> MessageRef | None:
        """Return the job's message once it is posted, or its accepter has had the time to post it; None if there is none."""
        message = await self._wait_for_message(job)
        if message is None or message.is_posted:
            return message
        surface, promised = self._surface(job.place.platform), message
        found = await retry_delivery(lambda: surface.find(promised))
        # It was posted, and its accepter died or gave up before noting that.
        if found is not None:
            await self._jobs.attach(job.id, found)
        return found

    def _surface(self, platform: Platform) -> Surface:
        return surface_of(self._surfaces, platform)


def _show_nothing(post: Post) -> None:
    """Show nothing: the message of the job's batch counts what is done."""
