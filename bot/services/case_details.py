"""Collects what moderators want to know beside a case: the picture, the job, who reported it, and its author's history."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.cases import Case, CaseId, CaseNote
from bot.domain.jobs import Job
from bot.domain.people import AccountId, Identity
from bot.domain.pictures import Picture, PictureState
from bot.domain.removals import RemovalState
from bot.domain.reports import Report, ReporterTrust
from bot.domain.sanctions import Sanction, SanctionId, SanctionRecord
from bot.ports.accounts import Accounts
from bot.ports.cases import Cases
from bot.ports.clock import Clock
from bot.ports.jobs import Jobs
from bot.ports.moderation_log import ModerationLog
from bot.ports.pictures import Pictures
from bot.ports.removals import PictureRemovals
from bot.ports.reports import Reports
from bot.ports.sanctions import SanctionBook

_MOST_EARLIER = 100
_MOST_LINES = 500
_MOST_REPORTERS = 10
"""Who is named; of a storm of reports it matters how many there are."""

_TRUSTS = {
    ReporterTrust.MODERATOR: ("a moderator",),
    ReporterTrust.NEW: ("new here",),
    ReporterTrust.DISTRUSTED: ("mostly wrong so far",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetails:
    """A case with what belongs to it. `earlier` are the author's other cases, `author` is nobody where the account has none left.

    `appealed` is the decision or sanction that an appeal is against. `taken_down` says whether reports or moderators took the
    picture out of sight. `others` is how many more pictures the same request gave. `reporters` are the first who reported it,
    of `reporter_count`.
    """

    case: Case
    job: Job | None
    picture: Picture | None
    taken_down: RemovalState | None
    others: int
    author: Identity | None
    reporters: tuple[str, ...]
    reporter_count: int
    earlier: tuple[Case, ...]
    record: SanctionRecord
    notes: tuple[CaseNote, ...]
    appealed: Case | Sanction | None = None

    @property
    def author_name(self) -> str:
        """Return what to call the author."""
        if self.job is not None and self.job.author.name:
            return self.job.author.name
        return str(self.author) if self.author else "somebody who is gone"

    @property
    def has_picture(self) -> bool:
        """Whether the picture can still be looked at."""
        return self.picture is not None and self.picture.state in {PictureState.VISIBLE, PictureState.HIDDEN}

    @property
    def is_hidden(self) -> bool:
        """Whether the picture is out of sight until somebody decides."""
        return self._is_out_of_sight and self.taken_down is RemovalState.HIDDEN

    @property
    def is_deleted(self) -> bool:
        """Whether its author deleted the picture, or it was too old, and its bytes are there for a while."""
        return self._is_out_of_sight and self.taken_down is None

    @property
    def _is_out_of_sight(self) -> bool:
        return self.picture is not None and self.picture.state is PictureState.HIDDEN


class CaseReader:
    """Collects the details of a case."""

    def __init__(
        self,
        *,
        cases: Cases,
        jobs: Jobs,
        pictures: Pictures,
        accounts: Accounts,
        removals: PictureRemovals,
        reports: Reports,
        sanctions: SanctionBook,
        log: ModerationLog,
        clock: Clock,
    ) -> None:
        self._cases = cases
        self._jobs = jobs
        self._pictures = pictures
        self._accounts = accounts
        self._removals = removals
        self._reports = reports
        self._sanctions = sanctions
        self._log = log
        self._clock = clock

    async def read(self, case: Case) -> CaseDetails:
        """Return the details that there are; what is gone is left out."""
        job = None if case.job is None else await self._jobs.get(case.job)
        kept = () if case.job is None else await self._pictures.of_job(case.job)
        earlier = await self._cases.about(case.community, case.account, most=_MOST_EARLIER)
        identities = await self._accounts.identities(case.account)
        removal = None if case.picture is None else await self._removals.get(case.picture)
        reports = () if case.picture is None else await self._reports.of(case.picture)
        return CaseDetails(
            case=case,
            job=job,
            picture=next((picture for picture in kept if picture.id == case.picture), None),
            taken_down=removal.state if removal is not None and removal.is_active else None,
            others=sum(picture.id != case.picture and picture.state is PictureState.VISIBLE for picture in kept),
            author=job.author.identity if job is not None and job.author.identity.user else next(iter(identities), None),
            reporters=await self._reporters(case, reports[:_MOST_REPORTERS]),
            reporter_count=len(reports),
            earlier=tuple(one for one in earlier if one.id != case.id),
            record=await self._read_record(case),
            notes=await self._cases.notes(case.id),
            appealed=await self._find_appealed(case),
        )

    async def _find_appealed(self, case: Case) -> Case | Sanction | None:
        if case.appeals is None:
            return None
        return await self._sanctions.find(SanctionId(case.appeals)) or await self._cases.get(CaseId(case.appeals))

    async def _reporters(self, case: Case, reports: tuple[Report, ...]) -> tuple[str, ...]:
        """Return who made these reports of the picture."""
        if not reports:
            return ()
        found = await self._log.about(case.community, case.account, most=_MOST_LINES)
        names = {line.by.account: line.by.name for line in reversed(found) if line.by and line.picture == case.picture}
        return tuple([await self._describe(report, names) for report in reports])

    async def _describe(self, report: Report, names: Mapping[AccountId, str]) -> str:
        """Return a reporter's name as it was when they reported, or how their platform knows them."""
        name = names.get(report.reporter, "")
        if not name:
            identities = await self._accounts.identities(report.reporter)
            name = str(identities[0]) if identities else "somebody who is gone"
        notes = [*([report.reason.value] if report.reason else []), *_TRUSTS.get(report.trust, ())]
        return f"{name} ({', '.join(notes)})" if notes else name

    async def _read_record(self, case: Case) -> SanctionRecord:
        found = await self._sanctions.of(case.account)
        return SanctionRecord(tuple(one for one in found if one.holds_in(case.community)), self._clock.now())
