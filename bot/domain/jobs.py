"""Wishes, and the jobs that accepted ones become."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.chat import MessageRef, Place
from bot.domain.images import USUAL_SIZES, DrawingId, ImageFile, Quality, Shape, Size
from bot.domain.money import FREE, Cost
from bot.domain.people import AccountId, CommunityId, Person, Tier

JobId = NewType("JobId", str)


class Rewriting(StrEnum):
    """Whether the words are made into a fuller prompt first. They are checked either way."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for, checked and typed. `variation_of` holds the drawn words that a new take is wanted of.

    `previews` says whether unfinished pictures are shown on the way.
    """

    prompt: str
    shape: Shape = Shape.SQUARE
    size: Size | None = None
    quality: Quality = Quality.MEDIUM
    count: int = 1
    rewriting: Rewriting = Rewriting.ON
    variation_of: str | None = None
    previews: bool = True

    @property
    def wanted_size(self) -> Size:
        """The exact size where one was asked for, else the usual one of the shape."""
        return self.size or USUAL_SIZES[self.shape]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A wish as it was typed: what is None is for the place's customs to say."""

    prompt: str
    shape: Shape | None = None
    size: Size | None = None
    quality: Quality | None = None
    count: int = 1
    rewriting: Rewriting | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An accepted wish. Its row is the truth about it.

    `key` is the platform's id of the call that made it: the same call
    delivered twice is the same job. `attempt` counts claims and is the fence.
    From `started_at` to `kept_at` is what people waited for the picture itself.
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
    message: MessageRef | None = None
    prepared_prompt: PreparedPrompt | None = None
    ending: Ending | None = None
    started_at: datetime | None = None
    kept_at: datetime | None = None
    finished_at: datetime | None = None


class DrawingState(StrEnum):
    """How a paid call stands. `OPEN` after a crash means that nobody knows."""

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
    def certainty(self) -> int:
        """Return how much whoever reports this state knows; a report is not overwritten by one that knows less."""
        return {DrawingState.OPEN: 0, DrawingState.UNKNOWN: 1, DrawingState.DRAWN: 3}.get(self, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One paid call to a provider, written down before it goes out.

    `asked` is how many pictures it asks for, which may be fewer than were wished for.
    `cost` is what the call probably costs until it is known what it did cost.
    `files` is set when it is `DRAWN`: the pictures are safe on this machine
    and only have to reach the store.
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

    @property
    def may_have_given(self) -> int:
        """Return how many pictures it gave, or may have given as far as is known."""
        if self.state is DrawingState.DRAWN:
            return len(self.files)
        return self.asked if self.state in {DrawingState.OPEN, DrawingState.UNKNOWN} else 0


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """A job's place in the line: how many go before it, and how many seconds a job like it usually takes, if known."""

    ahead: int
    typical_seconds: float | None
