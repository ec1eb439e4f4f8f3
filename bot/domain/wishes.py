"""What somebody asks for: as it is typed, and as it is checked and accepted."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated

from bot.domain.images import USUAL_SIZES, Background, FileFormat, Lane, Quality, Shape, Size, usual_size_of
from bot.domain.inputs import MOST_INPUTS, BroughtPicture, InputPicture, InputRole, has_mask
from bot.domain.options import Choice, ImageModelRef, Number, OptionText, PictureFile, Pixels, Text
from bot.domain.prompt_text import LONGEST_PROMPT
from bot.errors import BadInput

LARGEST_SEED = 2**31 - 1
"""Every service that takes a seed takes this one."""


class Rewriting(StrEnum):
    """Whether the words are made into a fuller prompt first. They are checked either way."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What can be asked for: the options of `/imagine`, of `easel imagine` and of an order to the REST API.

    What is None is for the community's settings to say.
    """

    prompt: Annotated[str, Text("What to draw, in any language", longest=LONGEST_PROMPT)]
    shape: Annotated[
        Shape | None,
        Choice("Shape of the picture", Shape),
        OptionText("Shape of the picture; if left out, the one that /settings show names."),
    ] = None
    quality: Annotated[
        Quality | None,
        Choice("How much work goes into it; better takes longer", Quality),
        OptionText("Better takes longer, and may count as several pictures."),
    ] = None
    count: Annotated[int, Number("How many pictures", least=1, most=4)] = 1
    size: Annotated[Size | None, Pixels("Exact size in pixels such as 1536x1024, instead of a shape")] = None
    rewriting: Annotated[
        Rewriting | None,
        Choice("Make the words into a fuller prompt first", Rewriting),
        OptionText("Whether the words are made into a fuller prompt first."),
    ] = None
    model: Annotated[
        str | None,
        ImageModelRef("Which model draws; /models lists them"),
        OptionText("The name of the model that is to draw, as /models lists them; if left out, the usual one."),
    ] = None
    picture: Annotated[
        tuple[BroughtPicture, ...],
        PictureFile("A picture to change, or to draw from", most=MOST_INPUTS),
        OptionText("A picture to change, or several to draw from; the words say what to do with them."),
    ] = ()
    lane: Annotated[
        Lane | None,
        Choice("Draw it at once, or relaxed: within hours, and it counts less", Lane),
        OptionText("relaxed is drawn within hours and counts less, where that is offered; if left out, as /settings show says."),
    ] = None
    background: Annotated[Background, Choice("What is behind it; clear leaves nothing there", Background)] = Background.FULL
    format: Annotated[FileFormat | None, Choice("The kind of file; if left out, what the model gives", FileFormat)] = None
    seed: Annotated[
        int | None, Number("With the same words, this number gives the same picture again", least=0, most=LARGEST_SEED)
    ] = None

    def check(self) -> None:
        """Check that the options fit together.

        Raises:
            BadInput: A shape and a size of another shape are asked for at once, or a clear background in a JPEG, or
                several pictures of one seed.
        """
        if self.background is Background.CLEAR and self.format is FileFormat.JPEG:
            raise BadInput("A JPEG has no clear background: take png or webp as format. Nothing was counted.")
        if self.seed is not None and self.count > 1:
            raise BadInput("A seed gives the same picture each time: leave count or seed out. Nothing was counted.")
        shape, size = self.shape, self.size
        if shape is not None and size is not None and shape is not size.shape:
            raise BadInput(
                f"Shape {shape} and size {size} do not go together: {size} is {size.shape}. "
                "Please give one of the two. Nothing was counted."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A draft with nothing left open: each field of a draft but its pictures is one here, with what is usual as its default.

    `variation_of` holds the drawn words that a new take is wanted of,
    `previews` says whether unfinished pictures are shown on the way,
    `inputs` are the pictures that it begins with.
    """

    prompt: str
    shape: Shape = Shape.SQUARE
    quality: Quality = Quality.MEDIUM
    count: int = 1
    size: Size | None = None
    rewriting: Rewriting = Rewriting.ON
    model: str | None = None
    lane: Lane = Lane.FAST
    background: Background = Background.FULL
    format: FileFormat | None = None
    seed: int | None = None
    variation_of: str | None = None
    previews: bool = True
    inputs: tuple[InputPicture, ...] = ()

    @property
    def wanted_size(self) -> Size:
        """Return the exact size where one was asked for, else the usual one of the shape, or of a partly changed picture."""
        if self.size is None and has_mask(self.inputs):
            return usual_size_of(Size(self.inputs[0].width, self.inputs[0].height))
        return self.size or USUAL_SIZES[self.shape]

    def to_options(self) -> dict[str, str]:
        """Return the options that ask for this wish, as they would be typed; what is as usual is left out, like pictures."""
        values = {name: getattr(self, name) for name in _OPEN}
        if self.size is not None:
            del values["shape"]  # the size says it all, and the two together may contradict each other
        return {name: str(value) for name, value in values.items() if value != _OPEN[name]}

    def may_come_of(self, draft: Draft) -> bool:
        """Whether a community's settings, of any time, may have made this wish of a draft."""
        for name in _OPEN:
            asked, has = getattr(draft, name), getattr(self, name)
            is_for_settings = asked is None and _USUAL[name] is not None
            if asked != has and not is_for_settings:
                return False
        brought = sorted(draft.picture, key=lambda one: one.role is InputRole.MASK)  # inputs have the mask last
        return [(one.role, one.source) for one in self.inputs] == [(one.role, one.sha256) for one in brought]


_USUAL = {field.name: field.default for field in fields(Wish)}
_OPEN = {field.name: field.default for field in fields(Draft) if field.name in _USUAL}
"""What a draft leaves open where nothing is said."""
