"""Observers of the house: metrics, traces."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.jobs import Ending, Job
from bot.domain.money import Cost
from bot.domain.people import Platform
from bot.errors import Refusal


class Step(StrEnum):
    """A part of the work on a job that is timed. `ATTEMPT` is all of it, from the claim to the end or to a pause."""

    ATTEMPT = "attempt"
    WORDS = "words"
    DRAWING = "drawing"
    KEEPING = "keeping"
    DELIVERY = "delivery"


class UpdateOutcome(StrEnum):
    """How showing a progress ended. `REPLACED`: a newer one came before the platform's rate let it go."""

    SHOWN = "shown"
    REPLACED = "replaced"
    FAILED = "failed"


class Chore(StrEnum):
    """What the leader does for all processes."""

    PUBLISH = "publish"
    NOTIFY = "notify"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class WishAccepted:
    """A wish that began to arrive at `began_at` is a job, and at `answered_at` people had read so."""

    job: Job
    began_at: datetime
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class WishRefused:
    """A rule would not have a wish, before it was a job or after."""

    platform: Platform
    error: Refusal


@dataclass(frozen=True, slots=True)
class JobEnded:
    """A job is final."""

    job: Job
    ending: Ending


@dataclass(frozen=True, slots=True)
class CostIncurred:
    """A paid call of a provider's came to its end, or nobody will ever see it."""

    provider: str
    cost: Cost


@dataclass(frozen=True, slots=True)
class ProviderRested:
    """A provider is left alone for a while, because of faults of which this was the last."""

    provider: str
    fault: str


@dataclass(frozen=True, slots=True)
class ProviderSlowed:
    """A provider said that it gets too many requests, and gets fewer now."""

    provider: str


@dataclass(frozen=True, slots=True)
class UpdateEnded:
    """A message showed a progress, or it did not."""

    platform: Platform
    outcome: UpdateOutcome


@dataclass(frozen=True, slots=True)
class LeadershipChecked:
    """This process has asked whether it leads."""

    leads: bool


@dataclass(frozen=True, slots=True)
class ChoreDone:
    """The leader has done something for all, to its end."""

    chore: Chore
    at: datetime


Event = (
    WishAccepted
    | WishRefused
    | JobEnded
    | CostIncurred
    | ProviderRested
    | ProviderSlowed
    | UpdateEnded
    | LeadershipChecked
    | ChoreDone
)


class Observer(Protocol):
    """Is told what happens, and changes nothing: its methods never raise and never wait.

    It gets whole jobs and errors, and passes on nothing that people typed or that names them.
    """

    def note(self, event: Event) -> None:
        """Note something that has happened."""
        ...

    def watch(self, step: Step, job: Job, provider: str = "") -> AbstractContextManager[None]:
        """Time the body, as a step of the work on the job; what the body raises passes through. Steps nest in their attempt."""
        ...
