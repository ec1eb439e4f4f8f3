"""What follows from reports: a case for the moderators, and a picture that is hidden until they decide."""

import asyncio
from collections import Counter
from datetime import timedelta

import structlog

from bot.domain.cases import CaseDecision, CaseId, CaseKind, CaseState, NewCase
from bot.domain.jobs import Job, JobId
from bot.domain.pictures import PictureId
from bot.domain.removals import RemovalReason, RemovalState
from bot.domain.reports import Report, ReportTally
from bot.domain.rules import EVERYBODY, Actor
from bot.errors import Conflict, EaselError
from bot.ports.cases import Cases
from bot.ports.clock import Clock
from bot.ports.jobs import Jobs
from bot.ports.leader_lock import LeaderLock
from bot.ports.pictures import Pictures
from bot.ports.rate_limiter import Locks
from bot.ports.removals import PictureRemovals
from bot.ports.reports import Reports
from bot.services.cases import CaseReview
from bot.services.quotas import Quotas
from bot.services.removal import Removals

log = structlog.get_logger(__name__)

_BY = "reports"
"""Who hides a picture here, as the record of removals calls it."""

_ALL_TAKEN_BACK = Actor(EVERYBODY, "easel, as all reports were taken back")
_SWEEP_AFTER = timedelta(seconds=30)
"""What is still pending so long after a report was left behind by a crash or a failure."""

_PAGE = 50
_MOST_ROUNDS = 5


class ReportFollowUp:
    """Acts on the reports of a picture, as often as it is called, by the reports as they stand.

    Many reports at once make one case, and are counted a few times only.
    """

    def __init__(
        self,
        *,
        reports: Reports,
        jobs: Jobs,
        pictures: Pictures,
        cases: Cases,
        review: CaseReview,
        removals: Removals,
        removal_records: PictureRemovals,
        quotas: Quotas,
        locks: Locks,
        clock: Clock,
    ) -> None:
        self._reports = reports
        self._jobs = jobs
        self._pictures = pictures
        self._cases = cases
        self._review = review
        self._removals = removals
        self._removal_records = removal_records
        self._quotas = quotas
        self._locks = locks
        self._clock = clock
        self._waiting: set[PictureId] = set()

    async def run(self, leader: LeaderLock, *, every: timedelta) -> None:
        """Sweep every so often while this process leads, until cancelled. One that fails is logged, and the next one comes."""
        while True:
            try:
                if await leader.lead():
                    await self.sweep()
            except EaselError as error:
                log.warning("reports.not_swept", reason=str(error))
            await asyncio.sleep(every.total_seconds())

    async def follow_up(self, picture: PictureId) -> None:
        """Act on the reports. A caller that finds another one waiting to do so leaves it to them: they will see the same reports.

        Raises:
            StorageFailed: Not all could be done; the rest stays pending.
        """
        if picture in self._waiting:
            return
        self._waiting.add(picture)
        try:
            async with self._locks.lock(f"reports:{picture}"):
                self._waiting.discard(picture)
                await self._act_until_complete(picture)
        finally:
            self._waiting.discard(picture)

    async def sweep(self) -> None:
        """Act on reports that a crash or a failure left pending. A boundary: one picture that breaks keeps no other waiting."""
        for picture in await self._reports.pending(self._clock.now() - _SWEEP_AFTER, most=_PAGE):
            try:
                await self.follow_up(picture)
            except EaselError as error:
                log.warning("report.not_followed_up", picture=picture, reason=str(error))
            except Exception:
                log.exception("report.not_followed_up", picture=picture)

    async def _act_until_complete(self, picture: PictureId) -> None:
        """Act on the reports until none came meanwhile; after a few rounds the rest is left pending."""
        found = await self._pictures.get(picture)
        job = None if found is None else await self._jobs.get(JobId(found.job))
        for _ in range(_MOST_ROUNDS):
            tally = await self._reports.tally(picture)
            if job is not None:
                await self._act(picture, job, tally)
            if await self._reports.complete(picture, tally):
                return

    async def _act(self, picture: PictureId, job: Job, tally: ReportTally) -> None:
        if not tally.undecided:
            await self._close(picture)
            return
        case = await self._open(picture, job)
        settings = await self._quotas.settings(job.community)
        if tally.is_enough(settings.reports_to_hide):
            await self._removals.hide(picture, RemovalReason.REPORTS, _BY, case)
        else:
            await self._restore(picture, case)
        await self._review.show_anew(case)

    async def _open(self, picture: PictureId, job: Job) -> CaseId:
        """Return the case that is open about the picture; the first report opens it."""
        known = [case for case in await self._cases.of_picture(picture) if case.state is CaseState.OPEN]
        if known:
            return known[0].id
        undecided = [report for report in await self._reports.of(picture) if report.outcome is None]
        new = NewCase(
            kind=CaseKind.REPORT,
            community=job.community,
            platform=job.place.platform,
            tenant=job.place.tenant,
            account=job.account,
            picture=picture,
            job=job.id,
            reason=_most_given_reason(undecided),
        )
        return (await self._review.open(new)).case.id

    async def _close(self, picture: PictureId) -> None:
        """Close the case that reports opened once all of them are withdrawn."""
        for case in await self._cases.of_picture(picture):
            if case.kind is CaseKind.REPORT and case.state is CaseState.OPEN:
                try:
                    await self._review.decide(case.id, CaseDecision.KEEP, _ALL_TAKEN_BACK, None)
                except Conflict:
                    log.info("report.case_decided", case=case.id)
        await self._restore(picture, None)

    async def _restore(self, picture: PictureId, case: CaseId | None) -> None:
        """Show a picture again that reports alone had hidden, if they are too few by now."""
        removal = await self._removal_records.get(picture)
        if removal is not None and removal.state is RemovalState.HIDDEN and removal.order.by == _BY:
            await self._removals.restore(picture, _BY, case, revision=removal.revision)


def _most_given_reason(reports: list[Report]) -> str:
    given = Counter(report.reason.value for report in reports if report.reason is not None)
    return given.most_common(1)[0][0] if given else ""
