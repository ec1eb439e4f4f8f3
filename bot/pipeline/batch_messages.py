"""The one message of a batch: how far it is, and in the end what came of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.domain.batches import Batch, number_in_batch
from bot.domain.chat import MessageRef, Post
from bot.domain.jobs import BatchId, DrawingState, Job
from bot.domain.people import Platform
from bot.errors import EaselError, MessageGone, SurfaceFailed
from bot.pipeline import batch_posts, posts
from bot.pipeline.batch_posts import BatchPictures
from bot.pipeline.delivery import PROMISE_LIFETIME
from bot.pipeline.retries import retry_delivery
from bot.ports.batches import Batches
from bot.ports.clock import Clock
from bot.ports.jobs import Jobs
from bot.ports.rate_limiter import Locks
from bot.ports.removals import SentMessages
from bot.ports.surfaces import Surface
from bot.services.contact_sheets import ContactSheets, sheet_id
from bot.services.gallery import Gallery
from bot.services.picture_links import PictureLinks

log = structlog.get_logger(__name__)

_PAUSE = timedelta(seconds=2)
"""Between two looks: what is done meanwhile is one change of the message."""

_MOST_NOTES = 3
_MOST_NOTED = 4
"""Jobs that are asked who drew: the others say the same."""


class BatchMessages:
    """Keeps the messages of batches as their jobs stand. Each is read and changed under a lock, so that the newest is shown."""

    def __init__(
        self,
        *,
        batches: Batches,
        jobs: Jobs,
        gallery: Gallery,
        sheets: ContactSheets,
        links: PictureLinks,
        sent_messages: SentMessages,
        surfaces: Mapping[Platform, Surface],
        locks: Locks,
        clock: Clock,
    ) -> None:
        self._batches = batches
        self._jobs = jobs
        self._gallery = gallery
        self._sheets = sheets
        self._links = links
        self._sent_messages = sent_messages
        self._surfaces = surfaces
        self._locks = locks
        self._clock = clock
        self._changed: dict[BatchId, None] = {}
        self._is_changed = asyncio.Event()

    @property
    def platforms(self) -> frozenset[Platform]:
        """Return the platforms whose batches this process can show."""
        return frozenset(self._surfaces)

    def show_soon(self, batch: BatchId) -> None:
        """Have a batch shown as it stands by then."""
        self._changed[batch] = None
        self._is_changed.set()

    async def run(self) -> None:
        """Show what changes in this process, until cancelled."""
        while True:
            await self._is_changed.wait()
            self._is_changed.clear()
            changed, self._changed = tuple(self._changed), {}
            for batch in changed:
                await self.show_safely(batch)
            await asyncio.sleep(_PAUSE.total_seconds())

    async def show_safely(self, batch: BatchId) -> None:
        """Show a batch as it stands. A boundary: what cannot be shown now, the sweep shows later."""
        try:
            await self.show(batch)
        except EaselError as error:
            log.warning("batch.not_shown", batch=batch, reason=str(error))
        except Exception:
            log.exception("batch.not_shown", batch=batch)

    async def show(self, id_: BatchId) -> None:
        """Change a batch's message, and note when all of it is told.

        Raises:
            MessageGone: Its place is gone, and so is its author's.
            SurfaceFailed: The platform does not take it now.
            StorageFailed: The record is away.
        """
        async with self._locks.lock(f"batch:{id_}"):
            batch = await self._batches.get(id_)
            if batch is None or batch.message is None or self._is_promised(batch):
                return
            jobs = await self._batches.jobs(id_)
            if not batch_posts.is_over(batch, jobs):
                await self._say(batch, batch_posts.build_progress_post(batch, jobs))
                return
            # First, so that whoever takes a picture down finds it in the message as soon as it is there.
            await self._note_shown(batch.message, jobs)
            message = await self._say(batch, await self._build_finished_post(batch, jobs))
            if message != batch.message:
                await self._note_shown(message, jobs)
            await self._batches.mark_notified(id_, self._clock.now())

    async def _note_shown(self, message: MessageRef, jobs: tuple[Job, ...]) -> None:
        """Record it as a message of all of the batch's jobs: it has the words of those that were not drawn, too."""
        if message.is_posted:
            for job in jobs:
                await self._sent_messages.add(job.id, message)

    async def retract(self, batch: BatchId, message: MessageRef, *, deletes: bool = False) -> bool:
        """Show the batch without its sheet, which shows what is hidden now; return False where the message is another one."""
        async with self._locks.lock(f"batch:{batch}"):
            found = await self._batches.get(batch)
            surface = self._surfaces.get(message.place.platform)
            if found is None or found.message is None or (message.place, message.id) != (found.message.place, found.message.id):
                return False
            if surface is None:
                raise SurfaceFailed(message.place.platform, "not served by this process")
            jobs = await self._batches.jobs(batch)
            post = _name_asker(message, replace(await self._build_finished_post(found, jobs), sheet=None), found)
            gone = {sheet_id(batch)}.union(*[await self._gallery.out_of_sight(job.id) for job in jobs])
            await retry_delivery(lambda: surface.retract(message, post, gone))
            if deletes and not post.pictures:
                await retry_delivery(lambda: surface.delete(message))
        return True

    def _is_promised(self, batch: Batch) -> bool:
        """Whether whoever confirmed the batch is about to post its message."""
        message, since = batch.message, batch.confirmed_at
        return bool(message and message.is_promised and since and self._clock.now() - since < PROMISE_LIFETIME)

    async def _build_finished_post(self, batch: Batch, jobs: tuple[Job, ...]) -> Post:
        kept = [(job, picture) for job in jobs for picture in await self._gallery.visible(job.id)]
        shown = tuple(posts.post_picture(job, picture, self._links) for job, picture in kept)
        of_jobs = tuple(job for job, _ in kept)
        sheet = (
            await self._sheets.draw(batch.id, [(number_in_batch(job.key), picture) for job, picture in kept])
            if len(kept) > 1
            else None
        )
        return batch_posts.build_finished_post(batch, jobs, BatchPictures(shown, of_jobs, sheet, await self._notes(jobs)))

    async def _notes(self, jobs: tuple[Job, ...]) -> tuple[str, ...]:
        """Return who drew: each once, however many pictures there are."""
        found: dict[str, None] = {}
        for job in [job for job in jobs if batch_posts.is_drawn(job)][:_MOST_NOTED]:
            drawn = [one for one in await self._jobs.drawings(job.id) if one.state is DrawingState.DRAWN]
            found |= dict.fromkeys(note for one in drawn for note in one.notes)
        return tuple(found)[:_MOST_NOTES]

    async def _say(self, batch: Batch, post: Post) -> MessageRef:
        """Change the message; where it is gone post another one, and where its place is gone send it to the author alone."""
        surface, message = self._surfaces.get(batch.place.platform), batch.message
        if surface is None or message is None:
            raise MessageGone(batch.place.platform, "not served by this process")
        if not message.is_posted:
            promised = message
            message = await retry_delivery(lambda: surface.find(promised))
        if message is not None:
            try:
                known = message
                await retry_delivery(lambda: surface.update(known, _name_asker(known, post, batch)))
            except MessageGone:
                log.info("message.gone", batch=batch.id)
            else:
                await self._attach(batch, known)
                return known
        return await self._post_anew(batch, surface, post)

    async def _post_anew(self, batch: Batch, surface: Surface, post: Post) -> MessageRef:
        was = batch.message.id if batch.message is not None and batch.message.is_posted else ""
        named = posts.name_asker(post, batch.author)
        try:
            posted = await retry_delivery(lambda: surface.post(batch.place, named, key=f"batch:{batch.id}:{was}"))
            message = replace(posted, names_asker=True)
        except MessageGone:
            log.info("place.gone", batch=batch.id)
            place = await retry_delivery(lambda: surface.direct(batch.author.identity))
            message = await retry_delivery(lambda: surface.post(place, post, key=f"batch:{batch.id}:direct"))
        await self._attach(batch, message)
        # The same key may have said it before, as it stood then.
        await retry_delivery(lambda: surface.update(message, _name_asker(message, post, batch)))
        return message

    async def _attach(self, batch: Batch, message: MessageRef) -> None:
        if message != batch.message:
            await self._batches.attach(batch.id, message)


def _name_asker(message: MessageRef, post: Post, batch: Batch) -> Post:
    return posts.name_asker(post, batch.author) if message.names_asker else post
