"""The open jobs, counted for metrics."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.people import Tier


class Phase(StrEnum):
    """What an open job waits for.

    `WAITING` ones can be taken up at once, `POSTPONED` ones later. Somebody
    works on a `RUNNING` one; whoever had an `ABANDONED` one has not renewed
    its lease.
    """

    WAITING = "waiting"
    POSTPONED = "postponed"
    RUNNING = "running"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenJobs:
    """The open jobs of one tier in one phase, how many of their holds are still held, and for how many pictures.

    `since` is when the first of them was due, or when its lease ran out.
    """

    tier: Tier
    phase: Phase
    jobs: int
    holds: int
    held_pictures: int
    since: datetime


class Backlog(Protocol):
    """Counts the jobs that are not final."""

    async def count(self) -> tuple[OpenJobs, ...]:
        """Return the counts of those tiers and phases that have any. It takes as long as there are open jobs.

        Raises:
            StorageFailed: They cannot be read.
        """
        ...
