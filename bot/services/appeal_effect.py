"""Lifts the sanctions that a granted appeal was against."""

from bot.domain.cases import Case, CaseDecision, CaseId, CaseKind, CaseState
from bot.domain.sanctions import Sanction, SanctionId
from bot.ports.sanctions import SanctionBook
from bot.services.sanctions import Sanctions


class AppealEffect:
    """Lifts the sanctions that a granted appeal was against, or imposes them again; see `bot.ports.cases.CaseEffect`."""

    def __init__(self, sanctions: Sanctions, book: SanctionBook) -> None:
        self._sanctions = sanctions
        self._book = book

    async def enforce(self, case: Case) -> None:
        """Lift the sanctions where the appeal is granted; impose them again where it is not, or not any more."""
        if case.kind is not CaseKind.APPEAL:
            return
        if case.decision is CaseDecision.RESTORE and case.state is CaseState.DECIDED and case.decided_by is not None:
            for sanction in await self._list_appealed(case):
                await self._book.lift(sanction.id, case.decided_by, case.id)
            return
        for sanction in await self._book.reinstate(case.id, case.decided_by):
            await self._sanctions.follow_up(sanction)

    async def _list_appealed(self, appeal: Case) -> tuple[Sanction, ...]:
        """Return what the appeal is against: one sanction, or all that follow from a case."""
        if appeal.appeals is None:
            return ()
        sanction = await self._book.find(SanctionId(appeal.appeals))
        return (sanction,) if sanction is not None else await self._book.of_case(CaseId(appeal.appeals))
