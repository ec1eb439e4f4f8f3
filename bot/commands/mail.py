"""Sends anybody's pictures to the person who asks for them."""

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.errors import BadInput
from bot.pipeline.picture_copies import PictureCopies
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call
from bot.services.gallery import Gallery


def mail(studio: Studio, gallery: Gallery, copies: PictureCopies) -> Command[JobArgs]:
    """Build the command that sends a job's pictures to the person who asks for them."""

    async def run(call: Call, args: JobArgs) -> None:
        job = await studio.find(args.job)
        if not await gallery.visible(job.id):
            raise BadInput("There is no picture to send any more.")
        await copies.send(job, call.person.identity, key=call.key)

    return Command("mail", "Have the pictures sent to you alone", JobArgs, run, is_typed=False)
