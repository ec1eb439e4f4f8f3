"""Batches: many wishes that somebody made in one go, told in one message."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.chat import MessageRef, Place
from bot.domain.jobs import BatchId
from bot.domain.people import AccountId, CommunityId, Person
from bot.domain.wishes import Draft

OFFER_LASTS = timedelta(hours=1)
"""How long somebody may think about what a batch counts for. Then its words are forgotten."""


class BatchState(StrEnum):
    """Where a batch stands."""

    OFFERED = "offered"
    """Its price was named; nothing is set aside."""

    CONFIRMED = "confirmed"
    """It is wanted: one after the other its prompts become jobs."""

    ACCEPTED = "accepted"
    """All that could become jobs have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Many prompts with the same options. Each becomes a job of its own, whose message is the batch's.

    `key` is the platform's id of the call that made it. `prompts` are kept
    until the jobs have them; `count` says how many there were. `shortfall` is
    why the last of them became no jobs. Whoever wanted no more of it has set
    `is_cancelled`. Since `notified_at` its message says how all of it ended.
    """

    id: BatchId
    key: str
    community: CommunityId
    account: AccountId
    author: Person
    place: Place
    draft: Draft
    prompts: tuple[str, ...]
    count: int
    created_at: datetime
    state: BatchState = BatchState.OFFERED
    message: MessageRef | None = None
    shortfall: str = ""
    is_cancelled: bool = False
    confirmed_at: datetime | None = None
    notified_at: datetime | None = None

    def job_key(self, number: int) -> str:
        """Return the key of the job of a prompt, counted from 0; the keys sort in the order of the prompts."""
        return f"batch:{self.id}:{number:04}"


def number_in_batch(job_key: str) -> int:
    """Return which prompt of its batch a job is of, counted from 1."""
    return int(job_key.rpartition(":")[2]) + 1
