"""Enforces sanctions: a banned person's jobs end, and sanctioned people are notified."""

import asyncio
from datetime import timedelta

import structlog

from bot.domain.chat import Button, Post
from bot.domain.jobs import Ending, JobId, JobState
from bot.domain.people import HOUSE
from bot.domain.sanctions import Sanction, SanctionKind
from bot.errors import EaselError
from bot.pipeline.cancellation import Cancellation
from bot.pipeline.delivery import Delivery
from bot.pipeline.private_notices import PrivateNotices
from bot.ports.clock import Clock
from bot.ports.jobs import Jobs
from bot.ports.leader_lock import LeaderLock
from bot.ports.sanctions import SanctionBook

log = structlog.get_logger(__name__)

ENDED = Ending(JobState.CANCELLED, "banned", "ended by a moderator; nothing was counted.")
"""How a banned person's jobs end. Everybody in the channel reads it, so it does not say why."""

_GIVE_UP_TELLING_AFTER = timedelta(days=1)


class SanctionEnforcement:
    """Enforces sanctions. All of it may be repeated, by any process: what is done already stays as it is."""

    def __init__(
        self,
        *,
        book: SanctionBook,
        jobs: Jobs,
        cancellation: Cancellation,
        delivery: Delivery,
        notices: PrivateNotices,
        clock: Clock,
        page: int = 100,
    ) -> None:
        self._book = book
        self._jobs = jobs
        self._cancellation = cancellation
        self._delivery = delivery
        self._notices = notices
        self._clock = clock
        self._page = page

    async def run(self, leader: LeaderLock, *, every: timedelta) -> None:
        """Enforce what a crash left, now and again and again while this process leads, until cancelled."""
        while True:
            try:
                if await leader.lead():
                    await self.sweep()
            except EaselError as error:
                log.warning("sanctions.failed", reason=str(error))
            except Exception:
                log.exception("sanctions.broke")
            await asyncio.sleep(every.total_seconds())

    async def sweep(self) -> None:
        """End the jobs of all who are banned, and notify everybody who was not."""
        await self.end_banned_jobs()
        for sanction in await self._book.list_unnotified(self._page):
            await self._tell(sanction)

    async def follow_up(self, sanction: Sanction) -> None:
        """Enforce one sanction at once. A boundary: what fails is logged, and a sweep does it."""
        try:
            if sanction.kind is SanctionKind.BAN:
                await self.end_banned_jobs()
            if sanction in await self._book.list_unnotified(self._page):
                await self._tell(sanction)
        except EaselError as error:
            log.warning("sanction.unenforced", sanction=sanction.id, reason=str(error))
        except Exception:
            log.exception("sanction.unenforced", sanction=sanction.id)

    async def end_banned_jobs(self) -> None:
        """End jobs of banned people that wait or are drawn; all their pictures are given back, and what was paid stays booked."""
        while True:
            found = await self._book.banned_jobs(self._clock.now(), self._page)
            for job in found:
                await self._end(job)
            if len(found) < self._page:
                return

    async def _end(self, id_: JobId) -> None:
        job = await self._jobs.get(id_)
        if job is not None and await self._cancellation.cancel(job, ENDED, is_refunded=True):
            await self._delivery.notify_end(id_)

    async def _tell(self, sanction: Sanction) -> None:
        """Notify the person in private where they can be reached; what no platform accepts now is tried again for a day.

        A sanction that was lifted before anybody could be notified is not announced any more.
        """
        try:
            is_over = sanction.lifted_at is not None or await self._notices.tell(
                sanction.account, build_sanction_notice(sanction), key=f"sanction:{sanction.id}", about=sanction.community
            )
        except EaselError as error:
            log.info("sanction.unnotified", sanction=sanction.id, reason=str(error))
            is_over = False
        now = self._clock.now()
        if is_over or now - sanction.imposed_at >= _GIVE_UP_TELLING_AFTER:
            await self._book.mark_notified(sanction.id, now)


def build_sanction_notice(sanction: Sanction) -> Post:
    """Return what the person is told: the sanction, where, until when and why, and how to appeal."""
    where = "with this bot" if sanction.community == HOUSE else f"in {sanction.community}"
    until = f" until {sanction.until:%Y-%m-%d %H:%M} UTC" if sanction.until else ""
    what = {
        SanctionKind.WARNING: f"A moderator has given you a warning {where}. Nothing else changes for you; it stays on record.",
        SanctionKind.MUTE: f"A moderator has muted you {where}{until}: until then you cannot ask for pictures there.",
        SanctionKind.BAN: (
            f"A moderator has banned you {where}{until}: you cannot ask for pictures there. "
            "What was being drawn for you has ended, and its pictures were given back."
        ),
    }[sanction.kind]
    why = f" Why: {sanction.reason.rstrip('.')}." if sanction.reason else ""
    return Post(
        f"{what}{why} /standing shows how you stand, and /appeal asks a moderator to look at it again.",
        buttons=(Button("Appeal", "contest", sanction.id),),
    )
