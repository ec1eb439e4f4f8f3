"""A picture of ours changed by words: `/edit`, and the Edit button."""

from dataclasses import dataclass, replace
from typing import Annotated

from bot.commands.redraw import JobArgs
from bot.commands.spec import Command
from bot.domain.chat import Form
from bot.domain.images import Picture
from bot.domain.inputs import MOST_INPUTS, BroughtPicture, InputRole
from bot.domain.jobs import Draft
from bot.domain.options import Number, PictureFile, Text
from bot.domain.prompt_text import LONGEST_PROMPT
from bot.errors import BadInput
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call
from bot.services.picture_bases import PictureBases
from bot.services.picture_lookup import LONGEST_LINK
from bot.text import pluralize


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


def edit(studio: Studio, bases: PictureBases) -> Command[EditArgs]:
    """Build `/edit`."""

    async def run(call: Call, args: EditArgs) -> None:
        picture = await find_base(args.link, args.number, call, studio=studio, bases=bases)
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


async def find_base(link: str | None, number: int | None, call: Call, *, studio: Studio, bases: PictureBases) -> Picture:
    """Return the picture that is to be changed; raises as `PictureBases.find` and `PictureBases.newest` do."""
    account = await studio.account(call.person)
    if link is None:
        return await bases.newest(account.id, call.place)
    found = await bases.find(link, account.id, call.place)
    chosen = (number or 1) - 1
    if chosen >= len(found):
        raise BadInput(
            f"There {'is' if len(found) == 1 else 'are'} only {pluralize(len(found), 'picture')} there. Nothing was counted."
        )
    return found[chosen]
