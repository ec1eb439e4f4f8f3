"""Appeals: somebody asks for a decision about them to be looked at again, once, by another moderator if there is one."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.cases import Case, CaseId, CaseKind, CaseState, NewCase
from bot.domain.chat import Place
from bot.domain.people import CommunityId
from bot.domain.rules import Actor
from bot.domain.sanctions import Sanction, SanctionId
from bot.errors import BadInput, Conflict
from bot.ports.cases import Cases
from bot.ports.clock import Clock
from bot.ports.jobs import Jobs
from bot.ports.sanctions import SanctionBook
from bot.services.cases import CaseReview

_LATEST = 20


@dataclass(frozen=True, slots=True)
class _Appealable:
    """A decision about somebody: that of a case, or a sanction that no case is about."""

    id: str
    decided_at: datetime
    community: CommunityId
    case: Case | None = None


class Appeals:
    """Opens appeals."""

    def __init__(self, *, review: CaseReview, cases: Cases, book: SanctionBook, jobs: Jobs, clock: Clock) -> None:
        self._review = review
        self._cases = cases
        self._book = book
        self._jobs = jobs
        self._clock = clock

    async def appeal(self, by: Actor, decision: str | None, words: str, *, place: Place, community: CommunityId) -> Case:
        """Open an appeal of somebody against a decision about them: a case's or a sanction's id, or the last one if None.

        Raises:
            BadInput: There is no such decision about them.
            Conflict: It was appealed before, or moderators are looking at the picture already.
        """
        found = await self._find(by, decision) if decision else await self._find_last(by, community)
        if found is None:
            raise BadInput("There is no decision about you that could be appealed, so nothing was changed.")
        case = found.case
        place = place if case is None else Place(case.platform, case.tenant, "")
        if not place.tenant:
            place = await self._last_place(by, found.community) or place
        new = NewCase(
            kind=CaseKind.APPEAL,
            community=found.community,
            platform=place.platform,
            tenant=place.tenant,
            account=by.account,
            by=by,
            picture=case.picture if case is not None else None,
            job=case.job if case is not None else None,
            appeals=found.id,
            words=words,
        )
        opened = await self._review.open(new)
        if not opened.is_new:
            raise _not_again(opened.case)
        return opened.case

    async def _find(self, by: Actor, decision: str) -> _Appealable | None:
        """Return the decision of that id, if it is about the person; that of a case where the sanction follows from one."""
        for sanction in await self._book.of(by.account):
            if sanction.id == SanctionId(decision):
                return await self._of_sanction(sanction)
        case = await self._cases.get(CaseId(decision))
        return _of_case(case) if case is not None and case.account == by.account else None

    async def _find_last(self, by: Actor, community: CommunityId) -> _Appealable | None:
        """Return the last decision about the person that holds: a sanction wherever it is, or about a picture here."""
        now = self._clock.now()
        sanctions = [one for one in await self._book.of(by.account) if one.is_active_at(now)]
        cases = [_of_case(case) for case in await self._cases.about(community, by.account, most=_LATEST)]
        found = [*[await self._of_sanction(one) for one in sanctions], *[one for one in cases if one is not None]]
        return max(found, key=lambda one: one.decided_at, default=None)

    async def _last_place(self, by: Actor, community: CommunityId) -> Place | None:
        """Return where somebody last asked for pictures in a community, for its moderators to find the appeal there."""
        found = await self._jobs.of_account(by.account, _LATEST)
        return next((job.place for job in found if job.community == community and job.place.tenant), None)

    async def _of_sanction(self, sanction: Sanction) -> _Appealable:
        case = None if sanction.case is None else await self._cases.get(sanction.case)
        of_case = None if case is None else _of_case(case)
        return of_case or _Appealable(sanction.id, sanction.imposed_at, sanction.community)


def _of_case(case: Case) -> _Appealable | None:
    """Return a case's decision, if it took something away, and is neither an appeal itself nor what the law demands."""
    if case.kind in {CaseKind.APPEAL, CaseKind.TAKEDOWN} or case.state is not CaseState.DECIDED:
        return None
    if case.decision is None or case.decided_at is None or not case.decision.removes_picture:
        return None
    return _Appealable(case.id, case.decided_at, case.community, case)


def _not_again(known: Case) -> Conflict:
    if known.kind is not CaseKind.APPEAL:
        return Conflict("Moderators are looking at that picture again already; nothing was changed.")
    if known.decision is None:
        return Conflict("You have appealed against that already, and a moderator will look at it; nothing was changed.")
    return Conflict(f"You have appealed against that before, and it was decided: {known.decision.outcome}. It is decided once.")
