"""`/imagine`: a picture from words."""

from dataclasses import dataclass
from typing import Annotated

from bot.commands.options import Number, Pick, Pixels, Text
from bot.commands.spec import Command
from bot.domain.images import Quality, Shape, Size
from bot.domain.jobs import Rewriting, Wish
from bot.domain.words import LONGEST_PROMPT
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call


@dataclass(frozen=True, slots=True)
class ImagineArgs:
    """What `/imagine` takes."""

    prompt: Annotated[str, Text("What to draw, in any language", longest=LONGEST_PROMPT)]
    shape: Annotated[Shape, Pick("Shape of the picture", Shape)] = Shape.SQUARE
    quality: Annotated[Quality, Pick("How much work goes into it; better takes longer", Quality)] = Quality.MEDIUM
    count: Annotated[int, Number("How many pictures", least=1, most=4)] = 1
    size: Annotated[Size | None, Pixels("Exact size in pixels such as 1536x1024, instead of a shape")] = None
    rewriting: Annotated[Rewriting, Pick("Make the words into a fuller prompt first", Rewriting)] = Rewriting.ON


def imagine(studio: Studio) -> Command[ImagineArgs]:
    """Build `/imagine`."""

    async def run(call: Call, args: ImagineArgs) -> None:
        wish = Wish(
            prompt=args.prompt,
            shape=args.shape,
            size=args.size,
            quality=args.quality,
            count=args.count,
            rewriting=args.rewriting,
        )
        await studio.accept(wish, call)

    return Command(
        "imagine", "Draw a picture from words", ImagineArgs, run, example="/imagine a lighthouse in a storm --shape wide"
    )
