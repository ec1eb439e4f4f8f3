"""`/imagine`: a picture from words."""

from dataclasses import dataclass, replace
from typing import Annotated

from bot.commands.formatting import one_line
from bot.commands.spec import Command, Suggest
from bot.domain.allowances import Weights
from bot.domain.brand import Switch
from bot.domain.images import USUAL_SIZES, Size
from bot.domain.named_sizes import NamedSize
from bot.domain.options import Choice, Text
from bot.domain.prompt_text import clean_prompt
from bot.domain.wishes import Draft
from bot.errors import BadInput
from bot.pipeline.brands import Brands
from bot.pipeline.studio import Studio
from bot.pipeline.styles import Styles
from bot.ports.surfaces import Call
from bot.services.picture_bases import PictureBases
from bot.services.picture_lookup import LONGEST_LINK

PROMINENT = frozenset({"shape", "quality", "count", "model"})
"""The options that people choose most often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagineArgs(Draft):
    """What `/imagine` takes where there is a community: a draft, and what of that community's goes into its words."""

    brand: Annotated[Switch | None, Choice("Use the brand kit of this community; /brandkit show says what is in it", Switch)] = (
        None
    )
    negative: Annotated[str, Text("What must not be seen, such as: people, text", longest=500)] = ""
    for_: Annotated[Size | None, NamedSize("The place it is for, such as x-header, instead of a size")] = None
    style: Annotated[str, Text("Link of a picture whose style to take, or a template with pictures", longest=LONGEST_LINK)] = ""

    @property
    def draft(self) -> Draft:
        """Return what is asked for, with what must not be seen among its words, and with its size.

        Raises:
            BadInput: There are no words, or a size beside a place.
        """
        if self.for_ is not None and self.size is not None:
            raise BadInput("Please give one of size and for: each says the size. Nothing was counted.")
        words = f"{clean_prompt(self.prompt)}\nLeave out: {one_line(self.negative)}" if self.negative.strip() else self.prompt
        return replace(self, prompt=words, size=self.for_ or self.size)


def cost_notes(weights: Weights) -> dict[str, str]:
    """Return what choices cost, by option: those that make a picture count for more than one."""
    dear = [f"{quality} counts as {weight} pictures" for quality, weight in weights.by_quality.items() if weight > 1]
    large = {2: "double", 3: "threefold"}.get(weights.large, f"{weights.large}-fold")
    shapes = [str(shape) for shape, size in USUAL_SIZES.items() if size.pixels > weights.large_from]
    notes = {"quality": ", ".join(dear)}
    if weights.large > 1:
        notes |= {"size": f"above {weights.large_from:,} pixels counts {large}"}
        notes |= {"shape": f"{', '.join(f'{shape} counts {large}' for shape in shapes)}"}
    if weights.relaxed_share:
        notes |= {"lane": f"relaxed counts {weights.relaxed_share}"}
    return {option: note for option, note in notes.items() if note}


def imagine(
    studio: Studio,
    weights: Weights | None = None,
    suggest_models: Suggest | None = None,
    *,
    has_lanes: bool = True,
    brands: Brands | None = None,
    bases: PictureBases | None = None,
    styles: Styles | None = None,
) -> Command[ImagineArgs]:
    """Build `/imagine`; without `weights` every picture counts as one, and without `brands` and `styles` there are none.

    `has_lanes` says whether any model draws relaxed; `bases` finds pictures of ours that are to be drawn from.
    """

    async def run(call: Call, args: ImagineArgs) -> None:
        draft = args.draft
        if draft.picture and bases is not None:
            account = await studio.account(call.person)
            draft = replace(draft, picture=await bases.bring_named(draft.picture, account.id, call.place))
        if args.style and styles is not None:
            draft = await styles.apply(args.style, replace(draft, prompt=clean_prompt(draft.prompt)), call)
        if args.brand is Switch.ON and brands is not None:
            draft = await brands.apply(await brands.require(call), replace(draft, prompt=clean_prompt(draft.prompt)), call)
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
        suggestions={"model": suggest_models} if suggest_models else {},
        unavailable=frozenset() if has_lanes else frozenset({"lane"}),
        prominent=PROMINENT,
    )
