"""A picture of ours changed by words: `/edit`, and the Edit button."""

import re
from dataclasses import dataclass, replace
from typing import Annotated

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.domain.chat import Form
from bot.domain.images import Picture
from bot.domain.inputs import MOST_INPUTS, BroughtPicture, InputRole
from bot.domain.jobs import Draft, Job
from bot.domain.options import Number, PictureFile, Text
from bot.domain.prompt_text import LONGEST_PROMPT
from bot.errors import BadInput
from bot.pipeline.studio import Studio
from bot.pipeline.turning import Turning
from bot.ports.surfaces import Call
from bot.services.picture_bases import PictureBases
from bot.services.picture_lookup import LONGEST_LINK
from bot.text import pluralize

_UNDO = re.compile(
    r"(?:please\s+)?(?:undo|revert|(?:go )?back|deshaz|deshacer|annuler?|rückgängig|zurück)(?:\s+(?:that|this|it|machen))?[.!]*",
    re.IGNORECASE,
)
"""What goes back instead of being drawn."""


@dataclass(frozen=True, slots=True)
class EditArgs:
    """What `/edit` takes."""

    words: Annotated[str, Text("What to change, in any language", longest=LONGEST_PROMPT)]
    link: Annotated[
        str | None, Text("Link of the picture, or of the message that shows it; usually your newest here", longest=LONGEST_LINK)
    ] = None
    number: Annotated[int | None, Number("Which of its pictures, if there are several", least=1, most=4)] = None
    picture: Annotated[
        tuple[BroughtPicture, ...], PictureFile("Another picture, to draw from beside it", most=MOST_INPUTS - 1)
    ] = ()


def edit(studio: Studio, bases: PictureBases, turning: Turning) -> Command[EditArgs]:
    """Build `/edit`. Words such as “undo that” go back to what the picture was changed from, and draw nothing."""

    async def run(call: Call, args: EditArgs) -> None:
        picture, holder = await _find_base(args, call, studio=studio, bases=bases, turning=turning)
        if _UNDO.fullmatch(args.words.strip()):
            await turning.back(await studio.find(picture.job), call, holder)
            return
        beside = (replace(one, role=InputRole.REFERENCE) for one in args.picture)
        await studio.accept(Draft(prompt=args.words, picture=(await bases.bring(picture), *beside)), call)

    return Command(
        "edit",
        "Change a picture with words",
        EditArgs,
        run,
        example="/edit make it night",
        answers_in_public=True,
    )


def ask_edit(studio: Studio, bases: PictureBases) -> Command[JobArgs]:
    """Build the Edit button: a form for the words, and for which picture of a set they are about."""

    async def run(call: Call, args: JobArgs) -> None:
        account = await studio.account(call.person)
        found = await bases.find(args.job, account.id, call.place)
        if len(found) > 1:
            await call.ask(Form("edit", {"link": args.job}, shown=("words", "number")))
        else:
            await call.ask(Form("edit", {"link": found[0].id}, shown=("words",)))

    return Command("ask_edit", "Change it with words", JobArgs, run, is_typed=False, opens_form=True)


async def _find_base(args: EditArgs, call: Call, *, studio: Studio, bases: PictureBases, turning: Turning) -> tuple[Picture, Job]:
    """Return the picture that is to be changed, and the job whose message shows it.

    Without a link that is the newest, or what its message was turned to. Raises as `PictureBases` does.
    """
    account = await studio.account(call.person)
    if args.link is None:
        newest = await bases.newest(account.id, call.place)
        holder = await studio.find(newest.job)
        shown = await turning.shown_in(holder)
        found = (newest,) if shown.id == holder.id else await bases.find(shown.id, account.id, call.place)
        return found[0], holder
    found = await bases.find(args.link, account.id, call.place)
    chosen = (args.number or 1) - 1
    if chosen >= len(found):
        raise BadInput(
            f"There {'is' if len(found) == 1 else 'are'} only {pluralize(len(found), 'picture')} there. Nothing was counted."
        )
    return found[chosen], await turning.pressed(call) or await studio.find(found[chosen].job)
