"""The jobs that accepted wishes become, and the drawings that they pay for."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.chat import MessageRef, Place
from bot.domain.images import DrawingId
from bot.domain.money import FREE, Cost
from bot.domain.people import AccountId, CommunityId, Person, Tier
from bot.domain.pictures import ImageFile
from bot.domain.tickets import Ticket
from bot.domain.wishes import Wish
from bot.text import pluralize

JobId = NewType("JobId", str)
BatchId = NewType("BatchId", str)


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
