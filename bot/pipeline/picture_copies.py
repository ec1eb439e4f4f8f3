"""Messages that show a job's pictures beside its own: sent, shown again, turned to them; and what is taken out of any message."""

import contextlib
from collections.abc import Mapping
from dataclasses import replace

import structlog

from bot.domain.chat import MessageRef, Post
from bot.domain.jobs import Job, JobId
from bot.domain.people import Identity, Platform
from bot.domain.pictures import Picture
from bot.domain.removals import Removal
from bot.errors import EaselError, SurfaceFailed
from bot.pipeline import posts
from bot.pipeline.job_posts import JobPosts
from bot.pipeline.retries import retry_delivery
from bot.ports.batches import BatchShower
from bot.ports.jobs import Jobs
from bot.ports.removals import SentMessages
from bot.ports.surfaces import Call, Surface
from bot.services.gallery import Gallery

log = structlog.get_logger(__name__)


class PictureCopies:
    """Shows pictures in further messages, which are recorded first, and removes pictures from every message."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        job_posts: JobPosts,
        gallery: Gallery,
        sent_messages: SentMessages,
        surfaces: Mapping[Platform, Surface],
        batches: BatchShower,
    ) -> None:
        self._jobs = jobs
        self._job_posts = job_posts
        self._gallery = gallery
        self._sent_messages = sent_messages
        self._surfaces = surfaces
        self._batches = batches

    async def show_again(self, job: Job, pictures: tuple[Picture, ...], call: Call) -> None:
        """Answer a call with pictures of a job and its buttons, which are shown there as well from then on.

        Raises:
            SurfaceFailed: The platform does not take it now.
            StorageFailed: It could not be noted, so nothing is shown.
        """
        post = posts.name_asker(await self._job_posts.build_finished(job, pictures), job.author)
        await self._show_noted(job, await call.answer(posts.build_coming_post(), key=f"show:{call.key}"), post)

    async def send(self, job: Job, person: Identity, *, key: str) -> None:
        """Send the job's pictures to one person alone; the same `key` again is the same message.

        A person who did not ask for them gets none of the buttons that only the owner may press.

        Raises:
            MessageGone: They cannot be reached.
            SurfaceFailed: The platform does not accept it now.
            StorageFailed: It could not be recorded, so nothing is shown.
        """
        surface = self._surface(person.platform)
        post = await self._job_posts.build_finished(job, await self._gallery.visible(job.id))
        if person != job.author.identity:
            post = replace(post, buttons=tuple(one for one in post.buttons if not one.is_dangerous))
        place = await retry_delivery(lambda: surface.direct(person))
        await self._show_noted(job, await retry_delivery(lambda: surface.post(place, posts.build_coming_post(), key=key)), post)

    async def _show_noted(self, job: Job, message: MessageRef, post: Post) -> None:
        """Record a message as one of the job's, and only then show pictures in it.

        It goes again where that fails, and shows no picture that was taken down meanwhile.
        """
        try:
            await self._sent_messages.add(job.id, message)
            await self._update(message, post)
        except EaselError:
            with contextlib.suppress(SurfaceFailed):
                await self.delete(message)
            raise
        gone = await self._gallery.out_of_sight(job.id)
        if any(one.picture in gone for one in post.pictures):
            await self.retract(job, message)

    async def show_where_turned(self, job: Job, post: Post) -> None:
        """Update messages of other jobs that were turned to this one; what fails there is shown with the next turn."""
        for message in await self._sent_messages.of_job(job.id):
            if await self._sent_messages.find_turned_to(*_where(message)) == job.id:
                try:
                    await self._update(message, post)
                except SurfaceFailed as error:
                    log.info("message.not_turned", job=job.id, reason=str(error))

    async def turn(self, job: Job, message: MessageRef, own: Job) -> None:
        """Show a job's pictures in the message of another one, or again in its own; raises as `show_pictures` does."""
        post, before = await self._job_posts.build_current(job), await self._sent_messages.find_turned_to(*_where(message))
        if message.names_asker or job.author.identity != own.author.identity:
            post = posts.name_asker(post, job.author)
        await self._note_turned(message, None if job.id == own.id else job.id)
        try:
            await self._update(message, post)
        except SurfaceFailed:
            await self._note_turned(message, before)
            raise

    async def _note_turned(self, message: MessageRef, job: JobId | None) -> None:
        """Record what a message is turned to before it shows that."""
        if job is None:
            await self._sent_messages.turn_back(message)
        else:
            await self._sent_messages.turn(job, message)

    async def post_privately(self, job: Job) -> Post:
        """Return a job's pictures as one person alone is shown them."""
        return posts.name_asker(await self._job_posts.build_finished(job, await self._gallery.visible(job.id)), job.author)

    async def retract(self, job: Job, message: MessageRef, *, deletes: bool = False) -> None:
        """Have a message that shows the job's pictures show only those that may be seen; with none left, `deletes` deletes it.

        Raises:
            MessageOutOfReach: It stays as it was.
            MessageGone: It is not there any more.
            SurfaceFailed: The platform does not accept it now.
        """
        surface = self._surface(message.place.platform)
        whose, has_buttons = await self._shown_job(job, message)
        gone, post = await self._gallery.out_of_sight(job.id), await self._job_posts.build_current(whose)
        if not has_buttons:
            post = replace(post, buttons=(), more=())
        shown = adapt_to_message(message, post, job)
        await retry_delivery(lambda: surface.retract(message, shown, gone))
        if deletes and not shown.pictures:
            await retry_delivery(lambda: surface.delete(message))

    async def retract_batch(self, job: Job, message: MessageRef, *, deletes: bool = False) -> bool:
        """Do the same with the message of the job's batch; raises as `retract` does. Return False where it is another one."""
        return job.batch is not None and await self._batches.retract(job.batch, message, deletes=deletes)

    async def delete(self, message: MessageRef) -> None:
        """Delete a message of ours, whatever else it shows; raises as `retract` does, but for messages that are gone."""
        surface = self._surface(message.place.platform)
        await retry_delivery(lambda: surface.delete(message))

    async def tell_removal(self, job: Job, removal: Removal) -> None:
        """Notify the job's author alone of a decision about a picture; raises as `send` does."""
        author = job.author.identity
        surface = self._surface(author.platform)
        place = await retry_delivery(lambda: surface.direct(author))
        key = f"removal:{removal.picture}:{removal.revision}"
        await retry_delivery(lambda: surface.post(place, posts.removal_notice(job, removal), key=key))

    async def _shown_job(self, job: Job, message: MessageRef) -> tuple[Job, bool]:
        """Return whose pictures a message is to show that showed this job's, and whether it has their buttons.

        One of another job that was turned to this one is turned back.
        """
        turned = await self._sent_messages.find_turned_to(*_where(message))
        own = await self._jobs.by_message(*_where(message))
        if own is not None and turned == job.id:
            await self._sent_messages.turn_back(message)
            return own, True
        shown = own if turned is None else await self._jobs.get(turned)
        return (job, False) if shown is None else (shown, True)

    async def _update(self, message: MessageRef, post: Post) -> None:
        surface = self._surface(message.place.platform)
        await retry_delivery(lambda: surface.update(message, post))

    def _surface(self, platform: Platform) -> Surface:
        return surface_of(self._surfaces, platform)


def surface_of(surfaces: Mapping[Platform, Surface], platform: Platform) -> Surface:
    """Return the surface of a platform.

    Raises:
        SurfaceFailed: This process does not serve it.
    """
    surface = surfaces.get(platform)
    if surface is None:
        raise SurfaceFailed(platform, "not served by this process")
    return surface


def adapt_to_message(message: MessageRef, post: Post, job: Job) -> Post:
    """Return a post as a message of the job shows it: one that stands apart from the command says who asked."""
    return posts.name_asker(post, job.author) if message.names_asker else post


def _where(message: MessageRef) -> tuple[Platform, str, str]:
    """Return what identifies a message."""
    return message.place.platform, message.place.channel, message.id
