"""Commands for one's own jobs and pictures: cancel, delete, bring back, look again."""

from dataclasses import dataclass

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.domain.chat import Details, Post
from bot.domain.jobs import JobId
from bot.errors import BadInput, Conflict
from bot.pipeline import posts
from bot.pipeline.deletion import delete_pictures
from bot.pipeline.delivery import Delivery
from bot.pipeline.studio import Studio
from bot.ports.removals import SentMessages
from bot.ports.surfaces import Call
from bot.services.gallery import Gallery
from bot.services.picture_links import PictureLinks

_MOST_SHOWN = 10
"""Pictures that `/gallery` shows; no platform takes more than ten in a message."""


def cancel(studio: Studio, delivery: Delivery) -> Command[JobArgs]:
    """Build the Cancel button."""

    async def run(call: Call, args: JobArgs) -> None:
        job = await studio.find_own(args.job, call)
        await studio.cancel(job)
        await delivery.notify_end(job.id)

    return Command(
        "cancel",
        "Stop drawing; what is being drawn already is counted",
        JobArgs,
        run,
        is_typed=False,
        is_for_author=True,
    )


def delete(studio: Studio, gallery: Gallery, delivery: Delivery) -> Command[JobArgs]:
    """Build the Delete button."""

    async def run(call: Call, args: JobArgs) -> None:
        job = await studio.find_own(args.job, call)
        if not await delete_pictures(job, gallery=gallery, delivery=delivery):
            await call.whisper(Post("The pictures are deleted, but the message here could not be changed; please try again."))

    return Command("delete", "Delete the pictures", JobArgs, run, is_typed=False, is_for_author=True)


def undelete(studio: Studio, gallery: Gallery, delivery: Delivery) -> Command[JobArgs]:
    """Build the Undo button that follows a deletion."""

    async def run(call: Call, args: JobArgs) -> None:
        job = await studio.find_own(args.job, call)
        if not await gallery.restore(job.id) and not await gallery.visible(job.id):
            if await gallery.taken_down(job.id):
                raise Conflict("These pictures were taken down by a moderator, so they cannot be brought back here.")
            raise BadInput("It is too late to bring that back; the pictures are deleted for good.")
        await delivery.show_pictures(job)

    return Command("undelete", "Bring deleted pictures back", JobArgs, run, is_typed=False, is_for_author=True)


@dataclass(frozen=True, slots=True)
class GalleryArgs:
    """`/gallery` takes nothing."""


def show_gallery(studio: Studio, gallery: Gallery, links: PictureLinks, sent_messages: SentMessages) -> Command[GalleryArgs]:
    """Build `/gallery`."""

    async def run(call: Call, args: GalleryArgs) -> None:  # noqa: ARG001 - every command is called alike
        account = await studio.account(call.person)
        pictures = await gallery.latest(account.id, _MOST_SHOWN)
        taken_down = await gallery.latest_taken_down(account.id, _MOST_SHOWN)
        tombstones = [posts.tombstone(await studio.find(removal.job), removal) for removal in taken_down]
        details = (Details("Taken down", "\n".join(tombstones)),) if tombstones else ()
        if not pictures:
            nothing = "No picture of yours can be seen now." if details else "You have no pictures yet."
            await call.whisper(Post(f"{nothing} Type /imagine and say what you would like to see.", details=details))
            return
        shown = [posts.post_picture(await studio.find(picture.job), picture, links) for picture in pictures]
        post = Post(f"Your newest pictures ({len(shown)}):", pictures=tuple(shown), details=details, links=posts.originals(shown))
        message = await call.whisper(post)
        if message is not None:
            for job in dict.fromkeys(JobId(picture.job) for picture in pictures):
                await sent_messages.add(job, message)

    return Command("gallery", "See your newest pictures again, wherever you asked for them", GalleryArgs, run)
