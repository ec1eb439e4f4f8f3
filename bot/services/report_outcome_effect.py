"""Records with reports how moderators decided: reporters who are mostly wrong count for less."""

from bot.domain.cases import Case, CaseKind, CaseState
from bot.domain.reports import ReportOutcome
from bot.domain.rules import EVERYBODY
from bot.ports.reports import Reports


class ReportOutcomeEffect:
    """Writes the case's decision into the reports of its picture; see `CaseEffect`."""

    def __init__(self, reports: Reports) -> None:
        self._reports = reports

    async def enforce(self, case: Case) -> None:
        """Mark the reports that the case was about. Decisions that easel makes by itself mark none."""
        if case.picture is None or case.kind is CaseKind.APPEAL:
            return
        if case.state is CaseState.OPEN:
            await self._reports.undecide(case.picture, case.id)
        elif case.decision is not None and case.decided_at is not None and not _is_by_easel(case):
            outcome = ReportOutcome.UPHELD if case.decision.removes_picture else ReportOutcome.REJECTED
            await self._reports.decide(case.picture, case.id, outcome, up_to=case.decided_at)


def _is_by_easel(case: Case) -> bool:
    return case.decided_by is not None and case.decided_by.account == EVERYBODY
