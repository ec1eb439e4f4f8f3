"""Wishes, and the jobs that accepted ones become."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NewType

from bot.domain.chat import MessageRef, Place
from bot.domain.images import USUAL_SIZES, Background, DrawingId, FileFormat, ImageFile, Lane, Quality, Shape, Size, usual_size_of
from bot.domain.inputs import MOST_INPUTS, BroughtPicture, InputPicture, InputRole, has_mask
from bot.domain.money import FREE, Cost
from bot.domain.options import Choice, ImageModelRef, Number, OptionText, PictureFile, Pixels, Text
from bot.domain.people import AccountId, CommunityId, Person, Tier
from bot.domain.prompt_text import LONGEST_PROMPT
from bot.domain.tickets import Ticket
from bot.errors import BadInput
from bot.text import pluralize

JobId = NewType("JobId", str)
BatchId = NewType("BatchId", str)


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


@dataclass(frozen=True, slots=True)
class PreparedPrompt:
    """The prompt that is drawn, once it is settled, and what settling it cost."""

    text: str
    cost: Cost = FREE


class JobState(StrEnum):
    """Where a job stands. From `KEPT` on the pictures are paid for and safe."""

    QUEUED = "queued"
    RUNNING = "running"
    KEPT = "kept"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the job any more."""
        return self in {JobState.DONE, JobState.REFUSED, JobState.FAILED, JobState.CANCELLED}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended. `kind` and `text` say why when no picture came of it; `safer` is a wording that would pass."""

    state: JobState
    kind: str = ""
    text: str = ""
    safer: str | None = None


CANCELLED = Ending(JobState.CANCELLED, "cancelled", "cancelled; nothing was counted.")
"""The end of a job that somebody cancelled at no cost."""


def cancelled_once_paid(counted: int) -> Ending:
    """Return the end of a job that somebody cancelled when it was being drawn already."""
    verb = "was" if counted == 1 else "were"
    text = f"cancelled. It was being drawn already, so {pluralize(counted, 'picture')} {verb} counted."
    return replace(CANCELLED, text=text)


def cancelled_once_drawn(drawn: int, asked: int) -> Ending:
    """Return how a job goes on that somebody cancelled when so many of its pictures were drawn: to its end, with those alone."""
    verb = "was" if drawn == 1 else "were"
    text = f"cancelled; {drawn} of {asked} {verb} drawn already and {'is' if drawn == 1 else 'are'} counted"
    return Ending(JobState.RUNNING, CANCELLED.kind, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An accepted wish. Its row is the truth about it.

    `key` is the platform's id of the call that made it: the same call
    delivered twice is the same job. `attempt` counts claims and is the fence,
    `lapses` those of them whose lease ran out: whoever had the job died over it.
    One that is open and has an `ending` was cancelled when some of its pictures were drawn: those are shown.
    From `started_at` to `kept_at` is what people waited for the picture itself.
    Since `erased_at` its words are not known any more.
    One of a `batch` has no message of its own: the batch's tells of it.
    """

    id: JobId
    key: str
    community: CommunityId
    account: AccountId
    tier: Tier
    author: Person
    place: Place
    wish: Wish
    created_at: datetime
    state: JobState = JobState.QUEUED
    attempt: int = 0
    lapses: int = 0
    message: MessageRef | None = None
    prepared_prompt: PreparedPrompt | None = None
    ending: Ending | None = None
    started_at: datetime | None = None
    kept_at: datetime | None = None
    finished_at: datetime | None = None
    erased_at: datetime | None = None
    batch: BatchId | None = None

    @property
    def is_stopped(self) -> bool:
        """Whether it was cancelled, and only what was drawn by then is still shown."""
        return self.ending is not None and not self.state.is_final


class DrawingState(StrEnum):
    """How a paid call stands. `OPEN` after a crash means that nobody knows how it ended."""

    OPEN = "open"
    DRAWN = "drawn"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def is_paid_for(self) -> bool:
        """Whether the call is out, or was answered with pictures."""
        return self in {DrawingState.OPEN, DrawingState.DRAWN}

    @property
    def is_certain(self) -> bool:
        """Whether it is known how the call ended."""
        return self not in {DrawingState.OPEN, DrawingState.UNKNOWN}

    @property
    def certainty(self) -> int:
        """Return how certain a report of this state is; a report never overwrites a more certain one."""
        return {DrawingState.OPEN: 0, DrawingState.UNKNOWN: 1, DrawingState.DRAWN: 3}.get(self, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One paid call to a provider, written down before it goes out. A job has several where one does not give all its pictures.

    `asked` is how many pictures it asks for.
    `cost` is what the call probably costs until it is known what it did cost.
    `files` is set when it is `DRAWN`: the pictures are safe on this machine
    and only have to reach the store. By its `ticket` any worker collects it.
    `shortfall` is which of its notes says why there are fewer pictures than
    were wished for, if one does; None where that is not known, as of a version that did not write it down.
    """

    id: DrawingId
    job: JobId
    attempt: int
    provider: str
    model: str
    state: DrawingState
    started_at: datetime
    asked: int = 1
    cost: Cost = FREE
    request_id: str | None = None
    files: tuple[ImageFile, ...] = ()
    notes: tuple[str, ...] = ()
    ticket: Ticket | None = None
    shortfall: str | None = None

    @property
    def may_have_given(self) -> int:
        """Return how many pictures it gave, or may have given as far as is known."""
        if self.state is DrawingState.DRAWN:
            return len(self.files)
        return self.asked if self.state in {DrawingState.OPEN, DrawingState.UNKNOWN} else 0


LONGEST_COUNTED_QUEUE = 1000
"""Who is further behind is told so much: to count a hundred thousand for everybody who asks would hold everybody up."""


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """A job's place in the line: how many go before it, and how many seconds a job like it usually takes, if known.

    No more than `LONGEST_COUNTED_QUEUE` are counted.
    """

    ahead: int
    typical_seconds: float | None
