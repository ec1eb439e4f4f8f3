"""The Vary a little button: the same picture with small differences, drawn from itself."""

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.commands.which_picture import ask_which
from bot.domain.prompt_text import LONGEST_PROMPT
from bot.domain.wishes import Draft
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call
from bot.services.picture_bases import PictureBases
from bot.text import truncate

_SUBTLE = "\nKeep subject, composition, colours and style as in the picture, and vary only small details."
_NO_WORDS = "What is shown"


def vary_subtle(studio: Studio, bases: PictureBases) -> Command[JobArgs]:
    """Build the button; Vary sees the subject another way, and needs no picture for that."""

    async def run(call: Call, args: JobArgs) -> None:
        account = await studio.account(call.person)
        found = await bases.find(args.job, account.id, call.place)
        if len(found.pictures) > 1:
            await call.whisper(ask_which("vary-subtle", found.pictures))
            return
        wish, base = found.job.wish, await bases.bring(found.pictures[0])
        words = wish.prompt.removesuffix(_SUBTLE) if found.job.erased_at is None else _NO_WORDS
        prompt = truncate(words, LONGEST_PROMPT - len(_SUBTLE)) + _SUBTLE
        await studio.accept(Draft(prompt=prompt, quality=wish.quality, picture=(base,)), call)

    return Command(
        "vary-subtle", "Draw the same picture with small differences", JobArgs, run, is_typed=False, is_for_one_picture=True
    )
