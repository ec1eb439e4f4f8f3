"""`/edit`: a picture of ours changed by words."""

from dataclasses import dataclass
from typing import Annotated

from bot.commands.spec import Command
from bot.domain.images import Picture
from bot.domain.jobs import Draft
from bot.domain.options import Number, Text
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


def edit(studio: Studio, bases: PictureBases) -> Command[EditArgs]:
    """Build `/edit`."""

    async def run(call: Call, args: EditArgs) -> None:
        picture = await find_base(args.link, args.number, call, studio=studio, bases=bases)
        await studio.accept(Draft(prompt=args.words, picture=(await bases.bring(picture),)), call)

    return Command(
        "edit",
        "Change a picture: your newest here, or one that you name",
        EditArgs,
        run,
        example="/edit make it night",
        answers_in_public=True,
    )


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
