"""What the author of a picture can do once it was taken down: ask why."""

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.errors import BadInput
from bot.pipeline import posts
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call
from bot.services.gallery import Gallery


def why(studio: Studio, gallery: Gallery) -> Command[JobArgs]:
    """Build the Why? button under what is left of pictures that were taken down."""

    async def run(call: Call, args: JobArgs) -> None:
        job = await studio.find_own(args.job, call)
        taken_down = await gallery.taken_down(job.id)
        if not taken_down:
            raise BadInput("Nothing of it was taken down, or it was brought back; nothing was changed.")
        await call.whisper(posts.removal_notice(job, taken_down[0]))

    return Command("why", "Say why pictures were taken down", JobArgs, run, is_typed=False, is_for_author=True)
