"""`/imagine`: a picture from words."""

from dataclasses import dataclass, fields
from typing import Annotated

from bot.commands.options import Number, Pick, Pixels, Text
from bot.commands.spec import Command
from bot.domain.allowances import Weights
from bot.domain.images import USUAL_SIZES, Quality, Shape, Size
from bot.domain.jobs import Draft, Rewriting, Wish
from bot.domain.prompt_text import LONGEST_PROMPT
from bot.pipeline.studio import Studio
from bot.ports.surfaces import Call


@dataclass(frozen=True, slots=True)
class ImagineArgs:
    """What `/imagine` takes."""

    prompt: Annotated[str, Text("What to draw, in any language", longest=LONGEST_PROMPT)]
    shape: Annotated[Shape | None, Pick("Shape of the picture", Shape)] = None
    quality: Annotated[Quality | None, Pick("How much work goes into it; better takes longer", Quality)] = None
    count: Annotated[int, Number("How many pictures", least=1, most=4)] = 1
    size: Annotated[Size | None, Pixels("Exact size in pixels such as 1536x1024, instead of a shape")] = None
    rewriting: Annotated[Rewriting | None, Pick("Make the words into a fuller prompt first", Rewriting)] = None


def to_options(wish: Wish) -> dict[str, str]:
    """Return the options that ask for this wish, as they would be typed; what is as usual is left out."""
    values = {field.name: getattr(wish, field.name) for field in fields(ImagineArgs)}
    usual = {field.name: field.default for field in fields(ImagineArgs)}
    if wish.size is not None:
        del values["shape"]  # the size says it all, and the two together may contradict each other
    return {name: str(value) for name, value in values.items() if value != usual[name]}


def cost_notes(weights: Weights) -> dict[str, str]:
    """Return what choices cost, by option: those that make a picture count for more than one."""
    dear = [f"{quality} counts as {weight} pictures" for quality, weight in weights.by_quality.items() if weight > 1]
    large = {2: "double", 3: "threefold"}.get(weights.large, f"{weights.large}-fold")
    shapes = [str(shape) for shape, size in USUAL_SIZES.items() if size.pixels > weights.large_from]
    notes = {"quality": ", ".join(dear)}
    if weights.large > 1:
        notes |= {"size": f"above {weights.large_from:,} pixels counts {large}"}
        notes |= {"shape": f"{', '.join(f'{shape} counts {large}' for shape in shapes)}"}
    return {option: note for option, note in notes.items() if note}


def imagine(studio: Studio, weights: Weights | None = None) -> Command[ImagineArgs]:
    """Build `/imagine`; without `weights` every picture counts as one."""

    async def run(call: Call, args: ImagineArgs) -> None:
        draft = Draft(
            prompt=args.prompt,
            shape=args.shape,
            size=args.size,
            quality=args.quality,
            count=args.count,
            rewriting=args.rewriting,
        )
        await studio.accept(draft, call)

    return Command(
        "imagine",
        "Draw a picture from words",
        ImagineArgs,
        run,
        example="/imagine a lighthouse in a storm --shape wide",
        answers_in_public=True,
        takes_plain_words=True,
        notes=cost_notes(weights) if weights else {},
    )
