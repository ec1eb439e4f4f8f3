"""A picture of ours changed by words: `/edit`, and the Edit button."""

import re
from dataclasses import dataclass, replace
from typing import Annotated

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.domain.chat import Form
from bot.domain.inputs import MOST_INPUTS, BroughtPicture, InputRole, name_reference
from bot.domain.options import Number, PictureFile, Text
from bot.domain.pictures import Picture
from bot.domain.prompt_text import LONGEST_PROMPT
from bot.domain.wishes import Draft
from bot.errors import BadInput
from bot.pipeline.studio import Studio
from bot.pipeline.turning import Turning
from bot.ports.surfaces import Call
from bot.services.picture_bases import PictureBases
from bot.services.picture_lookup import LONGEST_LINK, FoundPictures
from bot.text import pluralize

_UNDO = re.compile(
    r"(?:please\s+)?(?:undo|revert|(?:go )?back|deshaz|deshacer|annuler?|rückgängig|zurück)(?:\s+(?:that|this|it|machen))?[.!]*",
    re.IGNORECASE,
)
"""What goes back instead of being drawn."""


REFERENCE_FIELDS = ("prompt", "shape", "count")
"""What is asked for where a picture is to be drawn from."""


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
    """Build `/edit`. Words such as “undo that” go back to what the picture was changed from, and draw nothing.

    An edit keeps the picture's quality and shape.
    """

    async def run(call: Call, args: EditArgs) -> None:
        account = await studio.account(call.person)
        found = await (
            bases.newest(account.id, call.place) if args.link is None else bases.find(args.link, account.id, call.place)
        )
        if _UNDO.fullmatch(args.words.strip()):
            await turning.back(found.job, call, found.holder or await turning.find_pressed(call) or found.job)
            return
        picture = _choose(found, args.number)
        if any(one.kept_of for one in args.picture):
            raise BadInput("For picture, please attach a picture where files can be attached. Nothing was counted.")
        named = await bases.bring_named(args.picture, account.id, call.place)
        beside = (replace(one, role=InputRole.REFERENCE) for one in named)
        pictures = (await bases.bring(picture), *beside)
        await studio.accept(Draft(prompt=args.words, quality=found.job.wish.quality, picture=pictures), call)

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
        pictures = (await bases.find(args.job, account.id, call.place)).pictures
        if len(pictures) > 1:
            await call.ask(Form("edit", {"link": args.job}, shown=("words", "number")))
        else:
            await call.ask(Form("edit", {"link": pictures[0].id}, shown=("words",)))

    return Command("ask_edit", "Change it with words", JobArgs, run, is_typed=False, opens_form=True, is_for_one_picture=True)


def use_reference(studio: Studio, bases: PictureBases) -> Command[JobArgs]:
    """Build an entry of a message's menu: a form for something to be drawn from the message's picture."""

    async def run(call: Call, args: JobArgs) -> None:
        account = await studio.account(call.person)
        found = await bases.find(args.job, account.id, call.place)
        await call.ask(Form("imagine", {"picture": name_reference(found.pictures[0].id)}, shown=REFERENCE_FIELDS))

    return Command(
        "use_reference", "Draw something from it", JobArgs, run, is_typed=False, opens_form=True, is_for_one_picture=True
    )


def _choose(found: FoundPictures, number: int | None) -> Picture:
    """Return one of the pictures; the first where none is named."""
    chosen, there = (number or 1) - 1, len(found.pictures)
    if chosen >= there:
        raise BadInput(f"There {'is' if there == 1 else 'are'} only {pluralize(there, 'picture')} there. Nothing was counted.")
    return found.pictures[chosen]
