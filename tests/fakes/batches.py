"""Batches in memory, with the same promises as the real record."""

from dataclasses import replace
from datetime import datetime

from bot.domain.batches import Batch, BatchState
from bot.domain.chat import MessageRef
from bot.domain.jobs import BatchId, Job
from bot.domain.people import Platform
from tests.fakes.jobs import MemoryJobs
from tests.fakes.scripted_failures import ScriptedFailures


class MemoryBatches:
    """Keeps batches in a dict, over the table of jobs in memory."""

    def __init__(self, jobs: MemoryJobs) -> None:
        self._jobs = jobs
        self.rows: dict[BatchId, Batch] = {}
        self.failures = ScriptedFailures()

    async def offer(self, batch: Batch) -> Batch:
        """Keep it once for a key."""
        self.failures.raise_next("offer")
        known = next((one for one in self.rows.values() if one.key == batch.key), None)
        return known or self.rows.setdefault(batch.id, batch)

    async def get(self, batch: BatchId) -> Batch | None:
        """Look it up."""
        self.failures.raise_next("get")
        return self.rows.get(batch)

    async def confirm(self, batch: BatchId, message: MessageRef, at: datetime) -> bool:
        """Confirm an offer that stands."""
        found = self.rows.get(batch)
        if found is None or found.state is not BatchState.OFFERED or found.is_cancelled:
            return False
        self.rows[batch] = replace(found, state=BatchState.CONFIRMED, message=message, confirmed_at=at)
        return True

    async def withdraw(self, batch: BatchId) -> None:
        """Make an offer of it again."""
        if self.rows[batch].state is BatchState.CONFIRMED:
            self.rows[batch] = replace(self.rows[batch], state=BatchState.OFFERED, message=None, confirmed_at=None)

    async def attach(self, batch: BatchId, message: MessageRef) -> None:
        """Note the message."""
        self.failures.raise_next("attach")
        self.rows[batch] = replace(self.rows[batch], message=message)

    async def settle(self, batch: BatchId, shortfall: str) -> None:
        """Forget the prompts."""
        self.failures.raise_next("settle")
        if self.rows[batch].state is BatchState.CONFIRMED:
            self.rows[batch] = replace(self.rows[batch], state=BatchState.ACCEPTED, shortfall=shortfall, prompts=())

    async def cancel(self, batch: BatchId) -> bool:
        """Note it once."""
        found = self.rows.get(batch)
        if found is None or found.is_cancelled or found.notified_at is not None:
            return False
        self.rows[batch] = replace(found, is_cancelled=True)
        return True

    async def mark_notified(self, batch: BatchId, at: datetime) -> None:
        """Note when, once."""
        self.failures.raise_next("mark_notified")
        found = self.rows[batch]
        if found.confirmed_at is not None and found.notified_at is None:
            self.rows[batch] = replace(found, notified_at=at)

    async def jobs(self, batch: BatchId) -> tuple[Job, ...]:
        """List them by their keys."""
        return tuple(sorted((row.job for row in self._jobs.rows.values() if row.job.batch == batch), key=lambda job: job.key))

    async def list_unnotified(self, platforms: frozenset[Platform], *, confirmed_by: datetime, most: int) -> tuple[Batch, ...]:
        """List them."""
        found = [
            (one.confirmed_at, one.id, one)
            for one in self.rows.values()
            if one.confirmed_at is not None
            and one.notified_at is None
            and one.confirmed_at <= confirmed_by
            and one.place.platform in platforms
        ]
        return tuple(one for *_, one in sorted(found, key=lambda entry: entry[:2])[:most])

    async def delete_offers(self, before: datetime) -> None:
        """Forget what nobody confirmed."""
        self.rows = {id_: one for id_, one in self.rows.items() if one.confirmed_at is not None or one.created_at >= before}
