"""The record of batches."""

from datetime import datetime
from typing import Protocol

from bot.domain.batches import Batch
from bot.domain.chat import MessageRef
from bot.domain.jobs import BatchId, Job
from bot.domain.people import Platform


class BatchShower(Protocol):
    """Shows a batch in its message as it stands, in place of messages of its jobs."""

    def show_soon(self, batch: BatchId) -> None:
        """Have the batch shown, with whatever changes meanwhile. Never raises."""
        ...

    async def retract(self, batch: BatchId, message: MessageRef, *, deletes: bool = False) -> bool:
        """Have its message show only what may be seen; raises as `Surface.retract` does. False where that is another message.

        It `deletes` the message where nothing of it may be seen.
        """
        ...


class Batches(Protocol):
    """Keeps batches. Every method may be called again and then changes nothing; all may raise `StorageFailed`.

    Those that give False have changed nothing: the batch does not stand as they need it.
    """

    async def offer(self, batch: Batch) -> Batch:
        """Write a batch down, and return it; for a known key return the one that is there."""
        ...

    async def get(self, batch: BatchId) -> Batch | None:
        """Return a batch as it stands."""
        ...

    async def confirm(self, batch: BatchId, message: MessageRef, at: datetime) -> bool:
        """Make an offer that was not cancelled `CONFIRMED`, with the message that is promised."""
        ...

    async def withdraw(self, batch: BatchId) -> None:
        """Make a `CONFIRMED` batch an offer again, of which nothing has become a job."""
        ...

    async def attach(self, batch: BatchId, message: MessageRef) -> None:
        """Note which message tells of the batch."""
        ...

    async def settle(self, batch: BatchId, shortfall: str) -> None:
        """Make a `CONFIRMED` batch `ACCEPTED`, and forget its prompts."""
        ...

    async def cancel(self, batch: BatchId) -> bool:
        """Note that no more of a batch is wanted; False where that is noted, or all of it is told."""
        ...

    async def mark_notified(self, batch: BatchId, at: datetime) -> None:
        """Note that people have seen how all of it ended."""
        ...

    async def jobs(self, batch: BatchId) -> tuple[Job, ...]:
        """Return the jobs of a batch in the order of its prompts."""
        ...

    async def list_unnotified(self, platforms: frozenset[Platform], *, confirmed_by: datetime, most: int) -> tuple[Batch, ...]:
        """Return up to `most` batches of these platforms that were confirmed by then and are not told, the oldest first."""
        ...

    async def delete_offers(self, before: datetime) -> None:
        """Forget offers that were made before then."""
        ...
