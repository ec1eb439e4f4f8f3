"""Repairs what a crash left: on start, soon after it, and every minute."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.domain.jobs import JobId
from bot.errors import EaselError, StorageFailed
from bot.pipeline.delivery import Delivery
from bot.pipeline.provider_call_slots import ProviderCallSlots
from bot.pipeline.ticket_cancellation import TicketCancellation
from bot.ports.clock import Clock
from bot.ports.engine import Engine
from bot.ports.jobs import Jobs
from bot.ports.leader_lock import LeaderLock
from bot.ports.observer import Chore, ChoreDone, LeadershipChecked, Observer
from bot.services.gallery import Gallery
from bot.services.input_store import InputStore
from bot.services.retention import Retention

log = structlog.get_logger(__name__)

_CONFIRMED_WITHIN = timedelta(days=1)
"""After so long no service says any more that it has stopped a call."""


class Recovery:
    """Sweeps the table of jobs, where this process leads. Several that do so at once harm nothing."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        engine: Engine,
        slots: ProviderCallSlots,
        leader: LeaderLock,
        delivery: Delivery,
        retention: Retention,
        gallery: Gallery,
        inputs: InputStore,
        tickets: TicketCancellation,
        observer: Observer,
        clock: Clock,
        lease: timedelta,
        page: int = 1000,
    ) -> None:
        self._jobs = jobs
        self._engine = engine
        self._slots = slots
        self._leader = leader
        self._delivery = delivery
        self._retention = retention
        self._gallery = gallery
        self._inputs = inputs
        self._tickets = tickets
        self._observer = observer
        self._clock = clock
        self._lease = lease
        self._page = page

    async def run(self, *, every: timedelta) -> None:
        """Sweep at once, again after one lease, and then ever more rarely, down to `every`, until cancelled.

        Only while this process leads. A sweep that fails is logged, and the next one comes.
        """
        # Side by side: platforms and image services may take minutes, and published jobs must not wait for them.
        async with asyncio.TaskGroup() as group:
            group.create_task(self._repeat(Chore.PUBLISH, self._publish_all, every))
            group.create_task(self._repeat(Chore.NOTIFY, self._tell_and_remove, every))
            group.create_task(self._repeat(Chore.CANCEL, self._confirm_cancels, every))

    async def _repeat(self, chore: Chore, sweep: Callable[[], Awaitable[bool]], every: timedelta) -> None:
        # After one lease, those of a process that died just before this start have run out.
        pause = self._lease
        while True:
            try:
                leads = await self._leader.lead()
                self._observer.note(LeadershipChecked(leads))
                if leads and await sweep():
                    self._observer.note(ChoreDone(chore, self._clock.now()))
            except EaselError as error:
                log.warning("recovery.failed", reason=str(error))
            except Exception:
                log.exception("recovery.broke")
            await asyncio.sleep(pause.total_seconds())
            pause = min(every, pause * 2)

    async def sweep(self) -> None:
        """Publish jobs that nobody has, notify people of ends, and remove what was deleted or is too old.

        Then cancel calls at services that had not confirmed it.
        """
        await self._publish_all()
        await self._tell_and_remove()
        await self._confirm_cancels()

    async def _confirm_cancels(self) -> bool:
        """Ask services again to cancel calls whose end they had not told, and book what they say."""
        ended_since = self._clock.now() - _CONFIRMED_WITHIN
        for job in await self._jobs.list_unconfirmed(ended_since=ended_since, most=self._page):
            await self._tickets.cancel_calls_of(job)
        return True

    async def _tell_and_remove(self) -> bool:
        await self._notify_all()
        await self._retention.sweep()
        await self._gallery.sweep()
        await self._inputs.sweep()
        return True

    async def _publish_all(self) -> bool:
        """Publish jobs that nobody has touched for a lease; return False if the engine is away."""
        await self._slots.publish_all_due()
        # Whoever accepted a younger job is still publishing it and posting its message.
        accepted_by = self._clock.now() - self._lease
        after: JobId | None = None
        while True:
            found = await self._jobs.claimable(self._delivery.platforms, accepted_by=accepted_by, most=self._page, after=after)
            try:
                # Only those that the engine lost: most of the others wait there already, and adding them again costs round trips.
                await self._engine.publish_missing(found)
            except StorageFailed as error:
                log.warning("recovery.unpublished", reason=str(error))
                return False
            if len(found) < self._page:
                return True
            after = found[-1][0]

    async def _notify_all(self) -> None:
        after: JobId | None = None
        while True:
            found = await self._jobs.list_unnotified(self._delivery.platforms, most=self._page, after=after)
            for ended in found:
                await self._notify(ended.id)
            if len(found) < self._page:
                return
            after = found[-1].id

    async def _notify(self, job: JobId) -> None:
        """Show how a job ended. A boundary: one end that cannot be shown keeps no other waiting."""
        try:
            await self._delivery.notify_end(job)
        except EaselError:
            raise
        except Exception:
            log.exception("job.untellable", job=job)
