"""Calls to image services that take only so many: who may make one now, and who waits for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.call_limits import CallLimits
from bot.domain.jobs import Drawing, JobId
from bot.domain.people import Platform, Tier


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job that waits for a service, and when there is room for it there."""

    job: JobId
    tier: Tier
    at: datetime


class CallQueue(Protocol):
    """Counts the calls to each service over all processes, first come, first served by when jobs were accepted.

    Only jobs of the `platforms` of whoever asks go before others: what nobody
    serves would keep its place for ever. A call counts as long as its drawing
    is open and its job has a lease, so that one whose process was killed stops
    counting by itself; one with a ticket goes on without a process, and counts
    until its ticket expires. Where a service took less than the `limits` allow, what
    its state says holds (`bot/domain/provider_state.py`). A service may have
    several `accounts`, each with these limits: a drawing is of one of them,
    and there is one line for them all. All may raise `StorageFailed`, and then
    nothing has changed.
    """

    async def open_drawing(
        self,
        drawing: Drawing,
        limits: CallLimits,
        platforms: frozenset[Platform],
        accounts: Sequence[str],
        *,
        joins_line: bool = True,
    ) -> bool:
        """Write a paid call down before it goes out, as `Jobs.open_drawing` does, if there is room for it.

        If there is none, or others go first: False. Its job is queued again
        then and waits for the service, if it `joins_line`; it has no lease, and
        recovery passes it over.

        Raises:
            LeaseLost: The job has been claimed again since, or is final.
        """
        ...

    async def due(
        self, provider: str, limits: CallLimits, platforms: frozenset[Platform], accounts: Sequence[str]
    ) -> tuple[DueJob, ...]:
        """Return those that wait for a service and that there is room for, now or as far ahead as that is known, oldest first."""
        ...

    async def choose(self, accounts: Sequence[str], limits: CallLimits) -> str:
        """Return the account of a service that the next call goes to: one that has room, and of those the least busy."""
        ...

    async def waiting(self, platforms: frozenset[Platform]) -> tuple[str, ...]:
        """Return the providers that jobs wait for, also those without a limit by now."""
        ...
