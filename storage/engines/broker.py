"""What a message broker has to do for an engine."""

from collections.abc import Callable, Mapping
from typing import Protocol

from bot.domain.jobs import JobId
from bot.domain.people import Tier

OTHERS = Tier("_others")
"""The queue of tiers that the settings do not name; no tier can have that name."""


class BrokerDelivery(Protocol):
    """A job that a broker has brought, and brings again until it is settled."""

    @property
    def job(self) -> JobId:
        """Return the job that it names."""
        ...

    @property
    def tier(self) -> Tier:
        """Return the tier whose queue it came from."""
        ...

    @property
    def is_lost(self) -> bool:
        """Return whether the broker has taken it back, and brings it again."""
        ...

    @property
    def is_second(self) -> bool:
        """Return whether somebody else had it, and is gone: the lease in the job's row may still run."""
        ...

    async def settle(self) -> None:
        """Acknowledge it, so that it never comes again. Never raises: if acknowledging fails, it comes again."""
        ...


Take = Callable[[BrokerDelivery], None]


class Broker(Protocol):
    """Carries job ids in a queue for each tier, and finds its server again by itself."""

    @property
    def connections(self) -> int:
        """Return how often it has found its server: what waited there may be gone then."""
        ...

    async def send(self, job: JobId, tier: Tier) -> None:
        """Put the job at the end of a queue.

        Raises:
            StorageFailed: The server does not say that it has it.
        """
        ...

    async def start(self, slots: Mapping[Tier, int], take: Take) -> None:
        """Bring jobs from each of these queues, so that never more than its `slots` are unsettled here."""
        ...

    async def pause(self) -> None:
        """Bring no more; what was brought can still be settled."""
        ...

    async def stop(self) -> None:
        """Return unsettled jobs to the broker. Never raises."""
        ...
