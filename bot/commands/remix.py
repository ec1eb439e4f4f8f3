"""The Remix button: other words for what is drawn from the same picture."""

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.commands.which_picture import ask_which
from bot.domain.chat import Form
from bot.domain.inputs import name_reference
from bot.domain.jobs import Job
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call
from bot.services.picture_bases import PictureBases

_KEPT = ("prompt", "shape", "quality", "model")
_SHOWN = ("prompt", "shape", "count")
_TITLE = "Draw from this picture"


def remix(studio: Studio, bases: PictureBases) -> Command[JobArgs]:
    """Build the Remix button: a form with a picture's words; the new words are drawn with the picture as reference.

    Change words draws from words, and from their inputs; Edit changes the picture itself.
    """

    async def run(call: Call, args: JobArgs) -> None:
        account = await studio.account(call.person)
        found = await bases.find(args.job, account.id, call.place)
        if len(found.pictures) > 1:
            await call.whisper(ask_which("remix", found.pictures))
            return
        await call.ask(
            Form("imagine", {**_words(found.job), "picture": name_reference(found.pictures[0].id)}, shown=_SHOWN, title=_TITLE)
        )

    return Command(
        "remix",
        "Draw something else from it, with other words",
        JobArgs,
        run,
        is_typed=False,
        opens_form=True,
        is_for_one_picture=True,
    )


def _words(job: Job) -> dict[str, str]:
    """Return what a picture was asked for with, as far as it is known: another size than its own may be chosen."""
    if job.erased_at is not None:
        return {}
    return {name: value for name, value in job.wish.to_options().items() if name in _KEPT}
