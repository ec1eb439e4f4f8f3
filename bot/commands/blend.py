"""`/blend`: several pictures made into one."""

from dataclasses import dataclass, replace
from typing import Annotated

from bot.commands.spec import Command
from bot.domain.inputs import BroughtPicture, InputRole
from bot.domain.options import PictureFile, Text
from bot.domain.prompt_text import LONGEST_PROMPT
from bot.domain.wishes import Draft
from bot.errors import BadInput
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call

_LEAST, _MOST = 2, 5
_USUAL_WORDS = "Blend these pictures into one: their subjects together, in one scene, style and light."


@dataclass(frozen=True, slots=True)
class BlendArgs:
    """What `/blend` takes."""

    words: Annotated[str, Text("What the new picture should be; else all of them together", longest=LONGEST_PROMPT)] = ""
    picture: Annotated[tuple[BroughtPicture, ...], PictureFile("Two to five pictures to blend", most=_MOST)] = ()


def blend(studio: Studio) -> Command[BlendArgs]:
    """Build `/blend`."""

    async def run(call: Call, args: BlendArgs) -> None:
        if len(args.picture) < _LEAST:
            raise BadInput("Please attach two to five pictures to /blend. Nothing was counted.")
        pictures = tuple(replace(one, role=InputRole.REFERENCE) for one in args.picture)
        await studio.accept(Draft(prompt=args.words.strip() or _USUAL_WORDS, picture=pictures), call)

    return Command(
        "blend",
        "Make one picture out of several",
        BlendArgs,
        run,
        example="/blend as one family portrait",
        answers_in_public=True,
    )
