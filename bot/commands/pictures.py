"""Buttons for one's own jobs and pictures: cancel, delete, undo."""

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.domain.chat import Post
from bot.errors import BadInput, Conflict
from bot.pipeline.deletion import delete_pictures
from bot.pipeline.delivery import Delivery
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call
from bot.services.gallery import Gallery


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
